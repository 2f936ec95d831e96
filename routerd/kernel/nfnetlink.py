"""Talks to netfilter over netlink: nftables transactions (batches), dumps, single requests. Bytes in, bytes out.

Used by `kernel.elements`, `kernel.tables`, `kernel.objects` and `kernel.conntrack`. Never decides what to write; never repeats a
transaction on its own.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from routerd.core.errors import Unavailable
from routerd.kernel import netlink
from routerd.kernel.netlink import ACK, DUMP, DUMP_TRIES, ERROR, NETFILTER, REQUEST, Answer, Failure, Refused

SUBSYSTEM_CTNETLINK = 1
SUBSYSTEM_NFTABLES = 10
FAMILY_INET = 1

_BATCH_BEGIN, _BATCH_END = 0x10, 0x11
_FAMILY = struct.Struct("!BBH")


@dataclass(frozen=True, slots=True)
class Message:
    """One request within a transaction, or what was echoed of one.

    Attributes:
        kind: number within the nftables subsystem.
        flags: CREATE, EXCL, ECHO.
        body: encoded attributes.
    """

    kind: int
    flags: int
    body: bytes


def transact(messages: Sequence[Message]) -> list[Message]:
    """Apply every message or none.

    Args:
        messages: in order; what one creates the next may use.

    Returns:
        What the kernel echoed for messages with ECHO, and a word on the new generation.

    Raises:
        Refused: the kernel said no; nothing was applied.
        Unavailable: the kernel could not be asked.
    """
    if not messages:
        return []
    with netlink.channel(NETFILTER) as channel:
        channel.send(_batch(messages))
        answers = channel.answers()
    return _batch_answers(answers, len(messages))


def request(subsystem: int, kind: int, family: int, body: bytes) -> None:
    """One acknowledged request outside a transaction.

    Raises:
        Refused: the kernel said no.
        Unavailable: the kernel could not be asked.
    """
    with netlink.channel(NETFILTER) as channel:
        channel.send(_message(subsystem << 8 | kind, REQUEST | ACK, 1, family, 0, body))
        answers = channel.answers()
    _refusal(answers)


def ask(kind: int, body: bytes = b"", family: int = FAMILY_INET) -> list[bytes]:
    """One nftables request that is answered with messages, outside a transaction.

    Returns:
        The answers' bodies.

    Raises:
        Refused: the kernel said no (ENOENT: what was asked for is not there).
        Unavailable: the kernel could not be asked.
    """
    with netlink.channel(NETFILTER) as channel:
        channel.send(_message(SUBSYSTEM_NFTABLES << 8 | kind, REQUEST, 1, family, 0, body))
        answers = channel.answers()
    _refusal(answers)
    return [payload[4:] for message_kind, _flags, _seq, payload in answers if message_kind != ERROR]


def dump(kind: int, body: bytes, *, subsystem: int = SUBSYSTEM_NFTABLES, family: int = FAMILY_INET) -> list[bytes]:
    """Everything that the kernel holds of a kind.

    Returns:
        Message bodies (attributes only), consistent: a dump that something changed under is taken again.

    Raises:
        Refused: the kernel said no (ENOENT: there is no such table or set).
        Unavailable: the kernel could not be asked, or changed too often.
    """
    for _ in range(DUMP_TRIES):
        with netlink.channel(NETFILTER) as channel:
            channel.send(_message(subsystem << 8 | kind, REQUEST | DUMP, 1, family, 0, body))
            answers = channel.dump()
        found = netlink.whole(answers)
        if found is not None:
            return [payload[4:] for _kind, _flags, _seq, payload in found]
    raise Unavailable(f"the kernel's tables changed during each of {DUMP_TRIES} dumps")


def _refusal(answers: Iterable[Answer]) -> None:
    for kind, _flags, seq, payload in answers:
        if kind == ERROR and (failed := netlink.failure(seq, payload)):
            raise Refused([failed])


def _batch(messages: Sequence[Message]) -> bytes:
    last = len(messages) - 1
    parts = [_message(_BATCH_BEGIN, REQUEST, 0, 0, SUBSYSTEM_NFTABLES, b"")]
    for at, each in enumerate(messages):
        flags = each.flags | REQUEST | (ACK if at == last else 0)
        parts.append(_message(SUBSYSTEM_NFTABLES << 8 | each.kind, flags, at + 1, FAMILY_INET, 0, each.body))
    parts.append(_message(_BATCH_END, REQUEST, len(messages) + 1, 0, SUBSYSTEM_NFTABLES, b""))
    return b"".join(parts)


def _message(kind: int, flags: int, seq: int, family: int, resource: int, body: bytes) -> bytes:
    return netlink.message(kind, flags, seq, _FAMILY.pack(family, 0, resource) + body)


def _batch_answers(answers: Iterable[Answer], count: int) -> list[Message]:
    failures: list[Failure] = []
    echoed: list[Message] = []
    acknowledged = False
    for kind, flags, seq, payload in answers:
        if kind != ERROR:
            echoed.append(Message(kind & 0xFF, flags, payload[4:]))
        elif failed := netlink.failure(seq, payload):
            failures.append(failed if 0 < seq <= count else Failure(-1, failed.code, failed.text))
        else:
            acknowledged = acknowledged or seq == count
    if failures:
        raise Refused(sorted(failures, key=lambda each: each.at))
    if not acknowledged:
        raise Unavailable("the kernel did not acknowledge the change")
    return echoed
