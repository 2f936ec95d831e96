"""One element of an nftables set as octets, and back: what it is compared by, what it leads to, its timeout and its quota.

Pure and property-tested; `kernel.elements` sends and reads messages of these. Numbers are those of linux/netfilter/nf_tables.h. Both
ways are built for ten thousand elements that look alike: encoding joins values with octets that are made once for each look,
decoding reads an element in one go by a layout that is learned from the first of its length. A layout holds for an element only when
every octet that is not a value agrees; what does not fit is read attribute by attribute.

The kernel could also note when an element was last matched (`last`). It is left alone: nft 1.0.6, Debian 12's, crashes on listing
any ruleset that has one.
"""

import struct
from collections.abc import Callable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from routerd.kernel.attributes import HEADER, attribute, be32, nested, text, walk

LIST_ELEMENTS = 3
ITEM = 1

_KEY, _DATA, _FLAGS, _TIMEOUT, _EXPIRATION, _EXPRESSION, _EXPRESSIONS = 1, 2, 3, 4, 5, 7, 11
_PLAIN = {_TIMEOUT: "timeout_ms", _EXPIRATION: "expires_ms"}
_VALUE = 1
_EXPR_NAME, _EXPR_DATA = 1, 2
_QUOTA_OCTETS, _QUOTA_FLAGS, _QUOTA_CONSUMED = 1, 2, 4

INTERVAL_END = 1
"""Flag of the element that ends an interval: the first key that is no longer inside."""

UNLIMITED = (1 << 63) - 1
"""A quota that is never spent: the element then only counts."""

_BE64 = struct.Struct("!Q")


class Element(NamedTuple):
    """One element. A tuple rather than a dataclass: ten thousand are made for each look at the kernel.

    Attributes:
        key: as the kernel compares it (marks in host byte order, concatenated parts each padded to four octets).
        data: the map's value; empty in a set.
        timeout_ms: life that it was given; None for ever.
        expires_ms: life that is left; None for ever. Only read, never written.
        quota: octets after which it stops matching; None when it carries no quota.
        consumed: octets counted so far; the packets refused since are counted too. At most the quota when written.
        flags: INTERVAL_END or 0.
    """

    key: bytes
    data: bytes = b""
    timeout_ms: int | None = None
    expires_ms: int | None = None
    quota: int | None = None
    consumed: int = 0
    flags: int = 0


def encode(element: Element) -> bytes:
    """One element as the kernel takes it."""
    key, data, timeout, _expires, quota, consumed, flags = element
    shape = _shape(len(key), len(data), timeout is not None, quota is not None, flags)
    pack = _BE64.pack
    values = [key]
    if data:
        values.append(data)
    if timeout is not None:
        values.append(pack(timeout))
    if quota is not None:
        values += [pack(quota), pack(consumed)]
    return b"".join([part for pair in zip(shape, [*values, b""], strict=True) for part in pair])


_HOLE = b"\xa5\x5a\xc3\x3c\x96\x69\x0f\xf0"
"""Stands for a value while a shape is made: no header looks like it, since none claims a length of 0x5aa5."""


@lru_cache(maxsize=64)
def _shape(key: int, data: int, timeout: bool, quota: bool, flags: int) -> tuple[bytes, ...]:
    """What stands around the values of all elements that look alike: encoding ten thousand then is joining octets."""
    parts = [nested(_KEY, attribute(_VALUE, (_HOLE * key)[:key]))]
    values = [key]
    if data:
        parts.append(nested(_DATA, attribute(_VALUE, (_HOLE * data)[:data])))
        values.append(data)
    if flags:
        parts.append(be32(_FLAGS, flags))
    if timeout:
        parts.append(attribute(_TIMEOUT, _HOLE))
        values.append(8)
    if quota:
        counted = attribute(_QUOTA_OCTETS, _HOLE) + be32(_QUOTA_FLAGS, 0) + attribute(_QUOTA_CONSUMED, _HOLE)
        expression = nested(ITEM, text(_EXPR_NAME, "quota"), nested(_EXPR_DATA, counted))
        parts.append(nested(_EXPRESSIONS, expression))
        values += [8, 8]
    whole = nested(ITEM, *parts)
    around: list[bytes] = []
    at = 0
    for size in values:
        hole = whole.index((_HOLE * size)[:size], at)
        around.append(whole[at:hole])
        at = hole + size
    return (*around, whole[at:])


def decode(body: bytes) -> Iterator[Element]:
    """The elements of one message body.

    Raises:
        ValueError: it is not well-formed.
    """
    for kind, begin, end in walk(body):
        if kind == LIST_ELEMENTS:
            yield from _listed(body, begin, end)


def _listed(body: bytes, begin: int, end: int) -> Iterator[Element]:
    at = begin
    unpack = HEADER.unpack_from
    layouts = _layouts
    while end - at >= 4:
        length = unpack(body, at)[0]
        if length < 4 or at + length > end:
            raise ValueError(f"a set element at {at} claims {length} octets of {end - at}")
        layout = layouts.get(length)
        if layout is not None:
            fields = layout.fields(body, at)
            if layout.fixed(fields) == layout.expected:
                yield Element(*layout.values(fields))
            else:
                yield _element(body, at + 4, at + length)
        else:
            yield _learn(body, at, length)
        at += (length + 3) & ~3


class _Layout(NamedTuple):
    """How to read elements of one length: all fields, those that must be as expected, those that are values, in Element's order."""

    fields: Callable[[bytes, int], tuple[Any, ...]]
    fixed: Callable[[tuple[Any, ...]], Any]
    expected: Any
    values: Callable[[tuple[Any, ...]], tuple[Any, ...]]


LAYOUTS_MOST = 64
"""Lengths that are learned; a table has a handful."""
_layouts: dict[int, _Layout] = {}


def _learn(body: bytes, at: int, length: int) -> Element:
    """Read an element attribute by attribute, and learn how to read the next one of its length."""
    spans: dict[str, tuple[int, int]] = {}
    element = _element(body, at + 4, at + length, spans)
    if len(_layouts) < LAYOUTS_MOST:
        _layouts[length] = _layout(body[at : at + length], {name: (begin - at, end - at) for name, (begin, end) in spans.items()}, element)
    return element


def _layout(octets: bytes, spans: dict[str, tuple[int, int]], element: Element) -> _Layout:
    """A layout in which `spans` are values and the octets between them are fixed."""
    formats: list[str] = []
    places: dict[str, int] = {}
    fixed: list[int] = []
    at = 0
    for name, (begin, end) in [*sorted(spans.items(), key=lambda span: span[1]), ("", (len(octets), len(octets)))]:
        if begin > at:
            fixed.append(len(formats))
            formats.append(f"{begin - at}s")
        if name:
            places[name] = len(formats)
            formats.append(f"{end - begin}s" if name in {"key", "data"} else "Q")
        at = end
    reader = struct.Struct("!" + "".join(formats))
    # What the first element does not have comes from constants behind the fields.
    missing = {name: len(formats) + order for order, name in enumerate(Element._fields) if name not in places}
    constants = tuple(element)
    unpack = reader.unpack_from
    first = unpack(octets)

    def fields(body: bytes, start: int) -> tuple[Any, ...]:
        return unpack(body, start) + constants

    return _Layout(
        fields,
        itemgetter(*fixed),
        itemgetter(*fixed)(first),
        itemgetter(*(places.get(name, missing.get(name, 0)) for name in Element._fields)),
    )


def _element(body: bytes, begin: int, end: int, spans: dict[str, tuple[int, int]] | None = None) -> Element:
    """Read attribute by attribute; note in `spans` where which value was."""
    spans = {} if spans is None else spans
    flags = 0
    for kind, first, last in walk(body, begin, end):
        if kind in _PLAIN:
            spans[_PLAIN[kind]] = (first, last)
        elif kind in (_KEY, _DATA):
            spans["key" if kind == _KEY else "data"] = next(((start, stop) for _, start, stop in walk(body, first, last)), (first, first))
        elif kind == _FLAGS:
            flags = int.from_bytes(body[first:last], "big")
        elif kind == _EXPRESSION:  # the kernel tells a single one this way, and several as a list
            _quota(body, first, last, spans)
        elif kind == _EXPRESSIONS:
            for _item, start, stop in walk(body, first, last):
                _quota(body, start, stop, spans)
    return Element(**{"key": b"", **{name: _read(name, body[start:stop]) for name, (start, stop) in spans.items()}, "flags": flags})


def _read(name: str, octets: bytes) -> Any:
    if name in {"key", "data"}:
        return octets
    if len(octets) != 8:
        raise ValueError(f"{name} of a set element has {len(octets)} octets")
    return int.from_bytes(octets, "big")


def _quota(body: bytes, begin: int, end: int, spans: dict[str, tuple[int, int]]) -> None:
    """Note where a quota's numbers are; other expressions (a set's own DNS limits) are passed over."""
    name = b""
    for kind, start, stop in walk(body, begin, end):
        if kind == _EXPR_NAME:
            name = body[start:stop]
        elif name == b"quota\0":
            for field, first, last in walk(body, start, stop):
                if field in (_QUOTA_OCTETS, _QUOTA_CONSUMED):
                    spans["quota" if field == _QUOTA_OCTETS else "consumed"] = (first, last)
