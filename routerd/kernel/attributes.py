"""Netlink attributes (type, length, value; RFC 3549 section 2.2) as bytes: what every netlink message here is made of.

Pure. Written by hand with `struct`, because a session change and a dump of ten thousand elements have to cost microseconds an
element: pyroute2's declarative classes take about half a millisecond to encode one. Used by the rest of `routerd.kernel`.
"""

import struct
from collections.abc import Iterator

HEADER = struct.Struct("=HH")
"""nlattr: length including this header, type; host byte order."""

NESTED = 0x8000
TYPE_MASK = 0x3FFF

VALUE_OCTETS_MOST = 0xFFFF - HEADER.size
"""The length field has 16 bits: nothing larger fits one attribute, so element lists are split over several messages."""


def attribute(kind: int, value: bytes) -> bytes:
    """One attribute, padded to four octets.

    Raises:
        ValueError: the value does not fit the 16-bit length.
    """
    size = len(value)
    if size > VALUE_OCTETS_MOST:
        raise ValueError(f"a netlink attribute holds at most {VALUE_OCTETS_MOST} octets, not {size}")
    return HEADER.pack(size + 4, kind) + value + b"\0" * (-size % 4)


def nested(kind: int, *parts: bytes) -> bytes:
    """An attribute that holds attributes."""
    return attribute(kind | NESTED, b"".join(parts))


def text(kind: int, value: str) -> bytes:
    """A zero-terminated string."""
    return attribute(kind, value.encode() + b"\0")


def be32(kind: int, value: int) -> bytes:
    """A 32-bit number in network byte order, as netfilter wants it."""
    return attribute(kind, value.to_bytes(4, "big"))


def host32(kind: int, value: int) -> bytes:
    """A 32-bit number in host byte order, as rtnetlink wants it."""
    return attribute(kind, struct.pack("=I", value))


def walk(data: bytes | memoryview, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, int]]:
    """Every attribute between two offsets, without copying.

    Yields:
        type (flags removed), offset of the value, offset behind the value.

    Raises:
        ValueError: an attribute claims more octets than there are, or fewer than its own header.
    """
    stop = len(data) if end is None else end
    at = start
    while stop - at >= 4:
        length, kind = HEADER.unpack_from(data, at)
        if length < 4 or at + length > stop:
            raise ValueError(f"a netlink attribute at {at} claims {length} octets of {stop - at}")
        yield kind & TYPE_MASK, at + 4, at + length
        at += (length + 3) & ~3


def parse(data: bytes) -> dict[int, bytes]:
    """Attributes of one level as a dictionary; of repeated ones the last."""
    return {kind: data[begin:end] for kind, begin, end in walk(data)}
