"""Who is signed in on the admin page: one session for each browser, by a cookie whose fingerprint alone is kept.

The cookie is 256 random bits, new at each sign-in and whenever what it may do changes, so that one that was planted or seen before
is worth nothing after. A session ends when it is not used for IDLE_S, at the latest AGE_S after it began, when its owner signs out or
changes the password, and when somebody ends it by hand. Answers come from memory; what is on the disk survives a restart.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from routerd.core import tokens
from routerd.core.clock import Clock
from routerd.core.errors import NotFound
from routerd.identity.model import AGENT_MOST, Visit
from routerd.identity.records import StaffSessionRow
from routerd.store.database import Store

IDLE_S = 8 * 3600
"""A shift at the front desk: whoever comes back next day signs in again."""

AGE_S = 7 * 86_400
"""A page that is left open keeps its session by its stream of events; once a week it asks again."""

SEEN_S = 60
"""Using a session is written down at most this often: a request must not wait for the disk."""

SESSIONS_MOST = 20
"""For one person; the one unused for longest gives way."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A browser that is signed in.

    Attributes:
        id: of this session, to name it by; tells nothing about the cookie.
        person: number of the account.
        csrf: what its changes have to carry.
        address: that it began from.
        agent: the browser's User-Agent.
        created_at: seconds since the epoch.
        seen_at: when it was used last.
    """

    id: str
    person: int
    csrf: str
    address: str
    agent: str
    created_at: float
    seen_at: float


class StaffSessions:
    """Begins, finds and ends them.

    Args:
        store: read once, here.
        clock: wall time, for sessions outlive a restart.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, Standing] = {}
        self._reload()

    def begin(self, person: int, visit: Visit) -> str:
        """Sign a browser in; call it inside `Store.write`.

        Returns:
            The cookie's value; from the commit on it is good.
        """
        token = tokens.session()
        now = int(self._clock.now())
        row = {"fingerprint": tokens.fingerprint(token), "person_id": person, "created_at": now, "seen_at": now}
        row |= {"address": visit.address[:45], "agent": visit.agent[:AGENT_MOST]}

        def work() -> None:
            self._make_room(person)
            StaffSessionRow.insert(**row).execute(self._store.db)
            self._store.after_commit(self._reload)

        self._store.write(work)
        return token

    def find(self, token: str) -> Standing | None:
        """The session that a cookie stands for; None when there is none (any more). Counts as use."""
        if not token.isascii() or len(token) != tokens.SESSION_LENGTH:
            return None
        fingerprint = tokens.fingerprint(token)
        found = self._kept.get(fingerprint)
        now = self._clock.now()
        if found is None or self._is_over(found, now):
            return None
        if now - found.seen_at >= SEEN_S:
            self._use(fingerprint, now)
        return replace(found, csrf=csrf_of(token))

    def of(self, person: int) -> list[Standing]:
        """A person's sessions, used last first."""
        now = self._clock.now()
        mine = [each for each in list(self._kept.values()) if each.person == person and not self._is_over(each, now)]
        return sorted(mine, key=lambda each: -each.seen_at)

    def end(self, token: str) -> None:
        """Sign the browser out that holds this cookie."""
        self._delete(StaffSessionRow.fingerprint == tokens.fingerprint(token))

    def end_one(self, person: int, number: str) -> None:
        """End one of a person's sessions by its `Standing.id`.

        Raises:
            NotFound: this person has no such session.
        """
        found = [fingerprint for fingerprint, each in list(self._kept.items()) if each.id == number and each.person == person]
        if not found:
            raise NotFound("there is no such session; it may have ended")
        self._delete(StaffSessionRow.fingerprint.in_(found))

    def end_all(self, person: int) -> None:
        """End all of a person's sessions."""
        self._delete(StaffSessionRow.person_id == person)

    def prune(self) -> None:
        """Forget those that are over."""
        now = int(self._clock.now())
        self._delete((StaffSessionRow.seen_at < now - IDLE_S) | (StaffSessionRow.created_at < now - AGE_S))

    def _delete(self, which: Any) -> None:
        def work() -> None:
            StaffSessionRow.delete().where(which).execute(self._store.db)
            self._store.after_commit(self._reload)

        self._store.write(work)

    def _make_room(self, person: int) -> None:
        rows = StaffSessionRow.select(StaffSessionRow.fingerprint).where(StaffSessionRow.person_id == person)
        oldest = rows.order_by(StaffSessionRow.seen_at.desc()).offset(SESSIONS_MOST - 1).limit(-1).tuples().execute(self._store.db)
        over = [fingerprint for (fingerprint,) in oldest]
        if over:
            StaffSessionRow.delete().where(StaffSessionRow.fingerprint.in_(over)).execute(self._store.db)

    def _use(self, fingerprint: str, now: float) -> None:
        with self._lock:
            found = self._kept.get(fingerprint)
            if found is None or now - found.seen_at < SEEN_S:
                return
            self._kept[fingerprint] = replace(found, seen_at=now)
        update = StaffSessionRow.update(seen_at=int(now)).where(StaffSessionRow.fingerprint == fingerprint)
        self._store.write(lambda: update.execute(self._store.db))

    def _is_over(self, session: Standing, now: float) -> bool:
        return now - session.seen_at >= IDLE_S or now - session.created_at >= AGE_S

    def _reload(self) -> None:
        """Read what is committed, so that of two changes at once memory keeps what the disk keeps."""
        with self._lock:
            rows = StaffSessionRow.select().dicts().execute(self._store.db)
            self._kept = {row["fingerprint"]: _standing(row) for row in rows}


def csrf_of(token: str) -> str:
    """What changes of this session have to carry. Made from the cookie: whoever reads the database cannot make it."""
    return tokens.sign(token.encode(), "csrf")


def _standing(row: Mapping[str, Any]) -> Standing:
    return Standing(
        id=row["fingerprint"][:16],
        person=row["person_id"],
        csrf="",
        address=row["address"],
        agent=row["agent"],
        created_at=row["created_at"],
        seen_at=row["seen_at"],
    )
