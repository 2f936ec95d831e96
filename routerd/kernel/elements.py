"""Elements of nftables sets and maps, with what each may carry: a timeout and a quota.

A codec (pure, property-tested) and the verbs that use it. Called by the firewall only. Never forks: nft 1.0.6 cannot even write a
quota into an element. Numbers are those of linux/netfilter/nf_tables.h.

The kernel could also note when an element was last matched (`last`). It is left alone: nft 1.0.6, Debian 12's, crashes on listing
any ruleset that has one.
"""

import errno
import struct
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from routerd.kernel import netlink, nfnetlink
from routerd.kernel.attributes import HEADER, NESTED, attribute, be32, be64, nested, text, walk
from routerd.kernel.netlink import Refused
from routerd.kernel.nfnetlink import Message

NEW, GET, DELETE = 12, 13, 14

_LIST_TABLE, _LIST_SET, _LIST_ELEMENTS = 1, 2, 3
_KEY, _DATA, _FLAGS, _TIMEOUT, _EXPIRATION, _EXPRESSION, _EXPRESSIONS = 1, 2, 3, 4, 5, 7, 11
_ITEM = 1
_VALUE = 1
_EXPR_NAME, _EXPR_DATA = 1, 2
_QUOTA_OCTETS, _QUOTA_FLAGS, _QUOTA_CONSUMED = 1, 2, 4

INTERVAL_END = 1
"""Flag of the element that ends an interval: the first key that is no longer inside."""

UNLIMITED = (1 << 63) - 1
"""A quota that is never spent: the element then only counts."""

GROUP_OCTETS = 60_000
"""Elements of one message share an attribute, whose length has 16 bits."""

_BE64 = struct.Struct("!Q")
_BE32 = struct.Struct("!I")


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
        expression = nested(_ITEM, text(_EXPR_NAME, "quota"), nested(_EXPR_DATA, counted))
        parts.append(nested(_EXPRESSIONS, expression))
        values += [8, 8]
    whole = nested(_ITEM, *parts)
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
        if kind == _LIST_ELEMENTS:
            for _kind, first, last in walk(body, begin, end):
                yield _element(body, first, last)


def _element(body: bytes, begin: int, end: int) -> Element:
    key = data = b""
    timeout = expires = quota = None
    consumed = flags = 0
    at = begin
    unpack = HEADER.unpack_from
    while end - at >= 4:
        length, kind = unpack(body, at)
        kind &= ~NESTED
        if length < 4 or at + length > end:
            raise ValueError("a malformed set element")
        if kind == _KEY:
            key = body[at + 8 : at + 4 + unpack(body, at + 4)[0]]
        elif kind == _EXPRESSION:  # the kernel tells a single one this way, and several as a list
            quota, consumed = _quota(body, at + 4, at + length)
        elif kind == _TIMEOUT:
            timeout = _BE64.unpack_from(body, at + 4)[0]
        elif kind == _EXPIRATION:
            expires = _BE64.unpack_from(body, at + 4)[0]
        elif kind == _DATA:
            data = body[at + 8 : at + 4 + unpack(body, at + 4)[0]]
        elif kind == _FLAGS:
            flags = _BE32.unpack_from(body, at + 4)[0]
        elif kind == _EXPRESSIONS:
            for _item, first, last in walk(body, at + 4, at + length):
                quota, consumed = _quota(body, first, last)
        at += (length + 3) & ~3
    return Element(key, data, timeout, expires, quota, consumed, flags)


def _quota(body: bytes, begin: int, end: int) -> tuple[int | None, int]:
    """Quota and consumed of an expression; None and 0 when it is something else (a set's own DNS limits)."""
    name = b""
    octets, consumed = None, 0
    for kind, start, stop in walk(body, begin, end):
        if kind == _EXPR_NAME:
            name = body[start:stop]
        elif name == b"quota\0":
            for field, first, last in walk(body, start, stop):
                if field == _QUOTA_OCTETS:
                    octets = int.from_bytes(body[first:last], "big")
                elif field == _QUOTA_CONSUMED:
                    consumed = int.from_bytes(body[first:last], "big")
    return octets, consumed


def adding(table: str, name: str, elements: Iterable[Element], *, exclusive: bool = False) -> list[Message]:
    """Messages that add elements.

    Args:
        table: in family inet.
        name: set or map.
        elements: what to add; one that is there already is left as it is, unless `exclusive`.
        exclusive: fail with EEXIST when one of them is there already.
    """
    flags = netlink.CREATE | (netlink.EXCL if exclusive else 0)
    return [Message(NEW, flags, body) for body in _bodies(table, name, map(encode, elements))]


def deleting(table: str, name: str, keys: Iterable[bytes]) -> list[Message]:
    """Messages that delete elements, and fail with ENOENT when one of them is not there; what was deleted is echoed."""
    return [Message(DELETE, netlink.ECHO, body) for body in _bodies(table, name, (encode(Element(key)) for key in keys))]


def emptying(table: str, name: str) -> Message:
    """A message that deletes every element of a set."""
    return Message(DELETE, 0, text(_LIST_TABLE, table) + text(_LIST_SET, name))


def _bodies(table: str, name: str, encoded: Iterable[bytes]) -> Iterator[bytes]:
    head = text(_LIST_TABLE, table) + text(_LIST_SET, name)
    group: list[bytes] = []
    octets = 0
    for one in encoded:
        if group and octets + len(one) > GROUP_OCTETS:
            yield head + nested(_LIST_ELEMENTS, *group)
            group, octets = [], 0
        group.append(one)
        octets += len(one)
    if group:
        yield head + nested(_LIST_ELEMENTS, *group)


def dump(table: str, name: str) -> list[Element]:
    """Every living element of a set or map.

    Raises:
        Refused: there is no such set.
        Unavailable: the kernel could not be asked.
    """
    bodies = nfnetlink.dump(GET, text(_LIST_TABLE, table) + text(_LIST_SET, name))
    return [element for body in bodies for element in decode(body)]


def get(table: str, name: str, key: bytes) -> Element | None:
    """One element; None when it is not there.

    Raises:
        Unavailable: the kernel could not be asked.
    """
    head = text(_LIST_TABLE, table) + text(_LIST_SET, name)
    try:
        bodies = nfnetlink.ask(GET, head + nested(_LIST_ELEMENTS, encode(Element(key))))
    except Refused as refused:
        if refused.failures[0].code == errno.ENOENT:
            return None
        raise
    return next((element for body in bodies for element in decode(body)), None)


def echoed(answers: Sequence[Message]) -> dict[tuple[str, bytes], Element]:
    """What `transact` echoed for deletions, by set name and key."""
    found: dict[tuple[str, bytes], Element] = {}
    for answer in answers:
        if answer.kind != DELETE:
            continue
        name = next((answer.body[begin : end - 1].decode() for kind, begin, end in walk(answer.body) if kind == _LIST_SET), "")
        for element in decode(answer.body):
            found[name, element.key] = element
    return found
