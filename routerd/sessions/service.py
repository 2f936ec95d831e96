"""Who is online: opens, resumes, lists and ends sessions.

Doors call it; the wiring calls `adopt` once at the start, `sweep` again and again, and `resume` for every sighting. What it needs of
the kernel is `ports.Gate`. It knows nothing of vouchers, of guests or of HTTP.

A door signs a guest in by calling its method's verb and `open` inside one `Store.write`: both are kept or neither. The rows are
changed in the transaction, the gate after it is durable.
"""

from collections.abc import Sequence

from routerd.core.clock import Clock
from routerd.core.errors import BadInput, Denied, NotFound
from routerd.core.events import Bus
from routerd.core.terms import Device, Terms, mac_address
from routerd.sessions import model, records
from routerd.sessions.desk import FORGOTTEN, Desk
from routerd.sessions.ledger import Ledger
from routerd.sessions.meter import FRESH_S, Meter
from routerd.sessions.model import Grant, Octets, Online, Session, TooManyDevices
from routerd.sessions.porter import Porter
from routerd.sessions.ports import Gate
from routerd.sessions.returns import Returns
from routerd.sessions.rounds import Rounds, Scene, scene
from routerd.store.database import Store

KEPT_S = 366 * 86_400
"""Ended sessions and grants stay for so long: the login log does as well, and the longest voucher runs a year."""

SESSIONS_MOST = 200_000
"""Rows of sessions at most, about 30 MB; the oldest ended ones go first."""

FORGOTTEN_AT_ONCE = 500
"""Rows deleted in one change: a longer one would hold up somebody's sign-in."""


class Sessions:
    """The verbs of sessions; may be called from any thread.

    Args:
        store: where grants and sessions are kept.
        gate: the kernel.
        clock: tells the time.
        bus: hears of sessions opened and ended, inside the transaction.

    Attributes:
        desk: what owners do with sessions.
    """

    def __init__(self, store: Store, gate: Gate, clock: Clock, bus: Bus) -> None:
        self._store = store
        self._clock = clock
        self._meter = Meter(gate, clock)
        self._ledger = Ledger(store, clock, bus, self._meter)
        self._porter = Porter(store, clock, self._meter, self._ledger)
        self._rounds = Rounds(store, clock, self._meter, self._ledger, self._porter)
        self._returns = Returns(store, clock, self._meter, self._ledger, self._porter)
        self.desk = Desk(store, clock, self._ledger, self._porter)
        self._listed: tuple[int, list[Online]] = (-1, [])

    @property
    def revision(self) -> int:
        """Grows whenever a listing may have changed; for callers that keep what they made of one."""
        return self._ledger.changes + self._meter.dumps

    def open(self, terms: Terms, device: Device, *, replace: bool = False) -> Session:
        """Let a device in on these terms; signing in again on the same grant returns the session that it has.

        Args:
            terms: what was granted, complete.
            device: whom.
            replace: end the oldest session of the grant when there are too many devices.

        Raises:
            Denied: ``expired``, ``used-up``, ``revoked``.
            TooManyDevices: the grant is in use on as many devices as it allows.
            Unavailable: the kernel or the store refused; the device is not in.
        """
        return self._store.write(lambda: self._open(terms, device, replace=replace))

    def resume(self, device: Device) -> Session | None:
        """Let a device back in that went quiet within a grant that is still alive; None when there is nothing to resume.

        Cheap for a device that has nothing to resume: one look into a set.
        """
        return self._returns.resume(device)

    def current(self, mac: str, network: str) -> Session | None:
        """A device's open session on a network."""
        found = records.find(self._store.db, records.S.mac == mac, records.S.network == network, records.OPEN)
        return found[0] if found else None

    def get(self, session_id: int) -> Session:
        """A session, open or ended.

        Raises:
            NotFound: there is none of that number.
        """
        found = records.find(self._store.db, records.S.id == session_id)
        if not found:
            raise NotFound(f"there is no session {session_id}")
        return found[0]

    def final(self, session_id: int) -> Session | None:
        """A session that has ended, with the kernel's last count; None while that is not in.

        Raises:
            NotFound: there is none of that number.
        """
        found = records.find(self._store.db, records.S.id == session_id, records.S.settled == 1)
        if found:
            return found[0]
        self.get(session_id)
        return None

    def end(self, session_id: int, reason: str) -> bool:
        """End a session; False when it was not open."""
        return self._end([session_id], reason) == 1

    def end_where(self, mac_or_login: str, reason: str) -> int:
        """End all sessions of a device or of a login (without regard to case); returns how many."""
        login = mac_or_login.strip()
        try:
            mac = mac_address(login)
        except BadInput:
            mac = ""
        named = (records.S.mac == mac) | records.same_login(login)
        return self._end([each.id for each in records.find(self._store.db, named, records.OPEN)], reason)

    def history(self, mac: str, most: int) -> list[Session]:
        """A device's newest sessions, newest first."""
        return records.find(self._store.db, records.S.mac == mac, newest=most)

    def count(self) -> int:
        """How many sessions are open; cheap."""
        return records.count_open(self._store.db)

    def end_grant(self, kind: str, subject: str, reason: str, *, revoke: bool = True) -> int:
        """End all sessions of a holder and, unless told otherwise, withdraw the grants; returns how many sessions ended."""
        return self._store.write(lambda: self._end_grant(kind, subject, reason, revoke=revoke))

    def online(self, within_s: float = FRESH_S) -> Sequence[Online]:
        """All open sessions with their live counts, oldest first; counts are no older than `within_s` seconds, give or take a moment."""
        reading = self._meter.fresh(within_s)
        revision = self.revision
        if self._listed[0] != revision:
            self._listed = (revision, self._describe(scene(reading, records.find(self._store.db, records.OPEN))))
        return self._listed[1]

    def status(self, session: Session) -> Online:
        """One session with its live counts."""
        siblings = records.find(self._store.db, records.S.grant == session.grant.id, records.OPEN)
        known = siblings if any(each.id == session.id for each in siblings) else [*siblings, session]
        return next(each for each in self._describe(scene(self._meter.fresh(), known)) if each.session.id == session.id)

    def usage_of(self, kind: str, subject: str) -> Octets:
        """What a holder's newest grant has used, on all devices; nothing when there is none."""
        found = records.grants(self._store.db, records.held_by(kind, subject))
        if not found:
            return Octets(0, 0)
        return self._used(found[0], records.find(self._store.db, records.S.grant == found[0].id, records.OPEN))

    def adopt(self) -> None:
        """Make kernel and store agree; called once before guests are served.

        Raises:
            Unavailable: the kernel refuses to be read.
        """
        self._rounds.adopt()

    def readmit(self) -> None:
        """Bring back what somebody flushed from the kernel.

        Raises:
            Unavailable: the kernel refuses to be read.
        """
        self._rounds.adopt()

    def sweep(self) -> float:
        """One round of counting, ending and mending; returns seconds until the next is due."""
        return self._rounds.sweep()

    def prune(self, kept_s: int = KEPT_S) -> int:
        """Delete what ended longer ago than `kept_s` seconds, a little at a time; returns how many rows went."""
        before = int(self._clock.now()) - min(kept_s, KEPT_S)
        self._store.write(lambda: records.forget_devices(self._store.db, (), FORGOTTEN))
        gone = 0
        for forget in (
            lambda: records.forget_sessions(self._store.db, before, SESSIONS_MOST, FORGOTTEN_AT_ONCE),
            lambda: records.forget_grants(self._store.db, before, FORGOTTEN_AT_ONCE),
        ):
            while (count := self._store.write(forget)) > 0:
                gone += count
        return gone

    def _open(self, terms: Terms, device: Device, *, replace: bool) -> Session:
        held = records.grants(self._store.db, records.held_by(terms.kind, terms.subject), records.G.starts_at == terms.starts_at)
        if held and (held[0].extra_s or held[0].extra_octets):
            terms = model.topped(terms, held[0])
        if terms.ends_at is not None and terms.ends_at <= self._clock.now():
            raise Denied("The time of this login is over.", "expired")
        grant, changed = self._grant(terms, held)
        siblings = records.find(self._store.db, records.S.grant == grant.id, records.OPEN)
        mine = records.find(self._store.db, records.S.mac == device.mac, records.OPEN)
        peers = [each for each in siblings if each.device.mac != device.mac]
        if model.spent(grant, self._used(grant, siblings), len(peers) + 1):
            raise Denied("The data of this login is used up.", "used-up")
        here = [each for each in mine if each.device.network == device.network]
        if here and here[0].grant.id == grant.id:
            return self._again(here[0], device, changed=changed)
        leaving = [each.id for each in mine if each.grant.id == grant.id or each in here]
        surplus = len(peers) + 1 - grant.devices
        if surplus > 0 and not replace:
            raise TooManyDevices(peers)
        leaving += [each.id for each in peers[: max(0, surplus)]]
        if self._end(leaving, "replaced"):
            grant = self._reread(grant.id)  # what those used is on its account now
        session = self._ledger.begin(grant, device)
        self._store.after_commit(lambda: self._admit(session, changed=changed))
        return session

    def _again(self, session: Session, device: Device, *, changed: bool) -> Session:
        if session.device.address != device.address:
            records.move(self._store.db, session.id, device.address)
        if changed:
            self._store.after_commit(lambda: self._porter.deal(session.grant.id))
        return self.get(session.id)

    def _admit(self, session: Session, *, changed: bool) -> None:
        self._porter.admit(session.id)
        if changed:
            self._porter.deal(session.grant.id)

    def _grant(self, terms: Terms, same: Sequence[Grant]) -> tuple[Grant, bool]:
        """The grant of these terms, made when there is none, and whether terms of an existing one have changed."""
        if not same:
            return self._reread(records.add_grant(self._store.db, terms)), False
        if same[0].revoked_at is not None:
            raise Denied("This login has been withdrawn.", "revoked")
        if all(getattr(same[0], name) == getattr(terms, name) for name in Terms.__dataclass_fields__):
            return same[0], False
        records.change_grant(self._store.db, same[0].id, terms)
        return self._reread(same[0].id), True

    def _reread(self, grant_id: int) -> Grant:
        return records.grants(self._store.db, records.G.id == grant_id)[0]

    def _used(self, grant: Grant, sessions: Sequence[Session]) -> Octets:
        return model.total(grant, [self._meter.octets(each) for each in sessions])

    def _end(self, ids: Sequence[int], reason: str) -> int:
        ended = self._ledger.end(ids, reason)
        if ended:
            self._store.after_commit(lambda: self._porter.show_out(ended))
        return len(ended)

    def _end_grant(self, kind: str, subject: str, reason: str, *, revoke: bool) -> int:
        found = records.grants(self._store.db, records.held_by(kind, subject))
        if revoke:
            records.revoke(self._store.db, [grant.id for grant in found], int(self._clock.now()))
        sessions = records.find(self._store.db, records.S.grant.in_([grant.id for grant in found]), records.OPEN)
        return self._end([session.id for session in sessions], reason)

    def _describe(self, seen: Scene) -> list[Online]:
        now = self._clock.now()
        return [_online(seen, session, now) for session in seen.sessions]


def _online(seen: Scene, session: Session, now: float) -> Online:
    count, grant, used = seen.counts[session.id], session.grant, seen.used(session)
    return Online(
        session=session,
        down_octets=count.down,
        up_octets=count.up,
        idle_s=model.idle_s(session, seen.reading.of(session), now),
        seconds_left=model.seconds_left(grant, now),
        down_left_octets=model.left(grant.down_limit_octets, used.down),
        up_left_octets=model.left(grant.up_limit_octets, used.up),
    )
