"""Part: something that runs beside the rest (a server, a watcher, a child process) and can be started and stopped.

`app.supervisor` starts parts in order and stops them in reverse. `Every` is the one periodic part.
"""

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from routerd.core.errors import Unavailable

log = logging.getLogger(__name__)


class Part(Protocol):
    """What the supervisor starts and stops."""

    name: str

    def start(self) -> None:
        """Be working when this returns; raise when that cannot be."""
        ...

    def stop(self) -> None:
        """End within two seconds; may be called when never started."""
        ...


class Every:
    """Calls `work` again and again on a thread of its own.

    Args:
        name: thread and log name.
        work: returns seconds until its next call, or None to be called after `interval_s`. What it raises is logged, and it is
            called again: one bad round must not end the rounds. The same Unavailable again and again is logged once.
        interval_s: seconds between calls.
    """

    def __init__(self, name: str, work: Callable[[], float | None], interval_s: float) -> None:
        self.name = name
        self._work = work
        self._interval_s = interval_s
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._trouble = ""

    def start(self) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=2)

    def wake(self) -> None:
        """Call `work` now rather than when its time comes."""
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            pause_s: float | None = None
            try:
                pause_s = self._work()
                self._trouble = ""
            except Unavailable as error:
                self._complain(str(error))
            except Exception:
                log.exception("%s: a round failed; the next follows", self.name)
            self._wake.wait(self._interval_s if pause_s is None else pause_s)
            self._wake.clear()

    def _complain(self, trouble: str) -> None:
        if trouble != self._trouble:
            log.warning("%s: %s; trying again", self.name, trouble)
        self._trouble = trouble
