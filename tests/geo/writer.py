"""Writes small files in the MaxMind DB format, for tests: networks and the value of each."""

import struct
from collections.abc import Mapping
from ipaddress import IPv4Network, ip_network
from typing import Any

MARK = b"\xab\xcd\xefMaxMind.com"
Node = list[Any]


def written(entries: Mapping[str, Any], bits: int = 24, version: int = 6, **metadata: Any) -> bytes:
    """A file.

    Args:
        entries: value by network.
        bits: of a record: 24, 28 or 32.
        version: 4 or 6; IPv4 networks lie below ::/96 in a tree of IPv6.
        metadata: what shall be otherwise.
    """
    root: Node = [None, None]
    values = bytearray()
    for text, value in entries.items():
        network = ip_network(text)
        length, number = network.prefixlen, int(network.network_address)
        width = 32 if version == 4 else 128
        if isinstance(network, IPv4Network) and version == 6:
            length += 96
        _insert(root, number, width, length, len(values))
        values += encoded(value)
    nodes = _numbered(root)
    tree = b"".join(_record(_value(nodes, node[0]), _value(nodes, node[1]), bits) for node in nodes)
    told = {
        "node_count": len(nodes),
        "record_size": bits,
        "ip_version": version,
        "database_type": "Test-Country",
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": 1_750_000_000,
        "languages": ["en"],
        **metadata,
    }
    return tree + b"\0" * 16 + bytes(values) + MARK + encoded(told)


def encoded(value: Any) -> bytes:
    """A value of the data section."""
    if isinstance(value, Pointer):
        return value.octets
    if isinstance(value, int):
        return _number(value)
    if isinstance(value, float):
        return _control(3, 8) + struct.pack("!d", value)
    if isinstance(value, list):
        return _control(11, len(value)) + b"".join(map(encoded, value))
    if isinstance(value, dict):
        return _control(7, len(value)) + b"".join(encoded(name) + encoded(each) for name, each in value.items())
    octets = value if isinstance(value, bytes) else value.encode()
    return _control(4 if isinstance(value, bytes) else 2, len(octets)) + octets


def _number(value: int) -> bytes:
    if isinstance(value, bool):
        return _control(14, int(value))
    if value < 0:
        return _control(8, 4) + struct.pack("!i", value)
    octets = value.to_bytes((value.bit_length() + 7) // 8, "big")
    kind = next(kind for kind, most in ((5, 2), (6, 4), (9, 8), (10, 16)) if len(octets) <= most)
    return _control(kind, len(octets)) + octets


class Pointer:
    """A pointer into the data section.

    Args:
        to: offset.
        size: 1 to 4 octets behind the first.
    """

    def __init__(self, to: int, size: int = 1) -> None:
        less = to - (0, 2_048, 526_336, 0)[size - 1]
        high = 0 if size == 4 else less >> 8 * size
        self.octets = bytes([1 << 5 | size - 1 << 3 | high]) + (less & (1 << 8 * size) - 1).to_bytes(size, "big")


def _control(kind: int, size: int) -> bytes:
    if size < 29:
        low, more = size, b""
    elif size < 285:
        low, more = 29, bytes([size - 29])
    elif size < 65_821:
        low, more = 30, (size - 285).to_bytes(2, "big")
    else:
        low, more = 31, (size - 65_821).to_bytes(3, "big")
    return bytes([kind << 5 | low]) + more if kind < 8 else bytes([low, kind - 7]) + more


def _insert(root: Node, number: int, width: int, length: int, place: int) -> None:
    node = root
    for at in range(length):
        side = number >> (width - 1 - at) & 1
        if at == length - 1:
            node[side] = place
        else:
            if not isinstance(node[side], list):
                node[side] = [node[side], node[side]]
            node = node[side]


def _numbered(root: Node) -> list[Node]:
    found, waiting = [], [root]
    while waiting:
        node = waiting.pop(0)
        found.append(node)
        waiting += [child for child in node if isinstance(child, list)]
    return found


def _value(nodes: list[Node], child: Any) -> int:
    if isinstance(child, list):
        return next(at for at, node in enumerate(nodes) if node is child)
    return len(nodes) if child is None else len(nodes) + 16 + child


def _record(left: int, right: int, bits: int) -> bytes:
    if bits == 28:
        middle = bytes([left >> 24 << 4 | right >> 24])
        return (left & 0xFFFFFF).to_bytes(3, "big") + middle + (right & 0xFFFFFF).to_bytes(3, "big")
    return left.to_bytes(bits // 8, "big") + right.to_bytes(bits // 8, "big")
