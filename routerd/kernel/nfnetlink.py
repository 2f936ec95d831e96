"""Talks to the kernel's netfilter over netlink: transactions (batches) and dumps, as bytes in and bytes out.

Used by `kernel.elements`, `kernel.tables`, `kernel.conntrack`. A plain AF_NETLINK socket serves: the messages are made and read by
`kernel.attributes`, so pyroute2's socket, which wants to decode everything itself, would only stand in the way. Each exchange has a
socket of its own (about 30 microseconds), so exchanges of several threads never see each other's answers and no late answer of a
failed one is mistaken for the next one's. Netlink requests are handled inside `send`: when it returns, every answer is waiting.

Never decides what to write; never retries a transaction on its own.
"""

import errno
import os
import socket
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from routerd.core.errors import Unavailable
from routerd.kernel import attributes

NETLINK_NETFILTER = 12
SUBSYSTEM_CTNETLINK = 1
SUBSYSTEM_NFTABLES = 10
FAMILY_INET = 1

REQUEST, ACK, ECHO, DUMP, CREATE, EXCL = 0x1, 0x4, 0x8, 0x300, 0x400, 0x200

_ERROR, _DONE = 2, 3
_BATCH_BEGIN, _BATCH_END = 0x10, 0x11
_DUMP_INTERRUPTED = 0x10

_SO_SNDBUFFORCE, _SO_RCVBUFFORCE = 32, 33
_SOL_NETLINK, _NETLINK_CAP_ACK, _NETLINK_EXT_ACK = 270, 10, 11
_ACK_TEXT = 1
"""NLMSGERR_ATTR_MSG: the kernel's own words about what is wrong."""

BUFFER_OCTETS = 64 * 1024 * 1024
"""A limit, not an allocation: a transaction of 10,000 sessions is 4 MB in one datagram, and its answers have to fit as well."""

RECEIVE_OCTETS = 1 << 20
DUMP_TRIES = 5
"""A dump that the kernel calls interrupted (something changed meanwhile) is taken again so many times."""

_HEADER = struct.Struct("=IHHII")
_FAMILY = struct.Struct("!BBH")
_CODE = struct.Struct("=i")


@dataclass(frozen=True, slots=True)
class Message:
    """One request within a transaction.

    Attributes:
        kind: number within the nftables subsystem.
        flags: CREATE, EXCL, ECHO.
        body: encoded attributes.
    """

    kind: int
    flags: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Failure:
    """Which message of a transaction the kernel refused, and why.

    Attributes:
        at: index into the messages; -1 for the transaction as a whole.
        code: errno.
        text: the kernel's own words; may be empty.
    """

    at: int
    code: int
    text: str = ""

    def __str__(self) -> str:
        return f"{errno.errorcode.get(self.code, self.code)} ({os.strerror(self.code)}){': ' + self.text if self.text else ''}"


class Refused(Unavailable):
    """The kernel refused a transaction: nothing of it was applied.

    Args:
        failures: what was wrong, in the order of the messages.
    """

    def __init__(self, failures: Sequence[Failure]) -> None:
        super().__init__(f"the kernel refused the change: {failures[0]}")
        self.failures = tuple(failures)


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
    with _open() as channel:
        _send(channel, _batch(messages))
        return _batch_answers(_answers(channel), len(messages))


def request(subsystem: int, kind: int, family: int, body: bytes) -> None:
    """One acknowledged request outside a transaction.

    Raises:
        Refused: the kernel said no.
        Unavailable: the kernel could not be asked.
    """
    with _open() as channel:
        _send(channel, _message(subsystem << 8 | kind, REQUEST | ACK, 1, family, 0, body))
        for message_kind, _flags, seq, payload in _answers(channel):
            if message_kind == _ERROR and (failure := _failure(seq, payload)):
                raise Refused([failure])


def ask(kind: int, body: bytes = b"", family: int = FAMILY_INET) -> list[bytes]:
    """One nftables request that is answered with messages, outside a transaction.

    Returns:
        The answers' bodies.

    Raises:
        Refused: the kernel said no (ENOENT: what was asked for is not there).
        Unavailable: the kernel could not be asked.
    """
    with _open() as channel:
        _send(channel, _message(SUBSYSTEM_NFTABLES << 8 | kind, REQUEST, 1, family, 0, body))
        bodies: list[bytes] = []
        for message_kind, _flags, seq, payload in _answers(channel):
            if message_kind != _ERROR:
                bodies.append(payload[4:])
            elif failure := _failure(seq, payload):
                raise Refused([failure])
        return bodies


def dump(kind: int, body: bytes, *, subsystem: int = SUBSYSTEM_NFTABLES, family: int = FAMILY_INET) -> list[bytes]:
    """Everything that the kernel holds of a kind.

    Returns:
        Message bodies (attributes only), consistent: a dump that something changed under is taken again.

    Raises:
        Refused: the kernel said no (ENOENT: there is no such table or set).
        Unavailable: the kernel could not be asked, or changed too often.
    """
    for _ in range(DUMP_TRIES):
        bodies = _dump_once(subsystem << 8 | kind, family, body)
        if bodies is not None:
            return bodies
    raise Unavailable(f"the kernel's tables changed during each of {DUMP_TRIES} dumps")


def _dump_once(kind: int, family: int, body: bytes) -> list[bytes] | None:
    bodies: list[bytes] = []
    with _open() as channel:
        _send(channel, _message(kind, REQUEST | DUMP, 1, family, 0, body))
        interrupted = False
        while True:
            for message_kind, flags, seq, payload in _messages(_receive(channel)):
                interrupted = interrupted or bool(flags & _DUMP_INTERRUPTED)
                if message_kind in (_ERROR, _DONE):
                    failure = _failure(seq, payload)
                    if failure and failure.code != errno.EINTR:
                        raise Refused([failure])
                    return None if interrupted or failure else bodies
                bodies.append(payload[4:])


def _batch(messages: Sequence[Message]) -> bytes:
    last = len(messages) - 1
    parts = [_message(_BATCH_BEGIN, REQUEST, 0, 0, SUBSYSTEM_NFTABLES, b"")]
    for at, message in enumerate(messages):
        flags = message.flags | REQUEST | (ACK if at == last else 0)
        parts.append(_message(SUBSYSTEM_NFTABLES << 8 | message.kind, flags, at + 1, FAMILY_INET, 0, message.body))
    parts.append(_message(_BATCH_END, REQUEST, len(messages) + 1, 0, SUBSYSTEM_NFTABLES, b""))
    return b"".join(parts)


def _message(kind: int, flags: int, seq: int, family: int, resource: int, body: bytes) -> bytes:
    return _HEADER.pack(20 + len(body), kind, flags, seq, 0) + _FAMILY.pack(family, 0, resource) + body


def _batch_answers(answers: Iterator[tuple[int, int, int, bytes]], count: int) -> list[Message]:
    failures: list[Failure] = []
    echoed: list[Message] = []
    acknowledged = False
    for kind, flags, seq, payload in answers:
        if kind != _ERROR:
            echoed.append(Message(kind & 0xFF, flags, payload[4:]))
        elif failure := _failure(seq, payload):
            failures.append(failure if 0 < seq <= count else Failure(-1, failure.code, failure.text))
        else:
            acknowledged = acknowledged or seq == count
    if failures:
        raise Refused(sorted(failures, key=lambda failure: failure.at))
    if not acknowledged:
        raise Unavailable("the kernel did not acknowledge the change")
    return echoed


def _failure(seq: int, payload: bytes) -> Failure | None:
    """What an error or end-of-dump message says; None when it says that all is well."""
    code = -_CODE.unpack_from(payload)[0] if len(payload) >= 4 else 0
    if code == 0:
        return None
    # NETLINK_CAP_ACK: the refused message's header follows, its body does not, then the kernel's words.
    words = attributes.parse(payload[20:]).get(_ACK_TEXT, b"") if len(payload) > 20 else b""
    return Failure(seq - 1, code, words.rstrip(b"\0").decode(errors="replace"))


def _open() -> socket.socket:
    try:
        channel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETLINK_NETFILTER)
    except OSError as error:
        raise Unavailable(f"netfilter cannot be reached: {error.strerror} (kernel without CONFIG_NETFILTER_NETLINK?)") from error
    try:
        channel.setsockopt(socket.SOL_SOCKET, _SO_SNDBUFFORCE, BUFFER_OCTETS)
        channel.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, BUFFER_OCTETS)
        channel.setsockopt(_SOL_NETLINK, _NETLINK_CAP_ACK, 1)
        channel.setsockopt(_SOL_NETLINK, _NETLINK_EXT_ACK, 1)
        channel.bind((0, 0))
    except OSError as error:
        channel.close()
        raise Unavailable(f"netfilter cannot be reached: {error.strerror} (CAP_NET_ADMIN is needed)") from error
    return channel


def _send(channel: socket.socket, data: bytes) -> None:
    try:
        channel.send(data)
    except OSError as error:
        raise Unavailable(f"netfilter did not take {len(data)} octets: {error.strerror}") from error


def _receive(channel: socket.socket, flags: int = 0) -> bytes:
    try:
        return channel.recv(RECEIVE_OCTETS, flags)
    except BlockingIOError:
        return b""
    except OSError as error:
        raise Unavailable(f"netfilter's answer was lost: {error.strerror}") from error


def _answers(channel: socket.socket) -> Iterator[tuple[int, int, int, bytes]]:
    """Every answer that is waiting."""
    while data := _receive(channel, socket.MSG_DONTWAIT):
        yield from _messages(data)


def _messages(data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    at = 0
    while len(data) - at >= 16:
        length, kind, flags, seq, _port = _HEADER.unpack_from(data, at)
        if length < 16 or at + length > len(data):
            raise Unavailable("netfilter's answer is not well-formed netlink")
        yield kind, flags, seq, data[at + 16 : at + length]
        at += (length + 3) & ~3
