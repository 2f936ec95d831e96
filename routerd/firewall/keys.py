"""How sessions, devices and addresses look as keys of the kernel's sets, and back. Pure; used throughout the firewall.

Numbers (marks, interfaces) are in host byte order because registers are; each part of a concatenation fills whole words of four
octets.
"""

import struct
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_address, ip_network

from routerd.firewall.ruleset import SESSION_MARK, SIGNING_MARK
from routerd.kernel.elements import INTERVAL_END, Element

MARK_MOST = 65535

_WORD = struct.Struct("=I")
_UP = struct.Struct("=II6s2x")
_DEVICE = struct.Struct("=I6s2x")


def mac_octets(mac: str) -> bytes:
    """``aa:bb:cc:dd:ee:ff`` as six octets."""
    return bytes.fromhex(mac.replace(":", ""))


def mac_text(octets: bytes) -> str:
    """Six octets as ``aa:bb:cc:dd:ee:ff``."""
    return octets.hex(":")


def mark_key(mark: int) -> bytes:
    """A session's ct mark: key of `down`, value of `session`."""
    return _WORD.pack(SESSION_MARK | mark)


def mark_of(key: bytes) -> int:
    """The session number within a ct mark."""
    return int(_WORD.unpack_from(key)[0]) & MARK_MOST


def signing_key(number: int) -> bytes:
    """The ct mark of a device that is signing in with a provider: key of `signing_marks`, value of `signing`."""
    return _WORD.pack(SIGNING_MARK | number)


def signing_mark(key: bytes) -> int:
    """That ct mark as a number."""
    return int(_WORD.unpack_from(key)[0])


def device_key(index: int, mac: str) -> bytes:
    """A device on an interface: key of `session`."""
    return _DEVICE.pack(index, mac_octets(mac))


def up_key(mark: int, index: int, mac: str) -> bytes:
    """A session's device: key of `up`."""
    return _UP.pack(SESSION_MARK | mark, index, mac_octets(mac))


def up_parts(key: bytes) -> tuple[int, int, str]:
    """Session number, interface and MAC address of a key of `up`."""
    mark, index, mac = _UP.unpack(key)
    return mark & MARK_MOST, index, mac_text(mac)


def bound_key(index: int, mac: str, address: str) -> tuple[str, bytes]:
    """The set that an address belongs to, and its key there."""
    ip = ip_address(address)
    return ("bound4" if ip.version == 4 else "bound6"), device_key(index, mac) + ip.packed


def bound_parts(key: bytes) -> tuple[int, str, str]:
    """Interface, MAC address and IP address of a key of `bound4` or `bound6`."""
    index, mac = _DEVICE.unpack_from(key)
    return index, mac_text(mac), str(ip_address(key[_DEVICE.size :]))


def intervals(prefixes: list[str]) -> tuple[list[Element], list[Element]]:
    """Prefixes as the elements of an interval set: where each stretch of addresses starts, and the first address behind it.

    Returns:
        Elements for IPv4, elements for IPv6.
    """
    nets = [ip_network(prefix) for prefix in prefixes]
    four = collapse_addresses(net for net in nets if isinstance(net, IPv4Network))
    six = collapse_addresses(net for net in nets if isinstance(net, IPv6Network))
    return _stretches([(int(n.network_address), int(n.broadcast_address) + 1) for n in four], 4), _stretches(
        [(int(n.network_address), int(n.broadcast_address) + 1) for n in six], 16
    )


def _stretches(ranges: list[tuple[int, int]], octets: int) -> list[Element]:
    joined: list[list[int]] = []
    for start, end in ranges:
        if joined and joined[-1][1] == start:
            joined[-1][1] = end
        else:
            joined.append([start, end])
    elements: list[Element] = []
    for start, end in joined:
        elements.append(Element(start.to_bytes(octets, "big")))
        if end < 1 << 8 * octets:
            elements.append(Element(end.to_bytes(octets, "big"), flags=INTERVAL_END))
    return elements
