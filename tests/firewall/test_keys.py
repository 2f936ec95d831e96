"""Keys of the kernel's sets: there and back, aligned as registers are."""

from ipaddress import ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from routerd.firewall import keys
from routerd.kernel.elements import INTERVAL_END, Element

MACS = st.binary(min_size=6, max_size=6).map(keys.mac_text)
INDICES = st.integers(1, 1 << 30)
MARKS = st.integers(1, keys.MARK_MOST)
ADDRESSES = st.ip_addresses().map(str)


@given(MARKS, INDICES, MACS)
def test_a_sessions_device(mark: int, index: int, mac: str) -> None:
    key = keys.up_key(mark, index, mac)
    assert keys.up_parts(key) == (mark, index, mac)
    assert key == keys.mark_key(mark) + keys.device_key(index, mac)
    assert len(key) == 16


@given(MARKS)
def test_a_mark(mark: int) -> None:
    assert keys.mark_of(keys.mark_key(mark)) == mark


@given(INDICES, MACS, ADDRESSES)
def test_a_bound_address(index: int, mac: str, address: str) -> None:
    name, key = keys.bound_key(index, mac, address)
    assert name == f"bound{ip_address(address).version}"
    assert keys.bound_parts(key) == (index, mac, address)


def inside(address: bytes, elements: list[Element]) -> bool:
    """As the kernel looks it up: the greatest element not above decides."""
    below = [element for element in elements if element.key <= address]
    return bool(below) and not max(below, key=lambda element: (element.key, not element.flags)).flags & INTERVAL_END


@given(st.lists(st.ip_addresses(v=4).flatmap(lambda a: st.integers(1, 32).map(lambda n: f"{a}/{n}")), max_size=6), st.ip_addresses(v=4))
def test_intervals_hold_exactly_the_prefixes(prefixes: list[str], address: object) -> None:
    nets = [ip_network(prefix, strict=False) for prefix in prefixes]
    four, six = keys.intervals([str(net) for net in nets])
    assert six == []
    assert len({(element.key, element.flags) for element in four}) == len(four)
    for probe in [address, *(net.network_address for net in nets), *(net.broadcast_address for net in nets)]:
        assert inside(probe.packed, four) == any(probe in net for net in nets)


def test_neighbouring_prefixes_become_one_interval_and_the_last_address_needs_no_end() -> None:
    four, six = keys.intervals(["10.0.0.0/24", "10.0.1.0/25", "255.255.255.255", "2001:db8::/32"])
    assert [(element.key.hex(), element.flags) for element in four] == [("0a000000", 0), ("0a000180", 1), ("ffffffff", 0)]
    assert [element.flags for element in six] == [0, 1]
