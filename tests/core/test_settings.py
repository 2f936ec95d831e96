"""The TOML file: what is right becomes a tree, what is wrong is named with key, value found and value expected."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.core.settings import parse
from routerd.core.verify import verify, verify_host

MINIMAL = """
[uplink]
interface = "wan0"
[[guest]]
name = "main"
interface = "guest0"
address = "192.168.88.1/24"
"""


def problems_of(text: str) -> list[str]:
    settings, problems = parse(text)
    if settings is not None:
        problems += verify(settings, ("voucher", "free"))
    return [str(problem) for problem in problems]


def test_the_documented_example_is_right() -> None:
    example = (
        MINIMAL
        + """
address6 = "fd00:88::1/64"
dhcp = true
dns_upstream = ["203.0.113.2"]
[lan]
interface = "lan0"
address = "192.168.10.1/24"
[management]
listen = ["127.0.0.1:8088"]
[store]
url = "sqlite:////var/lib/routerd/routerd.db"
[portal]
methods = ["voucher", "free"]
"""
    )
    assert problems_of(example) == []


def test_only_management_and_store_is_right() -> None:
    assert problems_of('[management]\nlisten = ["127.0.0.1:8088"]\n[store]\nurl = "sqlite:////tmp/r.db"\n') == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("adress6 = 1", "guest[0].adress6: found an unknown key, expected 'address6'"),
        ("dhcp = 1", "guest[0].dhcp: found 1, expected true or false"),
        ("lease_s = 5", "guest[0].lease_s: found 5, expected a whole number from 120 to 604800"),
        ('dns_upstream = "x"', 'guest[0].dns_upstream: found "x", expected a list of texts'),
        ('dns_upstream = ["x"]', 'guest[0].dns_upstream[0]: found "x", expected an IP address'),
        ('address6 = "fd00::1"', 'guest[0].address6: found "fd00::1", expected an IPv6 address with prefix length, such as'),
        ('dhcp_first = "10.0.0.1"', "guest[0].dhcp_first: found 10.0.0.1, expected an address within 192.168.88.0/24"),
        (
            '[lan]\ninterface = "lan0"\naddress = "192.168.88.9/25"',
            "guest[0].address: found 192.168.88.0/24, expected a subnet that does not overlap lan.address (192.168.88.0/25)",
        ),
        ('[portal]\nmethods = ["magic"]', 'portal.methods[0]: found "magic", expected one of "voucher", "free"'),
        ("[nonsense]", "nonsense: found an unknown key, expected one of"),
        ("[lan]", "lan.interface: found nothing, expected a text (this key is required)"),
        ('[vouchers]\nclock = "x"', 'vouchers.clock: found "x", expected one of "first_login", "valid_from"'),
        ('[vouchers]\nvalid_for = "5 hour"', 'vouchers.valid_for: found "5 hour", expected a documented validity'),
        ('[store]\nurl = "mysql://x"', 'store.url: found "mysql://x", expected "sqlite:////absolute/path/to/file.db"'),
        ('[management]\nlisten = ["localhost"]', 'management.listen[0]: found "localhost", expected an address with port'),
    ],
)
def test_a_fault_is_named(change: str, problem: str) -> None:
    found = problems_of(MINIMAL + change + "\n")
    assert any(problem in line for line in found), found


def test_a_fault_in_one_place_does_not_hide_those_in_others() -> None:
    text = MINIMAL + 'adress6 = 1\nlease_s = "x"\n[lan]\ninterface = "guest0"\naddress = "192.168.88.1/24"\n[portal]\nmethods = ["magic"]\n'
    assert [line.partition(":")[0] for line in problems_of(text)] == [
        "guest[0].adress6",
        "guest[0].lease_s",
        "guest[0].interface",
        "guest[0].address",
        "portal.methods[0]",
    ]


def test_guests_without_uplink_are_refused() -> None:
    text = MINIMAL.replace('[uplink]\ninterface = "wan0"\n', "")
    assert any(line.startswith("uplink: found nothing") for line in problems_of(text))


def test_all_faults_are_named_at_once() -> None:
    assert len(problems_of(MINIMAL + "dhcp = 1\nlease_s = 1\nfoo = 2\n")) == 3


def test_missing_interfaces_are_named() -> None:
    settings, _ = parse(MINIMAL)
    assert settings is not None
    assert [str(problem) for problem in verify_host(settings, {"lo", "wan0"})] == [
        'guest[0].interface: found "guest0", expected an interface of this machine: lo, wan0'
    ]


@given(st.text(max_size=200))
def test_no_text_breaks_the_parser(text: str) -> None:
    settings, problems = parse(text)
    assert settings is not None or problems
