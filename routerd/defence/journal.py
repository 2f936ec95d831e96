"""Notes what requests came to: into the attack log and the audit log, on a thread of its own.

The edge's loop only puts a note into a queue; when that is full, or entries come faster than PACE, notes are dropped and counted.
"""

import logging
import threading
from collections import deque

from routerd.core.clock import Clock
from routerd.core.errors import Unavailable
from routerd.defence.audit import AuditLog
from routerd.defence.entries import entry
from routerd.defence.model import Judged
from routerd.defence.ports import Keeper

log = logging.getLogger(__name__)

WAITING_MOST = 8_192
"""Notes that wait; some ten seconds of a flood."""

OCTETS_MOST = 16_777_216
"""Of the heads of these requests."""

BATCH_MOST = 250
"""Entries of the attack log that are written in one change."""

PACE_S = 0.25
"""Between two such changes: a flood may cost the disk no more than a thousand entries a second."""

_GATHER_S = 0.02
"""How long the thread waits for more notes after the first: it then wakes fifty times a second at most."""


class Journal:
    """The thread and its queue.

    Args:
        keeper: of the attack log.
        clock: keeps the pace.
        audit: None: no audit log.

    Attributes:
        name: of the part.
        dropped: notes that there was no room for, since the start.
        refused: requests that were refused, likewise.
    """

    name = "attack log"

    def __init__(self, keeper: Keeper, clock: Clock, audit: AuditLog | None = None) -> None:
        self._keeper = keeper
        self._clock = clock
        self._audit = audit
        self._waiting: deque[Judged] = deque()
        self._octets = 0
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._pending: deque[Judged] = deque()
        """Of the attack log, in the audit log already."""
        self._next_at = 0.0
        self._thread: threading.Thread | None = None
        self._failing = False
        self.dropped = 0
        self.refused = 0

    def noted(self, judged: Judged) -> None:
        """Take note of a request; returns at once, whatever happens to the note."""
        if judged.action and judged.action != "detect":
            self.refused += 1
        head = judged.head
        octets = len(head.target) + sum([len(name) + len(value) for name, value in head.headers])
        if len(self._waiting) >= WAITING_MOST or self._octets + octets > OCTETS_MOST:
            self.dropped += 1
            return
        self._octets += octets
        self._waiting.append(judged)
        if not self._wake.is_set():
            self._wake.set()

    def start(self) -> None:
        """Begin to write."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._serve, name="attack-log", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what is waiting, as far as that is done within a second."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=2)
            self._thread = None
        if self._audit is not None:
            self._audit.close()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(PACE_S if self._pending else None)
            self._stopping.wait(_GATHER_S)
            self._round(self._clock.monotonic())
        while self._waiting or self._pending:
            self._round(self._next_at)

    def _round(self, now: float) -> None:
        self._wake.clear()
        taken, pending = self._taken(), self._pending
        if taken and self._audit is not None:
            self._audited(self._audit, taken)
        pending.extend(judged for judged in taken if judged.action)
        while len(pending) > WAITING_MOST:
            pending.popleft()
            self.dropped += 1
        if pending and now >= self._next_at:
            self._next_at = now + PACE_S
            self._keep([pending.popleft() for _ in range(min(len(pending), BATCH_MOST))])

    def _audited(self, audit: AuditLog, taken: list[Judged]) -> None:
        try:
            audit.append(taken)
        except Exception:  # this thread has to go on, whatever a request was made of
            log.exception("the audit log could not be written")

    def _taken(self) -> list[Judged]:
        self._octets = 0
        taken = []
        while self._waiting:
            taken.append(self._waiting.popleft())
        return taken

    def _keep(self, batch: list[Judged]) -> None:
        try:
            self._keeper.keep([entry(judged) for judged in batch])
            self._failing = False
        except Unavailable as error:
            self.dropped += len(batch)
            if not self._failing:
                log.warning("the attack log cannot be written: %s", error)
            self._failing = True
        except Exception:
            self.dropped += len(batch)
            log.exception("the attack log could not be written")
