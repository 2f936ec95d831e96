"""What is wrong with [radius], in words."""

import subprocess
import sys

import pytest

from routerd.core.settings import parse
from routerd.core.verify import verify

GATEWAY = '[uplink]\ninterface = "wan0"\n[[guest]]\nname = "main"\ninterface = "guest0"\naddress = "192.168.88.1/24"\n'


@pytest.mark.parametrize(
    ("portal", "radius", "expected"),
    [
        ("", "", []),
        ("", 'servers = ["192.0.2.1:1812", "[2001:db8::1]:1812"]\nsecret = "x"', []),
        ('methods = ["radius"]', "", ["radius.servers"]),
        ("", 'servers = ["192.0.2.1:1812"]', ["radius.secret"]),
        ("", 'servers = ["radius.example"]\nsecret = "x"', ["radius.servers[0]"]),
        ("", 'servers = ["192.0.2.1:1812"]\nsecrets = ["x", "y"]', ["radius.secrets"]),
        ("", 'servers = ["192.0.2.1:1812"]\nsecrets = ["x"]', []),
        (
            "",
            'servers = ["192.0.2.1:1"]\nsecrets = ["x"]\naccounting_servers = ["192.0.2.1:2", "192.0.2.1:3"]',
            ["radius.accounting_servers"],
        ),
        ("", 'servers = ["192.0.2.1:1812"]\nsecret = "x"\ncoa_listen = ["192.168.88.1:3799"]', ["radius.coa_listen[0]"]),
        ("", 'servers = ["192.0.2.1:1812"]\nsecret = "x"\ncoa_listen = ["192.168.10.1:3799"]', []),
        ("", 'coa_listen = ["192.168.10.1:3799"]', ["radius.coa_listen"]),
        ("", 'servers = ["192.0.2.1:1812"]\nsecret = "x"\ncoa_clients = ["192.0.2.1:9"]', ["radius.coa_clients[0]"]),
        ("", 'servers = ["192.0.2.1:1812"]\nsecrets = ["x"]\ncoa_clients = ["192.0.2.1"]', ["radius.secret"]),
    ],
)
def test_each_contradiction_is_named(portal, radius, expected) -> None:
    settings, problems = parse(f"{GATEWAY}[portal]\n{portal}\n[radius]\n{radius}\n")
    assert problems == []
    assert settings is not None
    assert [problem.key for problem in verify(settings, ("voucher", "radius"))] == expected


def test_without_a_server_nothing_of_it_is_loaded() -> None:
    code = (
        "import sys, routerd.app.gateway, routerd.app.check; print(*(name for name in sys.modules if 'radius' in name or 'pyrad' in name))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.split() == ["routerd.portal.methods.radius"]
