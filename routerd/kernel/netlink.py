"""Plain netlink: a socket, messages in and out, what the kernel says when it refuses.

Shared by `kernel.nfnetlink` and `kernel.rtnetlink`.

A bare AF_NETLINK socket serves: messages are made and read by `kernel.attributes`, so pyroute2's socket, which decodes everything
itself, would only stand in the way. Each exchange has a socket to itself, so exchanges of several threads never see each other's
answers; one that failed closes its socket, so that no late answer is mistaken for the next one's. Sockets are kept for the next
exchange: after a deletion in nftables the kernel makes closing one wait 8 to 20 ms (measured on Linux 6.18), until every CPU has let
go of what was deleted. Netlink requests are handled inside `send`: when it returns, every answer is waiting.
"""

import contextlib
import errno
import os
import socket
import struct
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from routerd.core.errors import Unavailable
from routerd.kernel import attributes

NAMESPACE = Path("/proc/thread-self/ns/net")
ROUTE, NETFILTER = 0, 12
"""Which part of the kernel to talk to."""

REQUEST, ACK, ECHO, DUMP, CREATE, EXCL, REPLACE = 0x1, 0x4, 0x8, 0x300, 0x400, 0x200, 0x100

ERROR, DONE = 2, 3
_DUMP_INTERRUPTED = 0x10

_SO_SNDBUFFORCE, _SO_RCVBUFFORCE = 32, 33
_SOL_NETLINK, _NETLINK_CAP_ACK, _NETLINK_EXT_ACK, _NETLINK_GET_STRICT_CHK = 270, 10, 11, 12
_ACK_TEXT = 1
"""NLMSGERR_ATTR_MSG: the kernel's own words about what is wrong."""

BUFFER_OCTETS = 64 * 1024 * 1024
"""A limit, not an allocation: a transaction of 10,000 sessions is 4 MB in one datagram, and its answers have to fit as well."""

RECEIVE_OCTETS = 1 << 17
"""Four times the largest datagram that the kernel makes of a dump."""
SPARE_MOST = 8
"""Sockets kept for later; as many threads seldom talk to the kernel at once."""
DUMP_TRIES = 5
"""A dump that the kernel calls interrupted (something changed meanwhile) is taken again so many times."""

_HEADER = struct.Struct("=IHHII")
_CODE = struct.Struct("=i")

OWN_PORTS_MOST = 256
"""Sockets remembered, to tell our own changes from those of others."""
_own_ports: deque[int] = deque(maxlen=OWN_PORTS_MOST)
_spare: defaultdict[tuple[int, int], list["Channel"]] = defaultdict(list)

Answer = tuple[int, int, int, bytes]
"""Type, flags, sequence number and payload of a message."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Which message the kernel refused, and why.

    Attributes:
        at: index into the messages; -1 for all of them together.
        code: errno.
        text: the kernel's own words; may be empty.
    """

    at: int
    code: int
    text: str = ""

    def __str__(self) -> str:
        return f"{errno.errorcode.get(self.code, self.code)} ({os.strerror(self.code)}){': ' + self.text if self.text else ''}"


class Refused(Unavailable):
    """The kernel refused; of a transaction nothing was applied.

    Args:
        failures: what was wrong, in the order of the messages.
    """

    def __init__(self, failures: Sequence[Failure]) -> None:
        super().__init__(f"the kernel refused the change: {failures[0]}")
        self.failures = tuple(failures)


@contextlib.contextmanager
def channel(part: int) -> Iterator["Channel"]:
    """A socket for one exchange, in the network namespace of the calling thread.

    Args:
        part: ROUTE or NETFILTER.

    Raises:
        Unavailable: the kernel has no such part, or this process may not talk to it.
    """
    place = (part, NAMESPACE.stat().st_ino)
    spare = _spare[place]
    try:
        one = spare.pop()
    except IndexError:
        one = Channel(part)
    sound = False
    try:
        yield one
        sound = True
    finally:
        if sound and len(spare) < SPARE_MOST:
            spare.append(one)
        else:
            one.close()


class Channel:
    """A netlink socket. Only `channel` makes one.

    Args:
        part: ROUTE or NETFILTER.

    Raises:
        Unavailable: the kernel has no such part, or this process may not talk to it.
    """

    def __init__(self, part: int) -> None:
        try:
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, part)
        except OSError as error:
            raise Unavailable(f"netlink cannot be reached: {error.strerror} (a kernel without CONFIG_NETFILTER_NETLINK?)") from error
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_SNDBUFFORCE, BUFFER_OCTETS)
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, BUFFER_OCTETS)
            for option in (_NETLINK_CAP_ACK, _NETLINK_EXT_ACK, _NETLINK_GET_STRICT_CHK):
                self._socket.setsockopt(_SOL_NETLINK, option, 1)
            self._socket.bind((0, 0))
            _own_ports.append(self._socket.getsockname()[0])
        except OSError as error:
            self._socket.close()
            raise Unavailable(f"netlink cannot be reached: {error.strerror} (CAP_NET_ADMIN is needed)") from error

    def close(self) -> None:
        """Give it back to the kernel."""
        self._socket.close()

    def send(self, data: bytes) -> None:
        """Hand messages to the kernel, which has dealt with them when this returns."""
        try:
            self._socket.send(data)
        except OSError as error:
            raise Unavailable(f"the kernel did not take {len(data)} octets: {error.strerror}") from error

    def answers(self) -> list[Answer]:
        """Every answer that is waiting."""
        found: list[Answer] = []
        while data := self._receive(socket.MSG_DONTWAIT):
            found += messages_in(data)
        return found

    def dump(self) -> list[Answer]:
        """The answers to a dump request that was sent; the last is DONE or ERROR."""
        found: list[Answer] = []
        while not found or found[-1][0] not in (ERROR, DONE):
            found += messages_in(self._receive())
        return found

    def _receive(self, flags: int = 0) -> bytes:
        try:
            return self._socket.recv(RECEIVE_OCTETS, flags)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise Unavailable(f"the kernel's answer was lost: {error.strerror}") from error


def is_own(port: int) -> bool:
    """Whether a netlink port belongs to an exchange of this process, as far back as OWN_PORTS_MOST sockets."""
    return port in _own_ports


def message(kind: int, flags: int, seq: int, payload: bytes) -> bytes:
    """One message, whose payload is a family header and attributes."""
    return _HEADER.pack(16 + len(payload), kind, flags, seq, 0) + payload


def messages_in(data: bytes) -> Iterator[Answer]:
    """The messages of one datagram.

    Raises:
        Unavailable: it is not well-formed.
    """
    at = 0
    while len(data) - at >= 16:
        length, kind, flags, seq, _port = _HEADER.unpack_from(data, at)
        if length < 16 or at + length > len(data):
            raise Unavailable("the kernel's answer is not well-formed netlink")
        yield kind, flags, seq, data[at + 16 : at + length]
        at += (length + 3) & ~3


def whole(answers: Sequence[Answer]) -> Sequence[Answer] | None:
    """What a dump found; None when something changed while it was taken.

    Args:
        answers: as `Channel.dump` returned them.

    Raises:
        Refused: the kernel said no.
    """
    _kind, _flags, seq, payload = answers[-1]
    failed = failure(seq, payload)
    if failed and failed.code != errno.EINTR:
        raise Refused([failed])
    if failed or any(flags & _DUMP_INTERRUPTED for _, flags, _, _ in answers):
        return None
    return answers[:-1]


def failure(seq: int, payload: bytes) -> Failure | None:
    """What an ERROR or DONE message says; None when it says that all is well. Messages are numbered from 1."""
    code = -_CODE.unpack_from(payload)[0] if len(payload) >= 4 else 0
    if code == 0:
        return None
    # NETLINK_CAP_ACK: the refused message's header follows, its body does not, then the kernel's words.
    words = attributes.parse(payload[20:]).get(_ACK_TEXT, b"") if len(payload) > 20 else b""
    return Failure(seq - 1, code, words.rstrip(b"\0").decode(errors="replace"))
