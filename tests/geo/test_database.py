"""The MaxMind DB format: every size and type of the specification is read, and whatever is malformed is an error and no more."""

from ipaddress import ip_address, ip_network
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routerd.geo.database import Database, MalformedError
from tests.geo.writer import MARK, Pointer, encoded, written

ENTRIES = {
    "192.0.2.0/24": {"country": {"iso_code": "DE", "names": {"en": "Germany"}}},
    "198.51.100.7/32": {"country": {"iso_code": "FR"}},
    "2001:db8::/32": {"country": {"iso_code": "AT"}},
}


@pytest.mark.parametrize("bits", [24, 28, 32])
def test_addresses_are_found_at_every_size_of_record(bits: int) -> None:
    database = Database(written(ENTRIES, bits))
    found = {address: (database.find(ip_address(address)) or {}).get("country", {}).get("iso_code") for address in LOOKED_UP}
    assert found == LOOKED_UP
    assert database.kind == "Test-Country"


LOOKED_UP = {
    "192.0.2.0": "DE",
    "192.0.2.255": "DE",
    "192.0.3.0": None,
    "198.51.100.7": "FR",
    "198.51.100.6": None,
    "2001:db8:ffff::1": "AT",
    "2001:db9::1": None,
    "::192.0.2.1": "DE",
}


def test_a_tree_of_ipv4_knows_no_ipv6() -> None:
    database = Database(written({"192.0.2.0/24": "here"}, version=4))
    assert database.find(ip_address("192.0.2.1")) == "here"
    assert database.find(ip_address("2001:db8::1")) is None


VALUES = [
    *("", "ü", "x" * 28, "x" * 29, "x" * 284, "x" * 285, "x" * 65_820, "x" * 65_821, b"\0\xff"),
    *(0, 1, 65_535, 65_536, 2**32, 2**64, 2**127, -1, -(2**31), True, False, 1.5, -0.25),
    *([], [1, "a", [True]], {}, {"a": {"b": [1, {"c": 2.5}]}}),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{type(value).__name__}-{str(value)[:12]}-{len(str(value))}")
def test_values_of_every_type_and_size(value: object) -> None:
    found = Database(written({"192.0.2.0/24": value})).find(ip_address("192.0.2.1"))
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(("size", "to"), [(1, 300), (1, 2_047), (2, 2_048), (2, 526_335), (3, 526_336), (4, 300), (4, 526_336)])
def test_pointers_of_every_size(size: int, to: int) -> None:
    padding = b"x" * (to - len(encoded(b"x" * to)) + to)
    assert len(encoded(padding)) == to
    entries = {"10.0.0.0/8": padding, "11.0.0.0/8": "target", "12.0.0.0/8": {"a": Pointer(to, size)}}
    assert Database(written(entries)).find(ip_address("12.0.0.1")) == {"a": "target"}


def pointing(value: object) -> bytes:
    return written({"192.0.2.0/24": value})


def deep(depth: int) -> object:
    return [deep(depth - 1)] if depth else 1


MALFORMED_VALUES = [
    Pointer(0),
    {"a": Pointer(1_000_000, 3)},
    {"a": Pointer(4_000_000_000, 4)},
    deep(40),
    [1] * 5_000,
    {"loop": Pointer(0)},
    [Pointer(0), Pointer(0), Pointer(0), Pointer(0)],
]


@pytest.mark.parametrize("value", MALFORMED_VALUES, ids=range(len(MALFORMED_VALUES)))
def test_a_value_that_cannot_be_is_an_error(value: object) -> None:
    database = Database(pointing(value))
    with pytest.raises(MalformedError):
        database.find(ip_address("192.0.2.1"))


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"nothing of the kind",
        MARK,
        MARK + encoded([1]),
        MARK + encoded({}),
        written({"10.0.0.0/8": 1}, node_count=10_000_000),
        written({"10.0.0.0/8": 1}, node_count=0),
        written({"10.0.0.0/8": 1}, node_count="many"),
        written({"10.0.0.0/8": 1}, record_size=20),
        written({"10.0.0.0/8": 1}, ip_version=5),
        written({"10.0.0.0/8": 1}, binary_format_major_version=3),
    ],
    ids=range(11),
)
def test_a_file_that_is_none_is_refused(octets: bytes) -> None:
    with pytest.raises(MalformedError):
        Database(octets)


def test_a_tree_that_leads_in_circles_is_an_error() -> None:
    octets = bytearray(written({"128.0.0.0/1": 1}, version=4))
    octets[:6] = b"\0" * 6
    with pytest.raises(MalformedError, match="deeper than an address"):
        Database(bytes(octets)).find(ip_address("192.0.2.1"))


WHOLE = written(ENTRIES, 28)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=8), st.integers(0, len(WHOLE)))
def test_a_damaged_file_gives_a_value_or_an_error(damage: list[tuple[int, int]], cut: int) -> None:
    octets = bytearray(WHOLE)
    for at, value in damage:
        octets[at] = value
    for whole in (bytes(octets), bytes(octets[:cut])):
        try:
            database = Database(whole)
            for address in LOOKED_UP:
                database.find(ip_address(address))
        except MalformedError:
            pass


networks = st.lists(st.tuples(st.integers(0, 255), st.integers(1, 8)), min_size=1, max_size=12, unique=True)


@settings(deadline=None)
@given(networks, st.integers(0, 255))
def test_every_address_belongs_to_the_network_that_was_written_last_of_the_longest(nets: list[tuple[int, int]], first: int) -> None:
    entries = {str(ip_network((number << 24, length), strict=False)): length for number, length in sorted(nets, key=lambda net: net[1])}
    address = ip_address(first << 24)
    holding = [ip_network(text).prefixlen for text in entries if address in ip_network(text)]
    assert Database(written(entries, version=4)).find(address) == max(holding, default=None)


def test_pairs_of_neighbours_are_told_apart() -> None:
    entries = {f"10.{at}.0.0/16": at for at in range(64)}
    database = Database(written(entries, 32))
    for left, right in pairwise(range(64)):
        assert database.find(ip_address(f"10.{left}.255.255")) == left
        assert database.find(ip_address(f"10.{right}.0.0")) == right
