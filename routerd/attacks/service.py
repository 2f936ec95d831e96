"""The attack log: keeps what was refused or would have been, within bounds of number and age, and tells of it.

`keep` is called by the defence's journal on its own thread; doors ask the rest. Nothing here is called while a request waits.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

import msgspec

from routerd.attacks import records
from routerd.attacks.model import Attack, Filter, Group, Stats
from routerd.core.clock import Clock
from routerd.core.durations import DAY_S
from routerd.core.errors import BadInput, NotFound
from routerd.store.database import Store

PAGE_MOST = 100
_PIECE = 500
_PRUNE_EACH = 2_000
"""Entries after which the log is brought within its bounds, besides the daily round."""

_EVERYTHING = Filter()

COLUMNS = (
    *("id", "at", "site", "client_ip", "method", "url", "host", "action", "status", "rule_id", "rule_name", "attack_type"),
    *("variable", "value", "score", "request_id", "request_head"),
)
"""Of an export as a table."""


class Attacks:
    """The log.

    Args:
        store: where it is kept.
        clock: tells how old an entry is.
        rows_most: entries that are kept; the oldest go first.
        days_most: days after which an entry goes.
    """

    def __init__(self, store: Store, clock: Clock, rows_most: int = 100_000, days_most: int = 90) -> None:
        self._store = store
        self._clock = clock
        self._rows_most = rows_most
        self._days_most = days_most
        self._kept = 0

    def keep(self, attacks: Sequence[Attack]) -> None:
        """Write entries down, in one change.

        Raises:
            Unavailable: the store does not take them.
        """
        self._store.write(lambda: records.add(self._store.db, attacks))
        self._kept += len(attacks)
        if self._kept >= _PRUNE_EACH:
            self._kept = 0
            self.prune()

    def prune(self) -> int:
        """Bring the log within its bounds; returns how many entries went."""
        oldest = int(self._clock.now()) - self._days_most * DAY_S
        gone = 0
        while True:
            some = self._store.write(lambda: records.forget(self._store.db, self._rows_most, oldest))
            gone += some
            if some < records.FORGOTTEN_AT_ONCE:
                return gone

    def page(self, wanted: Filter = _EVERYTHING, page: int = 1, size: int = 20) -> tuple[int, list[Attack]]:
        """How many entries there are, and one page of them, newest first.

        Args:
            wanted: which.
            page: from 1.
            size: entries a page, 1 to PAGE_MOST.

        Raises:
            BadInput: there can be no such page.
        """
        _check_page(page, size)
        return records.count(self._store.db, wanted), records.page(self._store.db, wanted, size, (page - 1) * size)

    def find(self, number: int) -> Attack:
        """One entry.

        Raises:
            NotFound: it is not there, or not any more.
        """
        found = records.find(self._store.db, number)
        if found is None:
            raise NotFound(f"the attack log has no entry {number}")
        return found

    def stats(self, midnight: int, wanted: Filter = _EVERYTHING) -> Stats:
        """The log in numbers.

        Args:
            midnight: when today began, seconds since the epoch.
            wanted: which entries.
        """
        today = Filter(**{**asdict(wanted), "since": max(midnight, wanted.since or midnight)})
        db = self._store.db
        return Stats(records.count(db, wanted), records.count(db, today), records.top(db, wanted))

    def groups(self, wanted: Filter = _EVERYTHING, page: int = 1, size: int = 20) -> list[Group]:
        """Addresses that entries come from, those with most first.

        Raises:
            BadInput: there can be no such page.
        """
        _check_page(page, size)
        return records.groups(self._store.db, wanted, size, (page - 1) * size)

    def each(self, wanted: Filter = _EVERYTHING) -> Iterator[Attack]:
        """All entries, oldest first; only some hundreds are in memory at a time, and the log may change meanwhile."""
        last = 0
        while some := records.after(self._store.db, wanted, last, _PIECE):
            yield from some
            last = some[-1].id

    def recent(self, wanted: Filter, most: int) -> list[Attack]:
        """The newest entries, the newest first."""
        return records.page(self._store.db, wanted, most)

    def rows(self, wanted: Filter = _EVERYTHING) -> Iterator[tuple[object, ...]]:
        """All entries as the values of COLUMNS."""
        return (tuple(getattr(attack, name) for name in COLUMNS) for attack in self.each(wanted))

    def json_pieces(self, wanted: Filter = _EVERYTHING) -> Iterator[bytes]:
        """All entries as one JSON array, piece by piece."""
        before = b"[\n"
        for attack in self.each(wanted):
            yield before + msgspec.json.encode(attack)
            before = b",\n"
        yield b"[]\n" if before == b"[\n" else b"\n]\n"

    def delete(self, ids: Sequence[int]) -> int:
        """Delete some entries; returns how many there were."""
        return self._store.write(lambda: records.delete(self._store.db, ids))

    def clear(self, wanted: Filter = _EVERYTHING) -> int:
        """Delete all entries that fit; returns how many there were."""
        gone = 0
        while True:
            some = self._store.write(lambda: records.delete_oldest(self._store.db, wanted))
            gone += some
            if some < records.FORGOTTEN_AT_ONCE:
                return gone


def _check_page(page: int, size: int) -> None:
    if page < 1:
        raise BadInput("pages are counted from 1", "page")
    if not 1 <= size <= PAGE_MOST:
        raise BadInput(f"a page has 1 to {PAGE_MOST} entries", "page_size")
