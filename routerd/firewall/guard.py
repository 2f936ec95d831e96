"""Notices that somebody took the firewall apart, and restores it: rules, and through a callback who is online and what is bound.

A Part. It hears of deletions at once and looks by itself every LOOK_S, so that an administrator's `nft flush ruleset` lasts for a
moment. A table that was removed by `Firewall.remove` is left alone until it is installed again. Never touches other tables.
"""

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from routerd.firewall.ruleset import TABLE
from routerd.kernel import tables
from routerd.kernel.tablewatch import TableWatch

log = logging.getLogger(__name__)

LOOK_S = 2.0
SETTLE_S = 0.05
"""Pause before putting right what was deleted: whoever deletes often does it in several steps."""


class Guarded(Protocol):
    """What the guard needs of `firewall.service.Firewall`."""

    @property
    def removed(self) -> bool: ...

    def intact(self) -> bool: ...

    def install(self) -> bool: ...

    def places(self) -> dict[str, int]: ...


class Guard:
    """Watches over a firewall.

    Args:
        firewall: what it watches over; installed before the guard starts.
        restore: called when elements may be missing: opens sessions and binds addresses again. What it raises is logged, and it is
            called again at the next look.
    """

    name = "firewall-guard"

    def __init__(self, firewall: Guarded, restore: Callable[[], None]) -> None:
        self._firewall = firewall
        self._restore = restore
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._watch: TableWatch | None = None
        self._generation = -1
        self._places: dict[str, int] = {}
        self._owing = False

    def start(self) -> None:
        self._stopping.clear()
        self._watch = TableWatch(TABLE)
        self._places = self._firewall.places()
        self._thread = threading.Thread(target=self._run, args=(self._watch,), name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=2)
            self._thread = None
        if self._watch is not None:
            self._watch.close()
            self._watch = None

    def _run(self, watch: TableWatch) -> None:
        idle_s = 0.0
        while not self._stopping.is_set():
            try:
                parts, elements = watch.wait(0.5)
                idle_s = 0.0 if parts or elements else idle_s + 0.5
                if parts or elements:
                    self._stopping.wait(SETTLE_S)
                    self.look(elements=elements)
                elif idle_s >= LOOK_S or self._owing:
                    idle_s = 0.0
                    self.look()
            except Exception:
                log.exception("the firewall could not be put right; the next look tries again")
                self._stopping.wait(0.5)

    def look(self, *, elements: bool = False) -> bool:
        """See whether all is there, and restore what is not.

        Args:
            elements: whether set elements were deleted, which a look does not show.

        Returns:
            True when something was restored.
        """
        if self._firewall.removed:
            self._owing = True  # whenever it is installed again
            return False
        generation = tables.generation()
        if generation != self._generation and not self._firewall.intact():
            log.warning("somebody changed the firewall's table; restoring it")
            self._owing = True
            self._firewall.install()
        self._generation = generation
        places = self._firewall.places()
        if elements or places != self._places:
            log.warning("sessions or addresses are missing in the firewall's table; restoring them")
            self._owing = True
        if not self._owing:
            return False
        self._restore()
        self._places = places
        self._owing = False
        return True
