"""The protections as the daemon puts them together."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from routerd.acl.model import NewRule
from routerd.app import shields
from routerd.app.shields import Shields
from routerd.cc import model as cc
from routerd.core.settings import Settings, parse
from routerd.customrules import model as custom
from routerd.store.database import Store
from tests.cc.conftest import PlainSeal
from tests.fakes.clock import FakeClock
from tests.fakes.request import FakeHead
from tests.fakes.walls import FakeWalls

CONFIG = """
[store]
url = "sqlite:///:memory:"
[edge]
http = ["127.0.0.1:18080"]
https = ["[::]:18443"]
trusted_proxies = ["10.0.0.0/8"]
[scanguard]
errors = 3
"""


def settings(more: str = "") -> Settings:
    found, problems = parse(CONFIG + more)
    assert found is not None
    assert not problems
    return found


class Box:
    """Shields with a kernel in memory."""

    def __init__(self, more: str = "") -> None:
        self.walls, self.ports = FakeWalls(), []
        self.shields = Shields(settings(more), Store("sqlite:///:memory:"), FakeClock(), PlainSeal(), self.raised)

    def raised(self, ports) -> FakeWalls:
        self.ports = list(ports)
        return self.walls


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine has but one address, whatever it really has."""
    alone = SimpleNamespace(addresses=("198.51.100.1/24",))
    monkeypatch.setattr(shields, "interfaces", lambda: [alone])


@pytest.fixture
def box() -> Box:
    return Box()


def test_errors_ban_and_the_kernel_drops_at_the_edges_ports(box: Box) -> None:
    for _ in range(3):
        box.shields.errors.seen(b"192.0.2.1", 404)
    assert box.shields.bans.banned(b"192.0.2.1").rule_id == "acl_0"
    assert box.shields.told() == "1"
    box.shields.bans.round()
    assert box.shields.told() == "1, dropped in the kernel"
    assert box.ports == [18080, 18443]
    assert box.walls.banned.keys() == {"192.0.2.1"}


def test_too_many_requests_ban_but_never_a_trusted_proxy(box: Box) -> None:
    box.shields.counters.create(cc.NewRule("*", "/", 1, 10, 60, "block"))
    for client in (b"192.0.2.1", b"10.0.0.1"):
        head = FakeHead(client=client, peer=client)
        assert [bool(box.shields.counters.seen(head)) for _ in range(2)] == [False, True]
    assert box.shields.bans.banned(b"192.0.2.1").attack_type == "cc"
    assert box.shields.bans.banned(b"10.0.0.1") is None


def test_a_global_block_is_dropped_in_the_kernel(box: Box) -> None:
    box.shields.lists.create(NewRule("global", "ip", "192.0.2.0/24", "block"))
    box.shields.bans.round()
    assert [last - first for first, last in box.walls.blocked[0]] == [255]


def test_this_machine_itself_is_never_banned(box: Box) -> None:
    for _ in range(3):
        box.shields.errors.seen(b"198.51.100.1", 404)
    assert box.shields.bans.banned(b"198.51.100.1") is None


def test_text_rules_are_looked_for_with_the_engines_own_means(box: Box) -> None:
    box.shields.lists.create(NewRule("global", "ua", "~* ^evil", "block"))
    box.shields.conditions.create(
        custom.read({"name": "x", "method": "any", "relation": "or", "judges": [{"position": "uri", "rix": "x$"}]})
    )
    assert box.shields.lists.judge(FakeHead(headers=((b"User-Agent", b"Evil"),)))
    assert box.shields.conditions.judge(FakeHead(target=b"/x"))


def test_the_kernel_is_left_alone_when_so_set() -> None:
    assert Box("[bans]\nkernel = false").ports == []


def test_without_such_rules_nothing_of_the_engine_is_loaded() -> None:
    script = (
        "import sys\n"
        "from tests.app.test_shields import Box\n"
        "from routerd.acl.model import NewRule\n"
        "Box().shields.lists.create(NewRule('global', 'ip', '192.0.2.0/24', 'block'))\n"
        "print([name for name in sys.modules if name.startswith(('routerd.waf.', 're2', 'ahocorasick', 'hyperscan'))])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
