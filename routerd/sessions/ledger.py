"""Begins, counts, ends and settles sessions in the store, and says so on the bus. Never touches the gate.

Ending takes two steps, so that a crash between them neither forgets octets nor counts them twice. First the row is ended with the
best count known and that count is added to the grant; the kernel is then told to stop. Second, when the kernel has said its last
count, the row is brought to it and the difference is added to the grant. Counts only grow, so repeating the second step is harmless.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import msgspec

from routerd.core.clock import Clock
from routerd.core.events import Bus, LoggedIn, SessionEnded
from routerd.core.terms import Device
from routerd.sessions import records
from routerd.sessions.absent import Absent
from routerd.sessions.marks import Marks
from routerd.sessions.meter import Meter
from routerd.sessions.model import RESUMABLE, Grant, Octets, Session
from routerd.store.database import Store

CHUNK = 500
"""Rows changed in one transaction: a sign-in that waits behind it waits a few milliseconds."""


class Ledger:
    """Changes the rows.

    Attributes:
        absent: devices that have nothing to resume.
        changes: how many changes have been committed.
    """

    def __init__(self, store: Store, clock: Clock, bus: Bus, meter: Meter) -> None:
        self._store = store
        self._clock = clock
        self._bus = bus
        self._meter = meter
        self.absent = Absent()
        self._marks = Marks(store)
        self.changes = 0

    def begin(self, grant: Grant, device: Device, *, resumed: bool = False) -> Session:
        """A new open session; called inside `Store.write`.

        Raises:
            Unavailable: all marks are in use.
        """
        now = int(self._clock.now())
        mark = self._marks.take()
        session_id = records.add_session(self._store.db, grant.id, device, mark, now)
        self._bus.publish(LoggedIn(session_id, grant.kind, grant.subject, grant.login, device, resumed))
        self._changed([])
        return Session(session_id, grant, device, mark, now, 0, 0, now, None, None)

    def end(self, ids: Iterable[int], reason: str) -> list[Session]:
        """End those of the sessions that are open, in transactions of at most CHUNK rows; returns them as ended."""
        ended: list[Session] = []
        wanted = list(ids)
        for at in range(0, len(wanted), CHUNK):
            ended += self._store.write(partial(self._end, wanted[at : at + CHUNK], reason))
        return ended

    def count(self, counts: Sequence[tuple[int, Octets]]) -> None:
        """Write down what open sessions have used."""
        now = int(self._clock.now())
        for at in range(0, len(counts), CHUNK):
            self._store.write(partial(records.count, self._store.db, counts[at : at + CHUNK], now))

    def touch(self, ids: Sequence[int]) -> None:
        """Start the idle time of open sessions anew."""
        now = int(self._clock.now())
        for at in range(0, len(ids), CHUNK):
            self._store.write(partial(records.touch, self._store.db, ids[at : at + CHUNK], now))

    def settle(self, ids: Sequence[int], finals: Mapping[int, Octets]) -> None:
        """Bring ended sessions to the kernel's last counts, by mark; one that it did not hold keeps its own."""
        for at in range(0, len(ids), CHUNK):
            self._store.write(partial(self._settle, ids[at : at + CHUNK], finals))

    def _end(self, ids: Sequence[int], reason: str) -> list[Session]:
        now = int(self._clock.now())
        ended = []
        for session in records.find_ids(self._store.db, ids, records.OPEN):
            down, up = self._meter.octets(session)
            ended.append(msgspec.structs.replace(session, down_octets=down, up_octets=up, ended_at=now, end_reason=reason))
        records.end(self._store.db, ended)
        for each in ended:
            grant = each.grant
            self._bus.publish(
                SessionEnded(each.id, grant.kind, grant.subject, grant.login, each.device, reason, each.down_octets, each.up_octets)
            )
        if ended:
            self._changed([each.device for each in ended if reason in RESUMABLE])
        return ended

    def _settle(self, ids: Sequence[int], finals: Mapping[int, Octets]) -> None:
        rows = []
        for session in records.find_ids(self._store.db, ids, records.UNSETTLED):
            final = finals.get(session.mark, Octets(0, 0))
            rows.append((session, Octets(max(session.down_octets, final.down), max(session.up_octets, final.up))))
        records.settle(self._store.db, rows)

    def _changed(self, may_return: Sequence[Device]) -> None:
        def committed() -> None:
            self.changes += 1
            if may_return:
                self.absent.forget(may_return)

        self._store.after_commit(committed)
