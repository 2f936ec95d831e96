"""The login log: every login, return, logout, expiry, refusal and suspicion, newest first when listed.

Written in the transaction that made the event true, so that what is logged happened and what happened is logged. Bounded in rows
and age; a device that is refused the same way again and again costs one row a minute.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from routerd.core.clock import Clock
from routerd.core.events import CloneSuspected, LoggedIn, LoginRefused, SessionEnded
from routerd.core.terms import Device
from routerd.guests.model import LoginEntry
from routerd.guests.records import LoginRow, contains
from routerd.store.database import Store

ROWS_MOST = 100_000
"""About 20 MB; the oldest go first."""

AGE_S_MOST = 365 * 86_400

REFUSAL_PAUSE_S = 60.0
"""The same refusal of the same device is logged once in so long; the next row says how many were left out."""

REFUSALS_REMEMBERED_MOST = 4096

ROWS_A_PAGE = 1000

EXPIRIES = frozenset({"expired", "data-limit", "idle"})

_COLUMNS = tuple(LoginRow._meta.sorted_fields)  # noqa: SLF001 - peewee's documented way to a model's fields


EVENTS = ("login", "resume", "logout", "expiry", "refusal", "clone")


@dataclass(frozen=True, slots=True)
class LogWanted:
    """Which entries to list; empty texts stand for all.

    Attributes:
        search: part of a login, MAC or IP address.
        event: one of EVENTS.
        kind: sign-in method.
        network: guest network.
        before: only entries with smaller numbers.
        most: how many.
    """

    search: str = ""
    event: str = ""
    kind: str = ""
    network: str = ""
    before: int | None = None
    most: int = 100


class Logins:
    """Writes and lists the log.

    Args:
        store: where it is kept.
        clock: stamps the rows.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._refusals: OrderedDict[tuple[str, str, str], tuple[float, int]] = OrderedDict()

    def logged_in(self, event: LoggedIn) -> None:
        """Hear of a login or a return."""
        name = "resume" if event.resumed else "login"
        self._add(name, event.kind, event.login, event.device, "", session_id=event.session_id)

    def session_ended(self, event: SessionEnded) -> None:
        """Hear of the end of a session."""
        name = "expiry" if event.reason in EXPIRIES else "logout"
        used = {"down_octets": event.down_octets, "up_octets": event.up_octets}
        self._add(name, event.kind, event.login, event.device, event.reason, session_id=event.session_id, **used)

    def refused(self, event: LoginRefused) -> None:
        """Hear of a refusal."""
        key = (event.device.mac, event.kind, event.reason)
        now = self._clock.monotonic()
        since, left_out = self._refusals.get(key, (now - REFUSAL_PAUSE_S, 0))
        if now - since < REFUSAL_PAUSE_S:
            self._refusals[key] = (since, left_out + 1)
            return
        self._refusals[key] = (now, 0)
        self._refusals.move_to_end(key)
        while len(self._refusals) > REFUSALS_REMEMBERED_MOST:
            self._refusals.popitem(last=False)
        reason = f"{event.reason} (and {left_out} more like it)" if left_out else event.reason
        self._add("refusal", event.kind, event.login, event.device, reason)

    def clone_suspected(self, event: CloneSuspected) -> None:
        """Hear of a second device with a signed-in MAC address."""
        self._add("clone", "", "", event.device, event.evidence)

    def list(self, most: int = 1000) -> list[LoginEntry]:
        """The newest entries, newest first."""
        rows = LoginRow.select(*_COLUMNS).order_by(LoginRow.id.desc()).limit(most).tuples()
        return [LoginEntry(*row) for row in rows.execute(self._store.db)]

    def search(self, wanted: LogWanted) -> Sequence[LoginEntry]:
        """The entries that are wanted, newest first."""
        query = LoginRow.select(*_COLUMNS).where(contains(LoginRow, ("login", "mac", "address"), wanted.search))
        for name in ("event", "kind", "network"):
            value = getattr(wanted, name)
            query = query.where(getattr(LoginRow, name) == value) if value else query
        if wanted.before is not None:
            query = query.where(LoginRow.id < wanted.before)
        return [LoginEntry(*row) for row in query.order_by(LoginRow.id.desc()).limit(wanted.most).tuples().execute(self._store.db)]

    def everything(self, wanted: LogWanted) -> Iterator[LoginEntry]:
        """All that are wanted, read a thousand at a time, so that neither memory nor a lock is held over a slow download."""
        wanted = replace(wanted, most=ROWS_A_PAGE)
        while found := self.search(wanted):
            yield from found
            wanted = replace(wanted, before=found[-1].id)

    def prune(self, kept_s: int = AGE_S_MOST) -> int:
        """Delete what is over the bounds or older than `kept_s` seconds; returns how many rows went."""
        oldest = int(self._clock.now()) - min(kept_s, AGE_S_MOST)

        def change() -> int:
            newest = LoginRow.select(LoginRow.id).order_by(LoginRow.id.desc()).limit(1).tuples().execute(self._store.db)
            last = next((row[0] for row in newest), 0)
            outside = (LoginRow.id <= last - ROWS_MOST) | (LoginRow.at < oldest)
            return int(LoginRow.delete().where(outside).execute(self._store.db))

        return self._store.write(change)

    def _add(self, name: str, kind: str, login: str, device: Device, reason: str, **more: int) -> None:
        values = {"down_octets": 0, "up_octets": 0} | more
        row = LoginRow.insert(
            at=int(self._clock.now()),
            event=name,
            kind=kind,
            login=login,
            mac=device.mac,
            address=device.address,
            network=device.network,
            reason=reason[:255],
            **values,
        )
        self._store.write(lambda: row.execute(self._store.db))
