"""Elements of nftables sets and maps, with what each may carry: a timeout, a quota, the time it was last matched.

A codec (pure, property-tested) and the verbs that use it. Called by the firewall only. Never forks: nft 1.0.6 cannot even write a
quota into an element. Numbers are those of linux/netfilter/nf_tables.h; the kernel lets an element carry at most two expressions
(NFT_SET_EXPR_MAX), and quota and last are the two.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from routerd.kernel import nfnetlink
from routerd.kernel.attributes import HEADER, NESTED, attribute, be32, be64, nested, text, walk
from routerd.kernel.nfnetlink import Message

NEW, GET, DELETE = 12, 13, 14

_LIST_TABLE, _LIST_SET, _LIST_ELEMENTS = 1, 2, 3
_KEY, _DATA, _FLAGS, _TIMEOUT, _EXPIRATION, _EXPRESSION, _EXPRESSIONS = 1, 2, 3, 4, 5, 7, 11
_ITEM = 1
_VALUE = 1
_EXPR_NAME, _EXPR_DATA = 1, 2
_QUOTA_OCTETS, _QUOTA_FLAGS, _QUOTA_CONSUMED = 1, 2, 4
_LAST_SET, _LAST_MS = 1, 2

INTERVAL_END = 1
"""Flag of the element that ends an interval: the first key that is no longer inside."""

UNLIMITED = (1 << 63) - 1
"""A quota that is never spent: the element then only counts."""

GROUP_OCTETS = 60_000
"""Elements of one message share an attribute, whose length has 16 bits."""


class Element(NamedTuple):
    """One element. A tuple rather than a dataclass: ten thousand are made for each look at the kernel.

    Attributes:
        key: as the kernel compares it (marks in host byte order, concatenated parts each padded to four octets).
        data: the map's value; empty in a set.
        timeout_ms: life that it was given; None for ever.
        expires_ms: life that is left; None for ever. Only read, never written.
        quota: octets after which it stops matching; None when it carries no quota.
        consumed: octets counted so far; the packets refused since are counted too.
        idle_ms: since it last matched; None when it never did, or does not track that.
        tracks: whether it tracks when it last matched.
        flags: INTERVAL_END or 0.
    """

    key: bytes
    data: bytes = b""
    timeout_ms: int | None = None
    expires_ms: int | None = None
    quota: int | None = None
    consumed: int = 0
    idle_ms: int | None = None
    tracks: bool = False
    flags: int = 0


def encode(element: Element) -> bytes:
    """One element as the kernel takes it."""
    parts = [nested(_KEY, attribute(_VALUE, element.key))]
    if element.data:
        parts.append(nested(_DATA, attribute(_VALUE, element.data)))
    if element.flags:
        parts.append(be32(_FLAGS, element.flags))
    if element.timeout_ms is not None:
        parts.append(be64(_TIMEOUT, element.timeout_ms))
    if element.quota is not None or element.tracks:
        parts.append(nested(_EXPRESSIONS, *_expressions(element)))
    return nested(_ITEM, *parts)


def _expressions(element: Element) -> Iterator[bytes]:
    if element.quota is not None:
        counted = be64(_QUOTA_OCTETS, element.quota) + be32(_QUOTA_FLAGS, 0) + be64(_QUOTA_CONSUMED, element.consumed)
        yield nested(_ITEM, text(_EXPR_NAME, "quota"), nested(_EXPR_DATA, counted))
    if element.tracks:
        seen = b"" if element.idle_ms is None else be32(_LAST_SET, 1) + be64(_LAST_MS, element.idle_ms)
        yield nested(_ITEM, text(_EXPR_NAME, "last"), nested(_EXPR_DATA, seen))


def decode(body: bytes) -> Iterator[Element]:
    """The elements of one message body."""
    for kind, begin, end in walk(body):
        if kind == _LIST_ELEMENTS:
            for _kind, first, last in walk(body, begin, end):
                yield _element(body, first, last)


_BE64 = struct.Struct("!Q")
_BE32 = struct.Struct("!I")


def _element(body: bytes, begin: int, end: int) -> Element:
    key = data = b""
    timeout = expires = quota = idle = None
    consumed = flags = 0
    tracks = False
    at = begin
    unpack = HEADER.unpack_from
    while end - at >= 4:
        length, kind = unpack(body, at)
        kind &= ~NESTED
        if length < 4 or at + length > end:
            raise ValueError("a malformed set element")
        if kind == _KEY:
            key = body[at + 8 : at + 4 + unpack(body, at + 4)[0]]
        elif kind == _DATA:
            data = body[at + 8 : at + 4 + unpack(body, at + 4)[0]]
        elif kind == _TIMEOUT:
            timeout = _BE64.unpack_from(body, at + 4)[0]
        elif kind == _EXPIRATION:
            expires = _BE64.unpack_from(body, at + 4)[0]
        elif kind == _FLAGS:
            flags = _BE32.unpack_from(body, at + 4)[0]
        elif kind == _EXPRESSIONS:
            quota, consumed, idle, tracks = _carried(body, walk(body, at + 4, at + length))
        elif kind == _EXPRESSION:  # the kernel tells a single one this way
            quota, consumed, idle, tracks = _carried(body, ((_ITEM, at + 4, at + length),))
        at += (length + 3) & ~3
    return Element(key, data, timeout, expires, quota, consumed, idle, tracks, flags)


def _carried(body: bytes, items: Iterable[tuple[int, int, int]]) -> tuple[int | None, int, int | None, bool]:
    """Quota, consumed, idle time and whether idle time is tracked, of an element's expressions."""
    quota = idle = None
    consumed = 0
    tracks = False
    for _item, first, last in items:
        name = b""
        for kind, start, stop in walk(body, first, last):
            if kind == _EXPR_NAME:
                name = body[start:stop]
            elif name == b"quota\0":
                values = {k: body[s:e] for k, s, e in walk(body, start, stop)}
                quota = int.from_bytes(values.get(_QUOTA_OCTETS, b""), "big")
                consumed = int.from_bytes(values.get(_QUOTA_CONSUMED, b""), "big")
            elif name == b"last\0":
                tracks = True
                values = {k: body[s:e] for k, s, e in walk(body, start, stop)}
                if int.from_bytes(values.get(_LAST_SET, b""), "big"):
                    idle = int.from_bytes(values.get(_LAST_MS, b""), "big")
    return quota, consumed, idle, tracks


def adding(table: str, name: str, elements: Iterable[Element], *, exclusive: bool = False) -> list[Message]:
    """Messages that add elements.

    Args:
        table: in family inet.
        name: set or map.
        elements: what to add; one that is there already is left as it is, unless `exclusive`.
        exclusive: each element in a message of its own that fails with EEXIST when it is there already.
    """
    flags = nfnetlink.CREATE | (nfnetlink.EXCL if exclusive else 0)
    return [Message(NEW, flags, body) for body in _bodies(table, name, map(encode, elements), singly=exclusive)]


def deleting(table: str, name: str, keys: Iterable[bytes | Element]) -> list[Message]:
    """Messages that delete elements, one each, so that a missing one can be told from the rest; what was deleted is echoed."""
    encoded = (encode(key if isinstance(key, Element) else Element(key)) for key in keys)
    return [Message(DELETE, nfnetlink.ECHO, body) for body in _bodies(table, name, encoded, singly=True)]


def _bodies(table: str, name: str, encoded: Iterable[bytes], *, singly: bool) -> Iterator[bytes]:
    head = text(_LIST_TABLE, table) + text(_LIST_SET, name)
    group: list[bytes] = []
    octets = 0
    for one in encoded:
        if group and (singly or octets + len(one) > GROUP_OCTETS):
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


def echoed(bodies: Sequence[bytes]) -> dict[tuple[str, bytes], Element]:
    """What `transact` echoed for deletions, by set name and key."""
    found: dict[tuple[str, bytes], Element] = {}
    for body in bodies:
        name = next((body[begin : end - 1].decode() for kind, begin, end in walk(body) if kind == _LIST_SET), "")
        for element in decode(body):
            found[name, element.key] = element
    return found
