"""Keeps the gate in step with the rows: lets begun sessions in, shows ended ones out, deals out what a grant has left.

Called after a commit and from the rounds, never inside a transaction. One lock makes its steps on the gate exclusive, and each step
first looks at the rows again: a session that was ended in the meantime is not let in, one that somebody else has already shown out
is left alone. A failure leaves rows that the next round mends.
"""

import logging
import threading
from collections.abc import Iterable, Sequence

from routerd.core.clock import Clock
from routerd.core.errors import Unavailable
from routerd.core.terms import Pass, PassKey
from routerd.sessions import model, records
from routerd.sessions.ledger import CHUNK, Ledger
from routerd.sessions.meter import Meter
from routerd.sessions.model import Grant, Octets, Quota, Session
from routerd.store.database import Store

log = logging.getLogger(__name__)

DEALS = 3
"""How often quotas are dealt again when traffic outran the deal; each takes a millisecond, in which little passes."""

LEAST_TTL_S = 0.05
"""Shortest life of a pass: a kernel takes 0 for ever."""


class Porter:
    """Steps on the gate."""

    def __init__(self, store: Store, clock: Clock, meter: Meter, ledger: Ledger) -> None:
        self._store = store
        self._clock = clock
        self._meter = meter
        self._ledger = ledger
        self._opened: dict[int, float] = {}
        self.lock = threading.RLock()

    def admit(self, session_id: int) -> None:
        """Let a session in that has just begun.

        Raises:
            Unavailable: the kernel refused; the session has been ended again.
        """
        with self.lock:
            found = records.find(self._store.db, records.S.id == session_id, records.OPEN)
            if not found or found[0].mark in self._opened:
                return
            try:
                self.let_in(found)
            except Unavailable:
                self.show_out(self._ledger.end([session_id], "failed"))
                raise

    def let_in(self, sessions: Sequence[Session]) -> None:
        """Open passes for sessions that the kernel does not hold, each with what its grant has left.

        Raises:
            Unavailable: the kernel refused some.
        """
        with self.lock:
            beside = self._beside([session.grant.id for session in sessions if session.grant.limited])
            alone: list[Pass] = []
            shared: dict[int, set[int]] = {}
            for session in sessions:
                grant = session.grant
                if len(beside.get(grant.id, ())) > 1:
                    shared.setdefault(grant.id, set()).add(session.id)
                    continue
                used = self._meter.octets(session)
                alone.append(self._pass(session, model.quotas(grant, [used], spare=False)[0], used))
            self._open(alone)
            for grant_id, joining in shared.items():
                self.deal(grant_id, joining)

    def deal(self, grant_id: int, joining: Iterable[int] = ()) -> None:
        """Deal out what a grant has left to its open sessions, those that join included.

        Raises:
            Unavailable: the kernel refused.
        """
        with self.lock:
            self._settle_grant(grant_id)
            sessions = records.find(self._store.db, records.S.grant == grant_id, records.OPEN)
            if not sessions:
                return
            wanted = set(joining)
            counts = {session.id: self._meter.octets(session) for session in sessions}
            staying = [s for s in sessions if s.id not in wanted]
            plan = self._deal_staying(sessions[0].grant, staying, counts)
            self._open([self._pass(s, plan[s.id], counts[s.id]) for s in sessions if s.id in wanted])

    def show_out(self, sessions: Sequence[Session]) -> None:
        """Close the passes of sessions that have ended, and settle them; what the kernel refuses is left to the next round."""
        with self.lock:
            for at in range(0, len(sessions), CHUNK):
                chunk = sessions[at : at + CHUNK]
                waiting = records.find_ids(self._store.db, [session.id for session in chunk], records.UNSETTLED)
                if not waiting:
                    continue
                try:
                    finals = self._meter.close([session.key for session in waiting])
                except Unavailable:
                    log.exception("the gate did not close %d sessions; the next round tries again", len(waiting))
                    return
                self._ledger.settle([session.id for session in waiting], finals)

    def expel(self, keys: Sequence[PassKey]) -> None:
        """Close passes that no session stands behind."""
        with self.lock:
            known = {session.mark: session.key for session in records.find(self._store.db, records.S.settled == 0)}
            strays = [key for key in keys if key.mark not in known or (key.mac and key != known[key.mark])]
            if strays:
                log.warning("closing %d passes that belong to no session", len(strays))
                self._meter.close(strays)

    def opened_after(self, session: Session, moment: float) -> bool:
        """Whether a session's pass was opened after `moment` (monotonic), or is only about to be."""
        opened = self._opened.get(session.mark)
        return session.started_at + 2 > self._clock.now() if opened is None else opened >= moment

    def forget_opened(self, moment: float) -> None:
        """Forget passes opened before `moment`."""
        self._opened = {mark: opened for mark, opened in list(self._opened.items()) if opened >= moment}

    def _deal_staying(self, grant: Grant, staying: Sequence[Session], counts: dict[int, Octets]) -> dict[int, Quota]:
        """Bring those who stay to their parts; `counts` is brought up to date; returns every session's quota."""
        for deal in range(DEALS):
            plan = _plan(grant, counts, spare=deal > 0)
            if not staying:
                return plan
            answers = self._meter.requota([self._pass(s, plan[s.id], counts[s.id]) for s in staying])
            held = dict(plan)
            for session in staying:
                counts[session.id], missed = answers.get(session.mark, (counts[session.id], Octets(0, 0)))
                held[session.id] = plan[session.id].raised(missed)
            if not model.uneven(grant, list(counts.values()), list(held.values())):
                return plan
        return _plan(grant, counts, spare=True)

    def _open(self, passes: Sequence[Pass]) -> None:
        if passes:
            self._meter.open(passes)
        moment = self._clock.monotonic()
        self._opened.update((each.mark, moment) for each in passes)

    def _beside(self, grant_ids: Sequence[int]) -> dict[int, list[Session]]:
        """The sessions of each grant that the kernel may hold."""
        found: dict[int, list[Session]] = {}
        for session in records.unsettled_of(self._store.db, grant_ids):
            found.setdefault(session.grant.id, []).append(session)
        return found

    def _settle_grant(self, grant_id: int) -> None:
        """Have the last counts of sessions that have ended, before what is left is dealt out."""
        self.show_out(records.find(self._store.db, records.S.grant == grant_id, records.UNSETTLED))

    def _pass(self, session: Session, quota: Quota, used: Octets) -> Pass:
        left_s = model.seconds_left(session.grant, self._clock.now())
        return Pass(
            mark=session.mark,
            mac=session.device.mac,
            network=session.device.network,
            ttl_s=None if left_s is None else max(left_s, LEAST_TTL_S),
            down_quota_octets=quota.down,
            up_quota_octets=quota.up,
            down_used_octets=used.down,
            up_used_octets=used.up,
            down_kbit=session.grant.down_kbit,
            up_kbit=session.grant.up_kbit,
        )


def _plan(grant: Grant, counts: dict[int, Octets], *, spare: bool) -> dict[int, Quota]:
    return dict(zip(counts, model.quotas(grant, list(counts.values()), spare=spare), strict=True))
