"""Talks to routing and traffic control over netlink: requests that each stand for themselves, many in one go, and dumps.

Used by `kernel.rules` and `kernel.htb`. Kinds and headers are those of linux/rtnetlink.h.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from routerd.core.errors import Unavailable
from routerd.kernel import netlink
from routerd.kernel.netlink import ACK, DUMP, DUMP_TRIES, ERROR, REQUEST, ROUTE, Failure

MESSAGES_MOST = 500
"""Requests in one datagram; each acknowledgement takes room in the socket until it is read."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        kind: RTM_…
        flags: CREATE, EXCL, REPLACE.
        body: family header and encoded attributes.
    """

    kind: int
    flags: int
    body: bytes


def apply(requests: Sequence[Request]) -> list[Failure]:
    """Make requests in order. Each is applied or refused on its own.

    Returns:
        The refusals; `at` is the index of the request.

    Raises:
        Unavailable: the kernel could not be asked.
    """
    failures: list[Failure] = []
    for start in range(0, len(requests), MESSAGES_MOST):
        group = requests[start : start + MESSAGES_MOST]
        with netlink.channel(ROUTE) as channel:
            for at, each in enumerate(group):
                # One message a datagram: the kernel stops reading a datagram at the first refusal of some kinds.
                channel.send(netlink.message(each.kind, each.flags | REQUEST | ACK, start + at + 1, each.body))
            for kind, _flags, seq, payload in channel.answers():
                if kind == ERROR and (failed := netlink.failure(seq, payload)):
                    failures.append(failed)
    return failures


def dump(kind: int, header: bytes) -> list[tuple[int, bytes]]:
    """Everything of a kind.

    Args:
        kind: RTM_GET…
        header: family header, and attributes that narrow it down.

    Returns:
        Kind and payload of each message.

    Raises:
        Refused: the kernel said no.
        Unavailable: the kernel could not be asked, or changed too often.
    """
    for _ in range(DUMP_TRIES):
        with netlink.channel(ROUTE) as channel:
            channel.send(netlink.message(kind, REQUEST | DUMP, 1, header))
            answers = channel.dump()
        found = netlink.whole(answers)
        if found is not None:
            return [(kind, payload) for kind, _flags, _seq, payload in found]
    raise Unavailable(f"traffic control changed during each of {DUMP_TRIES} dumps")
