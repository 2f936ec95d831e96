"""Time limits of many connections at the price of one timer: each has a deadline, and twice a second all are looked at.

A timer for each limit would be set and cancelled several times a request. The loop's thread alone comes here.
"""

import logging
from typing import Protocol

log = logging.getLogger(__name__)

NEVER = float("inf")


class Timed(Protocol):
    """Something with a time limit."""

    deadline: float
    """Of the loop's clock; NEVER: none now."""

    def overdue(self, now: float) -> None:
        """The deadline has passed: end, or set another."""
        ...


class Sweeper:
    """Looks at all deadlines."""

    def __init__(self) -> None:
        self._timed: set[Timed] = set()

    def add(self, timed: Timed) -> None:
        """Look at its deadline from now on."""
        self._timed.add(timed)

    def discard(self, timed: Timed) -> None:
        """Do not any more."""
        self._timed.discard(timed)

    def sweep(self, now: float) -> None:
        """Call `overdue` of each whose deadline has passed; what one raises is logged, and the others are looked at."""
        for timed in [each for each in self._timed if each.deadline <= now]:
            try:
                timed.overdue(now)
            except Exception:
                log.exception("edge: a time limit's end failed")
                self._timed.discard(timed)
