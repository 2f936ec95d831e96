"""Reads the MaxMind DB format, as its published specification (version 2.0) sets it out. Pure: octets in, values out.

A file is a search tree over the bits of an address, whose leaves point into a section of values. Nothing in it is trusted: every offset
is checked, and a value may neither go deeper nor hold more than any real one does, so a malformed file costs an error and no more.
"""

import struct
from ipaddress import IPv4Address, IPv6Address
from mmap import mmap
from typing import Any

_MARK = b"\xab\xcd\xefMaxMind.com"
_METADATA_MOST = 128 * 1024
_BETWEEN = 16
"""Zero octets between tree and values."""
DEPTH_MOST = 24
ITEMS_MOST = 4_096
"""Values in one value; an entry of a city database has about 150."""
_POINTER, _TEXT, _DOUBLE, _OCTETS, _MAP, _INT32, _ARRAY, _BOOLEAN, _FLOAT = 1, 2, 3, 4, 7, 8, 11, 14, 15
_UNSIGNED = {5: 2, 6: 4, 9: 8, 10: 16}
"""Types of unsigned numbers, and how many octets they take at most."""
_BASES = (0, 2_048, 526_336, 0)
"""What is added to a pointer, by its size."""


class MalformedError(ValueError):
    """A file is not what it claims to be; the text says how."""


class Database:
    """An open file.

    Args:
        octets: the whole of it.

    Raises:
        MalformedError: it is no such file.
    """

    def __init__(self, octets: bytes | mmap) -> None:
        self._octets = octets
        at = octets.rfind(_MARK, max(0, len(octets) - _METADATA_MOST))
        if at < 0:
            raise MalformedError("this is no MaxMind DB: its metadata is missing")
        start = at + len(_MARK)
        self.metadata = _Reader(octets, start, len(octets)).value(start)
        if not isinstance(self.metadata, dict):
            raise MalformedError("the metadata is no map")
        self._nodes = self._number("node_count", 1 << 32)
        self._bits = self._number("record_size", 32)
        self._six = self._number("ip_version", 6) == 6
        if self._bits not in (24, 28, 32) or self.metadata["ip_version"] not in (4, 6):
            raise MalformedError(
                f"record_size is {self._bits}, ip_version {self.metadata['ip_version']}; expected 24, 28 or 32, and 4 or 6"
            )
        if self.metadata.get("binary_format_major_version") != 2:
            raise MalformedError("the format's version is not 2")
        self._wide = self._bits // 4
        self._values = self._nodes * self._wide + _BETWEEN
        if self._values > at:
            raise MalformedError(f"a tree of {self._nodes} nodes is longer than the file")
        self._reader = _Reader(octets, self._values, at)
        self._first4 = self._begin4()

    @property
    def kind(self) -> str:
        """What is in it, such as ``GeoLite2-Country``."""
        return str(self.metadata.get("database_type", ""))

    def find(self, address: IPv4Address | IPv6Address) -> Any:
        """The value of an address; None when there is none.

        Raises:
            MalformedError: what the tree or the value says cannot be.
        """
        if address.version == 6 and not self._six:
            return None
        node = self._first4 if address.version == 4 else 0
        number, bits = int(address), address.max_prefixlen
        for at in range(bits - 1, -1, -1):
            if node >= self._nodes:
                break
            node = self._child(node, number >> at & 1)
        if node == self._nodes:
            return None
        if node < self._nodes:
            raise MalformedError("the tree is deeper than an address is long")
        return self._reader.value(self._values + node - self._nodes - _BETWEEN)

    def _begin4(self) -> int:
        """Where IPv4 addresses begin: below ::/96 in a tree of IPv6."""
        node = 0
        for _ in range(96 if self._six else 0):
            if node >= self._nodes:
                break
            node = self._child(node, 0)
        return node

    def _child(self, node: int, side: int) -> int:
        at = node * self._wide
        octets = self._octets[at : at + self._wide]
        if self._bits == 28:
            # The middle octet holds the highest four bits of the left record, then those of the right.
            high = octets[3] >> 4 if side == 0 else octets[3] & 15
            return high << 24 | int.from_bytes(octets[:3] if side == 0 else octets[4:], "big")
        half = self._wide // 2
        return int.from_bytes(octets[half:] if side else octets[:half], "big")

    def _number(self, name: str, most: int) -> int:
        found = self.metadata.get(name)
        if type(found) is not int or not 0 < found <= most:
            raise MalformedError(f"{name} of the metadata is {str(found)[:20]}; expected 1 to {most}")
        return found


class _Reader:
    """Reads values of one section.

    Args:
        octets: the whole file.
        start: where the section begins: pointers count from there.
        end: where it ends.
    """

    def __init__(self, octets: bytes | mmap, start: int, end: int) -> None:
        self._octets = octets
        self._start = start
        self._end = end

    def value(self, at: int) -> Any:
        """The value there."""
        return _Value(self._octets, self._start, self._end).read(at, 0)[0]


class _Value:
    """Reads one value, with all that is in it."""

    __slots__ = ("_end", "_items", "_octets", "_start")

    def __init__(self, octets: bytes | mmap, start: int, end: int) -> None:
        self._octets = octets
        self._start = start
        self._end = end
        self._items = 0

    def read(self, at: int, depth: int, *, pointed: bool = False) -> tuple[Any, int]:
        """The value, and where the next one begins."""
        self._items += 1
        if depth > DEPTH_MOST or self._items > ITEMS_MOST:
            raise MalformedError("a value holds more than any real one does")
        control, at = self._take(at, 1)
        kind = control[0] >> 5
        if kind == _POINTER:
            if pointed:
                raise MalformedError("a pointer points at a pointer")
            place, at = self._pointer(control[0], at)
            return self.read(place, depth + 1, pointed=True)[0], at
        if kind == 0:
            more, at = self._take(at, 1)
            kind = more[0] + 7
        size, at = self._size(control[0] & 31, at)
        if kind == _MAP:
            return self._map(size, at, depth)
        if kind == _ARRAY:
            return self._array(size, at, depth)
        if kind == _BOOLEAN:
            return bool(size), at
        octets, at = self._take(at, size)
        return _plain(kind, octets), at

    def _map(self, size: int, at: int, depth: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        for _ in range(size):
            name, at = self.read(at, depth + 1)
            if not isinstance(name, str):
                raise MalformedError("a name in a map is no text")
            found[name], at = self.read(at, depth + 1)
        return found, at

    def _array(self, size: int, at: int, depth: int) -> tuple[list[Any], int]:
        found = []
        for _ in range(size):
            each, at = self.read(at, depth + 1)
            found.append(each)
        return found, at

    def _pointer(self, control: int, at: int) -> tuple[int, int]:
        size = control >> 3 & 3
        octets, at = self._take(at, size + 1)
        high = 0 if size == 3 else (control & 7) << 8 * (size + 1)
        return self._start + (high | int.from_bytes(octets, "big")) + _BASES[size], at

    def _size(self, size: int, at: int) -> tuple[int, int]:
        if size < 29:
            return size, at
        octets, at = self._take(at, size - 28)
        return int.from_bytes(octets, "big") + (29, 285, 65_821)[size - 29], at

    def _take(self, at: int, many: int) -> tuple[bytes, int]:
        if at < self._start or at + many > self._end:
            raise MalformedError("a value reaches beyond its section")
        return self._octets[at : at + many], at + many


def _plain(kind: int, octets: bytes) -> Any:
    if kind == _TEXT:
        return octets.decode("utf-8", "replace")
    if kind == _OCTETS:
        return octets
    if kind in _UNSIGNED and len(octets) <= _UNSIGNED[kind]:
        return int.from_bytes(octets, "big")
    if kind == _INT32 and len(octets) <= 4:
        return int.from_bytes(octets, "big", signed=len(octets) == 4)
    if kind == _DOUBLE and len(octets) == 8:
        return struct.unpack("!d", octets)[0]
    if kind == _FLOAT and len(octets) == 4:
        return struct.unpack("!f", octets)[0]
    raise MalformedError(f"a value of type {kind} has {len(octets)} octets")
