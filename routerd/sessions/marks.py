"""Hands out session numbers. Called inside `Store.write`, whose writes never overlap.

A number is packet mark, ct mark and HTB class minor alike, so there are 65535. They are given in order and round again, so that one
is not used again soon after its session ended, and never before the kernel's last count of that session is in.
"""

from routerd.core.errors import Unavailable
from routerd.sessions import records
from routerd.store.database import Store

MARK_MOST = 65535
"""HTB class minors have 16 bits, and 0 means not signed in."""

WINDOW = 256
"""Numbers looked at in one query."""


class Marks:
    """The sequence of numbers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._last: int | None = None

    def take(self) -> int:
        """The next free number.

        Raises:
            Unavailable: all are in use.
        """
        last = records.newest_mark(self._store.db) if self._last is None else self._last
        self._last = self._free(last + 1, MARK_MOST) or self._free(1, last)
        if self._last is None:
            self._last = last
            raise Unavailable(f"all {MARK_MOST} session numbers are in use")
        return self._last

    def _free(self, first: int, last: int) -> int | None:
        for begin in range(first, last + 1, WINDOW):
            end = min(begin + WINDOW - 1, last)
            used = records.marks(self._store.db, begin, end)
            if len(used) <= end - begin:
                return next(mark for mark in range(begin, end + 1) if mark not in used)
        return None
