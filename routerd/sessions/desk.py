"""What owners do with sessions and grants: send many off at once, give more time and data, let somebody be forgotten.

Called by doors through `Sessions.desk`. Everything here changes rows in one transaction and the gate after it, in one step for all
devices concerned, so that four hundred guests are gone as soon as one.
"""

from collections.abc import Sequence
from functools import partial

from routerd.core.clock import Clock
from routerd.core.errors import Conflict
from routerd.sessions import records
from routerd.sessions.ledger import Ledger
from routerd.sessions.model import Session
from routerd.sessions.porter import Porter
from routerd.store.database import Store

AT_ONCE = 500
"""Names in one question to the database."""

FORGOTTEN = "forgotten"
"""Why sessions end whose person is to be forgotten; their rows lose the device once the kernel's last count is in."""


class Desk:
    """The verbs of owners."""

    def __init__(self, store: Store, clock: Clock, ledger: Ledger, porter: Porter) -> None:
        self._store = store
        self._clock = clock
        self._ledger = ledger
        self._porter = porter

    def end_devices(self, macs: Sequence[str], reason: str) -> int:
        """End all sessions of many devices; returns how many."""
        return self._store.write(lambda: self._end([each.id for each in self._open_of(macs)], reason))

    def end_grants(self, kind: str, subjects: Sequence[str], reason: str) -> int:
        """End all sessions of many holders and withdraw their grants; returns how many sessions ended."""
        return self._store.write(lambda: self._end_grants(kind, subjects, reason))

    def extend(self, mac: str, add_s: int = 0, add_octets: int = 0) -> int:
        """Give a device that is online more time and data; the kernel knows when this returns.

        The addition stays when the device signs in again under the same grant. What is unlimited stays so.

        Returns:
            The session's number.

        Raises:
            Conflict: the device is not online, or has neither an end nor a limit that could be moved.
            Unavailable: the kernel refused; it is told again in the next round.
        """
        return self._store.write(lambda: self._extend(mac, add_s, add_octets))

    def adjust(self, kind: str, subject: str, ends_at: int | None, down_octets: int | None, up_octets: int | None) -> int:
        """Bring a holder's grants to another end and other limits; returns how many open sessions that concerns."""
        return self._store.write(lambda: self._adjust(kind, subject, ends_at, down_octets, up_octets))

    def forget(self, names: Sequence[str], macs: Sequence[str]) -> int:
        """End the sessions of a person, and take names and devices out of what is kept of them; returns how many ended.

        Args:
            names: logins and subjects of their grants.
            macs: their devices.
        """
        return self._store.write(lambda: self._forget(names, macs))

    def open_of(self, mac: str) -> Session | None:
        """A device's open session, on whatever network; the newest of several."""
        found = self._open_of([mac])
        return found[-1] if found else None

    def _end(self, ids: Sequence[int], reason: str) -> int:
        ended = self._ledger.end(ids, reason)
        if ended:
            self._store.after_commit(lambda: self._porter.show_out(ended))
        return len(ended)

    def _end_grants(self, kind: str, subjects: Sequence[str], reason: str) -> int:
        ids: list[int] = []
        for at in range(0, len(subjects), AT_ONCE):
            held = (records.G.kind == kind) & records.G.subject.in_(list(subjects[at : at + AT_ONCE]))
            found = [grant.id for grant in records.grants(self._store.db, held)]
            records.revoke(self._store.db, found, int(self._clock.now()))
            ids += [each.id for each in records.find(self._store.db, held, records.OPEN)]
        return self._end(ids, reason)

    def _open_of(self, macs: Sequence[str]) -> list[Session]:
        found: list[Session] = []
        for at in range(0, len(macs), AT_ONCE):
            found += records.find(self._store.db, records.S.mac.in_(list(macs[at : at + AT_ONCE])), records.OPEN)
        return found

    def _extend(self, mac: str, add_s: int, add_octets: int) -> int:
        session = self.open_of(mac)
        if session is None:
            raise Conflict(f"{mac} is not online; only a guest who is online can be given more")
        grant = session.grant
        if not (add_s and grant.ends_at is not None) and not (add_octets and grant.limited):
            raise Conflict("this guest has no such limit: there is nothing to extend")
        records.extend_grant(self._store.db, grant.id, add_s, add_octets)
        self._store.after_commit(lambda: self._porter.deal(grant.id))
        return session.id

    def _adjust(self, kind: str, subject: str, ends_at: int | None, down: int | None, up: int | None) -> int:
        ids = [grant.id for grant in records.grants(self._store.db, records.held_by(kind, subject)) if grant.revoked_at is None]
        records.adjust_grants(self._store.db, ids, ends_at, down, up)
        running = records.find(self._store.db, records.S.grant.in_(ids), records.OPEN)
        for grant_id in {session.grant.id for session in running}:
            self._store.after_commit(partial(self._porter.deal, grant_id))
        return len(running)

    def _forget(self, names: Sequence[str], macs: Sequence[str]) -> int:
        held = records.G.subject.in_(list(names)) | records.G.login.in_(list(names))
        mine = {each.id for each in (*records.find(self._store.db, held, records.OPEN), *self._open_of(macs))}
        ended = self._end(sorted(mine), FORGOTTEN)
        records.forget_holders(self._store.db, names, int(self._clock.now()))
        records.forget_devices(self._store.db, macs, FORGOTTEN)
        if ended:
            self._store.after_commit(lambda: self._store.write(lambda: records.forget_devices(self._store.db, macs, FORGOTTEN)))
        return ended
