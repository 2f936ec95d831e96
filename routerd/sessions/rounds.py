"""Looks at kernel and store again and again, and mends every difference between them.

Each round counts what was used, ends what is over, settles what has ended, lets in what is missing, shows out what nobody knows, and
deals out anew what several devices share. The same look after a start or after somebody flushed the ruleset is `adopt`: passes that
are there and right are left untouched, so that no packet of theirs is lost.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from routerd.core.clock import Clock
from routerd.core.errors import Unavailable
from routerd.core.terms import PassKey
from routerd.sessions import model, records
from routerd.sessions.ledger import Ledger
from routerd.sessions.meter import Meter, Reading, counted
from routerd.sessions.model import Octets, Quota, Session
from routerd.sessions.porter import Porter
from routerd.store.database import Store

log = logging.getLogger(__name__)

COST_SHARE = 50
"""A full round is followed by a pause of so many times its own cost: it takes at most a fiftieth of one core."""

PAUSE_LEAST_S = 1.0
"""Between full rounds on a quiet box; also how late an expiry may be logged."""

PAUSE_MOST_S = 9.0
"""Between full rounds on a busy one: with the round itself, counts on the disk stay younger than 10 s."""

COUNT_EVERY_S = 5.0
"""Counts are written down no more often than this, to spare the disk."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Kernel and store side by side.

    Attributes:
        reading: the kernel's side; taken before the rows were read, so that what it holds and they do not know is truly unknown.
        sessions: open sessions.
        counts: of each session, by its id.
        grants: open sessions of each grant.
    """

    reading: Reading
    sessions: Sequence[Session]
    counts: Mapping[int, Octets]
    grants: Mapping[int, Sequence[Session]]

    def used(self, session: Session) -> Octets:
        """What the session's grant has used in all."""
        return model.total(session.grant, [self.counts[each.id] for each in self.grants[session.grant.id]])


def scene(reading: Reading, sessions: Sequence[Session]) -> Scene:
    """Put a reading and the open sessions side by side."""
    counts = {session.id: counted(session, reading.of(session)) for session in sessions}
    grants: dict[int, list[Session]] = {}
    for session in sessions:
        grants.setdefault(session.grant.id, []).append(session)
    return Scene(reading, sessions, counts, grants)


class Rounds:
    """The rounds of sessions; `sweep` runs on one thread, `adopt` before it starts or in place of a round."""

    def __init__(self, store: Store, clock: Clock, meter: Meter, ledger: Ledger, porter: Porter) -> None:
        self._store = store
        self._clock = clock
        self._meter = meter
        self._ledger = ledger
        self._porter = porter
        self._full_at = float("-inf")
        self._counted_at = float("-inf")

    def adopt(self) -> None:
        """Make kernel and store agree.

        Raises:
            Unavailable: the kernel refuses to be read.
        """
        with self._porter.lock:
            self._counted_at = float("-inf")
            self._round(adopting=True)

    def sweep(self) -> float:
        """One round: a full one when it is due, otherwise only what has expired.

        Returns:
            Seconds until the next is due.
        """
        began = self._clock.monotonic()
        self._expire()
        if began >= self._full_at:
            self._round(adopting=False)
            ended = self._clock.monotonic()
            self._full_at = ended + min(max(COST_SHARE * (ended - began), PAUSE_LEAST_S), PAUSE_MOST_S)
        return min(max(self._full_at - self._clock.monotonic(), 0.05), PAUSE_LEAST_S)

    def _expire(self) -> None:
        now = int(self._clock.now())
        over = records.find(self._store.db, records.OPEN, records.G.ends_at <= now)
        self._end([session.id for session in over], "expired")

    def _round(self, *, adopting: bool) -> None:
        seen = scene(self._meter.refresh(), records.find(self._store.db, records.OPEN))
        self._count(seen)
        ended = self._end_over(seen)
        self._porter.show_out(records.find(self._store.db, records.UNSETTLED))
        self._expel(seen)
        missing = [s for s in seen.sessions if s.id not in ended and self._missing(s, seen.reading, adopting=adopting)]
        self._let_in(missing)
        self._deal(seen, ended | {session.id for session in missing})
        self._porter.forget_opened(seen.reading.began)

    def _count(self, seen: Scene) -> None:
        now = self._clock.monotonic()
        if now - self._counted_at < COUNT_EVERY_S:
            return
        grown = [(s.id, seen.counts[s.id]) for s in seen.sessions if seen.counts[s.id] != (s.down_octets, s.up_octets)]
        self._ledger.count(grown)
        self._counted_at = now

    def _end_over(self, seen: Scene) -> set[int]:
        now = self._clock.now()
        over: dict[str, list[int]] = {}
        for session in seen.sessions:
            online = len(seen.grants[session.grant.id])
            reason = model.reason_to_end(session, seen.reading.of(session), seen.used(session), online, now)
            if reason:
                over.setdefault(reason, []).append(session.id)
        for reason, ids in over.items():
            self._end(ids, reason)
        return {each for ids in over.values() for each in ids}

    def _end(self, ids: Sequence[int], reason: str) -> None:
        if ids:
            self._porter.show_out(self._ledger.end(ids, reason))

    def _expel(self, seen: Scene) -> None:
        known = {session.mark: session for session in seen.sessions}
        strays = []
        for usage in seen.reading.usages.values():
            session = known.get(usage.mark)
            if session is None or (usage.mac and seen.reading.of(session) is None):
                strays.append(PassKey(usage.mark, usage.mac, usage.network))
        if strays:
            self._porter.expel(strays)

    def _missing(self, session: Session, reading: Reading, *, adopting: bool) -> bool:
        return reading.of(session) is None and (adopting or not self._porter.opened_after(session, reading.began))

    def _let_in(self, missing: Sequence[Session]) -> None:
        if not missing:
            return
        log.info("letting in %d sessions that the kernel did not hold", len(missing))
        with self._porter.lock:
            still = records.find_ids(self._store.db, [session.id for session in missing], records.OPEN)
            self._ledger.touch([session.id for session in still])
            try:
                self._porter.let_in(still)
            except Unavailable:
                log.exception("the gate did not take all of them; trying network by network")
                self._let_in_by_network(still)

    def _let_in_by_network(self, sessions: Sequence[Session]) -> None:
        networks: dict[str, list[Session]] = {}
        for session in sessions:
            networks.setdefault(session.device.network, []).append(session)
        for network, those in networks.items():
            try:
                self._porter.let_in(those)
            except Unavailable as error:
                log.error("%d sessions on network %s stay out until the next round: %s", len(those), network, error)  # noqa: TRY400 - it says all

    def _deal(self, seen: Scene, done: set[int]) -> None:
        """Deal anew to grants whose quotas are lopsided and whose sessions were all there."""
        for grant_id, sessions in seen.grants.items():
            if not any(session.id in done for session in sessions) and _lopsided(seen, sessions):
                try:
                    self._porter.deal(grant_id)
                except Unavailable:
                    log.exception("what grant %d has left could not be dealt anew; the next round tries again", grant_id)


def _lopsided(seen: Scene, sessions: Sequence[Session]) -> bool:
    grant = sessions[0].grant
    usages = [usage for usage in map(seen.reading.of, sessions) if usage is not None]
    if len(usages) < len(sessions):
        return False
    held = [Quota(usage.down_quota_octets, usage.up_quota_octets) for usage in usages]
    return model.uneven(grant, [seen.counts[session.id] for session in sessions], held)
