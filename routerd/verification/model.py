"""What a one-time code is and when it is right, and how many messages may leave. Pure: time, counts and fingerprints are passed in.

A challenge is one code, and one link's ticket, sent to one recipient at the wish of one device. It is open until it is answered
rightly, answered wrongly too often, replaced by a newer one, or too old. The service keeps it; this judges it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from routerd.core.durations import DAY_S, HOUR_S
from routerd.core.messaging import SendingLimits

TRIES_MOST = 5
"""Wrong answers to one challenge: with a million codes a guesser has one chance in 200,000, and the next challenge goes to the person
whom he pretends to be."""

CODE_DIGITS = 6

SKEW_S = 60
"""So far the clock may have been set back since a code was sent; further, and codes would live for longer than they may."""

KEPT_S = 2 * DAY_S
"""Counted messages are remembered for so long: the longest window is a day."""

HOLDINGS_KEPT_S = 366 * DAY_S
"""As long as the longest grant may run."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """A code that was sent; times are seconds since the epoch.

    Attributes:
        id: its number.
        purpose: the method that asked for it.
        mac: the only device that may answer.
        recipient: whom it was sent to.
        code_print: keyed fingerprint of the code.
        ticket_print: of the link's ticket.
        carried: what the method wants back.
        issued_at: when.
        expires_at: from then on no answer is right.
        tries: wrong answers so far.
    """

    id: int
    purpose: str
    mac: str
    recipient: str
    code_print: str
    ticket_print: str
    carried: str
    issued_at: int
    expires_at: int
    tries: int

    def is_open(self, now: float) -> bool:
        """Whether a right answer still counts."""
        return self.issued_at - SKEW_S <= now < self.expires_at and self.tries < TRIES_MOST


@dataclass(frozen=True, slots=True)
class Ask:
    """A method wants a recipient to prove itself.

    Attributes:
        channel: ``mail`` or ``sms``.
        purpose: the method's name.
        recipient: normalised address or number.
        mac: the device that asks.
        network: the guest network that it is on.
        valid_s: how long the code may be used.
        pause_s: an open code younger than this is not followed by another.
        carried: what `Proven` brings back.
    """

    channel: str
    purpose: str
    recipient: str
    mac: str
    network: str
    valid_s: int
    pause_s: int = 0
    carried: str = ""


@dataclass(frozen=True, slots=True)
class Issued:
    """What `issue` did.

    Attributes:
        recipient: who was, or is, to receive the code.
        expires_at: seconds since the epoch.
        sent: False: an open code is young enough, or no further message may be sent, and the one sent before still counts.
        wait_s: seconds until another may be asked for.
    """

    recipient: str
    expires_at: int
    sent: bool
    wait_s: int


@dataclass(frozen=True, slots=True)
class Proven:
    """A right answer, not yet used.

    Attributes:
        challenge: its number.
        recipient: who has proven to receive messages there.
        carried: as it was asked for.
    """

    challenge: int
    recipient: str
    carried: str


@dataclass(frozen=True, slots=True)
class Bound:
    """At most `most` messages of one holder within a window.

    Attributes:
        scope: ``recipient``, ``device``, ``network`` or ``box``.
        holder: which of that scope.
        window_s: seconds.
        most: messages.
    """

    scope: str
    holder: str
    window_s: int
    most: int


def bounds(limits: SendingLimits, recipient: str, mac: str, network: str) -> Iterator[Bound]:
    """What a message has to stay within.

    Args:
        limits: the settings.
        recipient: a fingerprint of who would receive it.
        mac: of the device that asks for it.
        network: that it is on.
    """
    yield Bound("recipient", recipient, HOUR_S, limits.recipient_hour)
    yield Bound("recipient", recipient, DAY_S, limits.recipient_day)
    yield Bound("device", mac, HOUR_S, limits.device_hour)
    yield Bound("network", network, HOUR_S, limits.network_hour)
    yield Bound("box", "", HOUR_S, limits.box_hour)
    yield Bound("box", "", DAY_S, limits.box_day)


def mailbox(recipient: str) -> str:
    """Who really receives: ``eve+1@…`` and ``eve+2@…`` are one mailbox at most providers, and so count as one."""
    local, at, domain = recipient.rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}" if at else recipient
