"""Frames to sightings, the lean way: the kinds that come often are read in place. Pure; called for every captured frame.

A frame is whatever a guest chose to send. What is malformed, or claims to be somebody else at the link layer, tells nothing.
"""

import struct
from socket import AF_INET, AF_INET6, inet_ntop

from routerd.capture import rich
from routerd.core.events import HostSighted

ARP, IPV4, IPV6 = 0x0806, 0x0800, 0x86DD
UDP, ICMPV6 = 17, 58
NEIGHBOUR_SOLICITATION, NEIGHBOUR_ADVERTISEMENT = 135, 136

_PORTS = struct.Struct("!HH")
_ETHERNET = 14
_NOBODY6 = bytes(16)

RICH_PORTS = {67: rich.dhcp, 547: rich.dhcp6, 5353: rich.names, 5355: rich.names}
"""UDP destination ports whose messages tell more than that somebody is there."""


def decode(network: str, frame: bytes) -> HostSighted | None:
    """What an Ethernet frame tells about its sender.

    Args:
        network: name of the guest network that it came from.
        frame: from the destination address on.

    Returns:
        The sighting, or None when the frame tells nothing that may be believed.
    """
    if len(frame) < _ETHERNET or frame[6] & 0x01 or not any(frame[6:12]):
        return None
    kind = frame[12] << 8 | frame[13]
    if kind == ARP:
        return _arp(network, frame)
    if kind == IPV4:
        return _ipv4(network, frame)
    return _ipv6(network, frame) if kind == IPV6 else None


def _arp(network: str, frame: bytes) -> HostSighted | None:
    # Ethernet and IPv4; the sender named inside must be the one who sent the frame.
    if frame[14:20] != b"\x00\x01\x08\x00\x06\x04" or len(frame) < 42 or frame[22:28] != frame[6:12]:
        return None
    address = _address4(frame[28:32])
    return HostSighted(network, _mac(frame), address, claims=bool(address))


def _ipv4(network: str, frame: bytes) -> HostSighted | None:
    length = (frame[_ETHERNET] & 0x0F) * 4 if len(frame) >= 34 else 0
    start = _ETHERNET + length
    if length < 20 or frame[_ETHERNET] >> 4 != 4 or len(frame) < start + 8:
        return None
    return _transport(network, frame, frame[23], start, _address4(frame[26:30]))


def _ipv6(network: str, frame: bytes) -> HostSighted | None:
    if len(frame) < 62 or frame[_ETHERNET] >> 4 != 6:
        return None
    kind, start = frame[20], 54
    if kind == ICMPV6:
        return _neighbour(network, frame)
    return _transport(network, frame, kind, start, _address6(frame[22:38]))


def _neighbour(network: str, frame: bytes) -> HostSighted | None:
    # RFC 4861, 7.1: only with hop limit 255 does it come from this very link.
    kind = frame[54]
    if len(frame) < 78 or frame[21] != 255 or kind not in (NEIGHBOUR_SOLICITATION, NEIGHBOUR_ADVERTISEMENT):
        return HostSighted(network, _mac(frame))
    source, target = frame[22:38], frame[62:78]
    # A solicitation from nobody is duplicate address detection: it claims its target.
    claimed = target if kind == NEIGHBOUR_ADVERTISEMENT or source == _NOBODY6 else source
    address = _address6(claimed)
    return HostSighted(network, _mac(frame), address, claims=bool(address))


def _transport(network: str, frame: bytes, kind: int, start: int, address: str) -> HostSighted:
    if kind == UDP:
        port = _PORTS.unpack_from(frame, start)[1]
        read = RICH_PORTS.get(port)
        if read is not None:
            return read(network, _mac(frame), address, frame[start + 8 :])
    return HostSighted(network, _mac(frame), address)


def _mac(frame: bytes) -> str:
    return frame[6:12].hex(":")


def _address4(octets: bytes) -> str:
    """The address, or nothing for those that no host has."""
    return "" if octets[0] in (0, 127) or octets[0] >= 224 else inet_ntop(AF_INET, octets)


def _address6(octets: bytes) -> str:
    return "" if octets[0] == 0xFF or octets[:15] == _NOBODY6[:15] else inet_ntop(AF_INET6, octets)
