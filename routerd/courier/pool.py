"""Hands messages over on a few threads of their own, so that a server that takes its time holds up few guests, and never all of them.

Threads come with work and go when there is none for a while, so a box that sends nothing has none.
"""

import logging
import queue
import threading
from collections.abc import Callable

from routerd.core.errors import RouterdError, Unavailable

log = logging.getLogger(__name__)

WORKERS = 2
"""Messages handed over at once, per pool."""

WAITING_MOST = 32
"""Messages that wait for a worker; more means that the server hangs, and callers are told so."""

PATIENCE_S = 8.0
"""So long a caller waits to hear how it went. A server that takes longer is slow rather than broken: the caller goes on, and what
becomes of the message is logged."""

CALLERS_MOST = 4
"""Callers who wait at once; the next ones go on as soon as their message is in line, for they are portal threads."""

IDLE_S = 20.0
"""A worker without work ends after so long."""


class Pool:
    """A bounded line of messages in front of a few workers.

    Args:
        name: for threads and logs.
        patience_s: see PATIENCE_S.
    """

    def __init__(self, name: str, patience_s: float = PATIENCE_S) -> None:
        self._name = name
        self._patience_s = patience_s
        self._line: queue.Queue[_Errand] = queue.Queue(WAITING_MOST)
        self._callers = threading.BoundedSemaphore(CALLERS_MOST)
        self._lock = threading.Lock()
        self._workers = 0

    def run(self, work: Callable[[], None]) -> None:
        """Have `work` done; returns when it is, or when it takes long.

        Raises:
            RouterdError: what `work` raised while the caller waited.
            Unavailable: the line is full.
        """
        errand = _Errand(work)
        try:
            self._line.put_nowait(errand)
        except queue.Full:
            raise Unavailable(f"{self._name}: {WAITING_MOST} messages already wait to be handed over") from None
        self._have_worker()
        if self._callers.acquire(blocking=False):
            try:
                errand.done.wait(self._patience_s)
            finally:
                self._callers.release()
        errand.leave()

    def _have_worker(self) -> None:
        with self._lock:
            if self._workers < WORKERS:
                self._workers += 1
                threading.Thread(target=self._serve, name=self._name, daemon=True).start()

    def _serve(self) -> None:
        while (errand := self._next()) is not None:
            errand.do(self._name)

    def _next(self) -> "_Errand | None":
        try:
            return self._line.get(timeout=IDLE_S)
        except queue.Empty:
            with self._lock:  # nobody can put something in line between the look and the leave without having a worker made
                if self._line.empty():
                    self._workers -= 1
                    return None
            return self._next()


class _Errand:
    """One message on its way."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._left = threading.Lock()
        self._alone = False
        self._trouble: RouterdError | None = None
        self.done = threading.Event()

    def do(self, name: str) -> None:
        try:
            self._work()
        except RouterdError as error:
            self._trouble = error
        except Exception as error:
            log.exception("%s: handing a message over failed", name)
            self._trouble = Unavailable(f"{name}: {type(error).__name__}")
        with self._left:
            self.done.set()
            if self._alone and self._trouble is not None:
                log.warning("%s: a message was not handed over: %s", name, self._trouble)

    def leave(self) -> None:
        """The caller goes: with what is known, or for good."""
        with self._left:
            self._alone = not self.done.is_set()
        if not self._alone and self._trouble is not None:
            raise self._trouble
