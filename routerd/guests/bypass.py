"""Devices that need no portal: a till, a television, the owner's own telephone. An owner's list, durable, asked for every sighting.

The list only says who; `app` opens and ends their sessions (kind ``bypass``, subject: the MAC address).
"""

from dataclasses import dataclass

from routerd.core.clock import Clock
from routerd.core.errors import Conflict
from routerd.guests.records import BypassRow
from routerd.store.database import Store

DEVICES_MOST = 1000
"""More than that is no exception any more, and wants a network without a portal."""


@dataclass(frozen=True, slots=True)
class Bypassed:
    """A device on the list; `created_by` is the account that put it there."""

    mac: str
    created_at: int
    created_by: str


class Bypass:
    """The list.

    Args:
        store: where it is kept.
        clock: stamps the entries.

    Attributes:
        revision: grows with each change.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.revision = 0
        self._macs = frozenset(each.mac for each in self.list())

    def holds(self, mac: str) -> bool:
        """Whether the device needs no portal; one look into a set."""
        return mac in self._macs

    def list(self) -> list[Bypassed]:
        """All entries, oldest first."""
        query = BypassRow.select(BypassRow.mac, BypassRow.created_at, BypassRow.created_by).order_by(BypassRow.created_at)
        return [Bypassed(*row) for row in query.tuples().execute(self._store.db)]

    def add(self, mac: str, by: str) -> None:
        """Put a device on the list; once more is no error.

        Raises:
            Conflict: the list is full.
        """

        def change() -> None:
            if mac not in self._macs and len(self._macs) >= DEVICES_MOST:
                raise Conflict(f"{DEVICES_MOST} devices are on the list already; take one off first")
            row = BypassRow.insert(mac=mac, created_at=int(self._clock.now()), created_by=by[:64])
            row.on_conflict_ignore().execute(self._store.db)
            self._store.after_commit(self._refresh)

        self._store.write(change)

    def remove(self, *macs: str) -> int:
        """Take devices off the list; returns how many were on it."""

        def change() -> int:
            self._store.after_commit(self._refresh)
            return int(BypassRow.delete().where(BypassRow.mac.in_(macs)).execute(self._store.db))

        return self._store.write(change)

    def _refresh(self) -> None:
        self._macs = frozenset(each.mac for each in self.list())
        self.revision += 1
