"""Elements of nftables sets and maps: messages that add and delete them, and questions for them. Called by the firewall only.

Never forks: nft 1.0.6 cannot even write a quota into an element.
"""

import errno
from collections.abc import Iterable, Iterator, Sequence

from routerd.kernel import netlink, nfnetlink
from routerd.kernel.attributes import nested, text, walk
from routerd.kernel.elementcodec import INTERVAL_END, LIST_ELEMENTS, UNLIMITED, Element, decode, encode
from routerd.kernel.netlink import Refused
from routerd.kernel.nfnetlink import Message

__all__ = ["INTERVAL_END", "UNLIMITED", "Element"]

NEW, GET, DELETE = 12, 13, 14

_LIST_TABLE, _LIST_SET = 1, 2

GROUP_OCTETS = 60_000
"""Elements of one message share an attribute, whose length has 16 bits."""


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
            yield head + nested(LIST_ELEMENTS, *group)
            group, octets = [], 0
        group.append(one)
        octets += len(one)
    if group:
        yield head + nested(LIST_ELEMENTS, *group)


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
        bodies = nfnetlink.ask(GET, head + nested(LIST_ELEMENTS, encode(Element(key))))
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
