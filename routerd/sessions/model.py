"""What a grant and a session are, and the arithmetic that decides about them. Pure: time and counts are passed in.

A grant is what somebody holds: a span of time and two totals of octets, spent by all sessions under it together. A session is one
device using a grant. Its life: begun, open, ended for a reason; an ended one never opens again (a device that returns gets a new
session). It is settled when the kernel's last count of it is in.

Several devices under one limited grant: the kernel holds each session to a quota of its own, so what is left is dealt out in
equal parts. The sum of the quotas and of what ended sessions used never exceeds the limit, so the total holds with the daemon
dead. `lopsided` says when to deal again. A device alone has all that is left, and is exact to a packet.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import msgspec

from routerd.core.errors import Denied
from routerd.core.terms import Device, PassKey, Terms, Usage

RESUMABLE = ("idle", "failed")
"""Reasons after which a device is let in again without signing in: it went quiet, or the kernel refused it for a moment."""

PACKET_OCTETS = 2048
"""Parts smaller than a packet are not worth dealing out."""


SPARE_SHARE = 64
"""One part in so many is held back when quotas of open sessions are replaced: at 1 Gbit/s a millisecond is 125 kB."""


class Octets(NamedTuple):
    """Octets towards the guest and from it."""

    down: int
    up: int


class Quota(NamedTuple):
    """Most octets that one session may count in all; None unlimited."""

    down: int | None
    up: int | None

    def raised(self, by: Octets) -> "Quota":
        """The same with so much more."""
        return Quota(None if self.down is None else self.down + by.down, None if self.up is None else self.up + by.up)


class Grant(msgspec.Struct, frozen=True, gc=False):
    """What somebody holds; fields as in `core.terms.Terms`.

    Attributes:
        down_used_octets: by sessions that have ended.
        up_used_octets: likewise.
        revoked_at: since when it may no longer be used; None while it may.
        extra_s: what was added by hand to the time that its method grants; `ends_at` has it.
        extra_octets: likewise to each data limit.
    """

    id: int
    kind: str
    subject: str
    login: str
    starts_at: int
    ends_at: int | None
    down_limit_octets: int | None
    up_limit_octets: int | None
    down_kbit: int
    up_kbit: int
    devices: int
    idle_timeout_s: int
    down_used_octets: int
    up_used_octets: int
    revoked_at: int | None
    extra_s: int = 0
    extra_octets: int = 0

    @property
    def limited(self) -> bool:
        """Whether it has a data limit."""
        return self.down_limit_octets is not None or self.up_limit_octets is not None


class Session(msgspec.Struct, frozen=True):
    """One device's use of a grant. Times are seconds since the epoch.

    Attributes:
        mark: its number in the kernel.
        down_octets: as last written down; `Online` has the live count.
        up_octets: likewise.
        counted_at: when the octets were last seen to grow.
        ended_at: None while it is open.
        end_reason: None while it is open.
    """

    id: int
    grant: Grant
    device: Device
    mark: int
    started_at: int
    down_octets: int
    up_octets: int
    counted_at: int
    ended_at: int | None
    end_reason: str | None

    @property
    def key(self) -> PassKey:
        """Its name at the gate."""
        return PassKey(self.mark, self.device.mac, self.device.network)


class Online(msgspec.Struct, frozen=True):
    """An open session as it stands.

    Attributes:
        session: which.
        down_octets: downloaded in this session so far.
        up_octets: sent in this session so far.
        idle_s: seconds since the device's last packet.
        seconds_left: of the grant; None without end.
        down_left_octets: of the grant, all its devices together; None unlimited.
        up_left_octets: likewise.
    """

    session: Session
    down_octets: int
    up_octets: int
    idle_s: float
    seconds_left: float | None
    down_left_octets: int | None
    up_left_octets: int | None


class TooManyDevices(Denied):
    """The grant is in use on as many devices as it allows.

    Args:
        online: their sessions, oldest first.
    """

    def __init__(self, online: Sequence[Session]) -> None:
        count = len(online)
        devices = "another device" if count == 1 else f"{count} other devices"
        super().__init__(f"This login is already in use on {devices}.", "too-many-devices")
        self.online = list(online)


def left(limit: int | None, used: int) -> int | None:
    """What a limit leaves; None unlimited."""
    return None if limit is None else max(0, limit - used)


def seconds_left(grant: Grant, now: float) -> float | None:
    """What is left of a grant's time; None without end."""
    return None if grant.ends_at is None else max(0.0, grant.ends_at - now)


def total(grant: Grant, counts: Sequence[Octets]) -> Octets:
    """What a grant has used: ended sessions and the open ones, whose counts are given."""
    down = grant.down_used_octets + sum(count.down for count in counts)
    return Octets(down, grant.up_used_octets + sum(count.up for count in counts))


def topped(terms: Terms, grant: Grant) -> Terms:
    """A method's terms and what was added to the grant by hand; what is unlimited stays so."""
    return replace(
        terms,
        ends_at=_plus(terms.ends_at, grant.extra_s),
        down_limit_octets=_plus(terms.down_limit_octets, grant.extra_octets),
        up_limit_octets=_plus(terms.up_limit_octets, grant.extra_octets),
    )


def _plus(value: int | None, more: int) -> int | None:
    return None if value is None else value + more


def spent(grant: Grant, used: Octets, online: int) -> bool:
    """Whether a grant's data is used up.

    Args:
        grant: which.
        used: its total.
        online: devices that share the rest. With several the last packets cannot be dealt out: less than one each is nothing.
    """
    least = 1 if online <= 1 else PACKET_OCTETS * online
    limits = ((grant.down_limit_octets, used.down), (grant.up_limit_octets, used.up))
    return any(limit is not None and limit - count < least for limit, count in limits)


def split(limit: int | None, ended: int, counts: Sequence[int], *, spare: bool) -> list[int | None]:
    """Deal what is left of a limit to the open sessions, in equal parts.

    Args:
        limit: of the grant; None unlimited.
        ended: what ended sessions used.
        counts: what each open session has used.
        spare: hold a little back, for what passes while quotas are being replaced.

    Returns:
        Each session's quota: what it has used and its part. They and `ended` add up to at most the limit, unless more than that is
        used already.
    """
    if limit is None or not counts:
        return [None] * len(counts)
    room = max(0, limit - ended - sum(counts))
    part, rest = divmod(room - room // SPARE_SHARE if spare else room, len(counts))
    return [count + part + (at < rest) for at, count in enumerate(counts)]


def quotas(grant: Grant, counts: Sequence[Octets], *, spare: bool) -> list[Quota]:
    """`split` for both directions."""
    down = split(grant.down_limit_octets, grant.down_used_octets, [count.down for count in counts], spare=spare)
    up = split(grant.up_limit_octets, grant.up_used_octets, [count.up for count in counts], spare=spare)
    return [Quota(*pair) for pair in zip(down, up, strict=True)]


def excessive(limit: int | None, ended: int, counts: Sequence[int], held: Sequence[int | None]) -> bool:
    """Whether quotas together allow more than the limit; arguments as for `lopsided`."""
    if limit is None:
        return False
    return ended + sum(limit if quota is None else max(count, quota) for count, quota in zip(counts, held, strict=True)) > limit


def lopsided(limit: int | None, ended: int, counts: Sequence[int], held: Sequence[int | None]) -> bool:
    """Whether quotas should be dealt again: they allow too much, or somebody has less than half of an equal part left.

    Args:
        limit: of the grant; None unlimited.
        ended: what ended sessions used.
        counts: what each open session has used.
        held: the quota that the kernel holds each to.
    """
    if limit is None:
        return any(quota is not None for quota in held)
    room = limit - ended - sum(counts)
    if excessive(limit, ended, counts, held):
        return room > 0 or None in held
    return any(quota is None or (quota - count) * 2 * len(counts) < room for count, quota in zip(counts, held, strict=True))


def uneven(grant: Grant, counts: Sequence[Octets], held: Sequence[Quota]) -> bool:
    """`lopsided` for either direction."""
    down = [count.down for count in counts], [quota.down for quota in held]
    up = [count.up for count in counts], [quota.up for quota in held]
    down_uneven = lopsided(grant.down_limit_octets, grant.down_used_octets, *down)
    return down_uneven or lopsided(grant.up_limit_octets, grant.up_used_octets, *up)


def reason_to_end(session: Session, usage: Usage | None, used: Octets, online: int, now: float) -> str | None:
    """Why an open session has to end now; None while it may go on.

    Args:
        session: which.
        usage: what the kernel says of it; None when it holds nothing.
        used: the grant's total.
        online: open sessions of the grant.
        now: seconds since the epoch.
    """
    if session.grant.ends_at is not None and session.grant.ends_at <= now:
        return "expired"
    if spent(session.grant, used, online):
        return "data-limit"
    if usage is not None and idle_s(session, usage, now) > session.grant.idle_timeout_s:
        return "idle"
    return None


def idle_s(session: Session, usage: Usage | None, now: float) -> float:
    """Seconds since the device's last packet; where the kernel cannot tell, since its octets were last seen to grow."""
    if usage is not None and usage.idle_s is not None:
        return usage.idle_s
    return max(0.0, now - session.counted_at)
