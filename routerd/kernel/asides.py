"""Programs beside the daemon: asked over pipes, never loaded here. `asides` says what they are for.

An aside is `python -m routerd.asides.<name>`, a program of its own. It is started by the first question, ended when nobody has asked for
a while, for its memory, and started anew by the next. It holds nothing between two questions, so that it can be killed at any moment:
that is what happens when it takes too long or when the asker gives up. When this process ends, its standard input does, and so does it.
It has none of the daemon's capabilities: what guests type and what is printed can be read without.
"""

import contextlib
import ctypes
import logging
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from routerd.core.clock import Clock
from routerd.core.errors import Unavailable
from routerd.core.frames import Frame, NoFrame, pack, unpack
from routerd.kernel.children import Child

log = logging.getLogger(__name__)

IDLE_S = 300.0
"""Without a question an aside ends; starting it again takes a tenth of a second (numbers) or half a one (sheets)."""

REST_S = 2.0
"""After one has failed right after its start, it is not started again for so long: who asks in a loop would start it in a loop."""

TOLD_S = 0.25
"""An asker who wants to hear of progress does so at least this often, and can give up then."""

READ_OCTETS = 262_144

_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
"""linux/prctl.h."""

NAMES = ("numbers", "sheets")

Told = Callable[[int], None]


class _Gone(Exception):
    """The program has ended."""


def _started(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Start a program without capabilities, from a thread that has given up handing its own down; capabilities are a thread's."""
    pipe = subprocess.PIPE
    with ThreadPoolExecutor(1, initializer=_hand_nothing_down) as starter:
        return starter.submit(
            subprocess.Popen, command, bufsize=0, stdin=pipe, stdout=pipe, start_new_session=True, cwd="/", close_fds=True
        ).result()


def _hand_nothing_down() -> None:
    nothing = ctypes.c_ulong(0)
    ctypes.CDLL(None).prctl(_PR_CAP_AMBIENT, ctypes.c_ulong(_PR_CAP_AMBIENT_CLEAR_ALL), nothing, nothing, nothing)


class Running:
    """One running program and its pipes.

    Args:
        command: to start.

    Raises:
        Unavailable: it could not be started.
    """

    def __init__(self, command: Sequence[str]) -> None:
        try:
            self._popen = _started(command)
            self.child = Child(self._popen.pid, os.pidfd_open(self._popen.pid), self._popen)
        except OSError as error:
            raise Unavailable(f"cannot start {command[0]}: {error}") from error
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        self._in, self._out = self._popen.stdin, self._popen.stdout
        for stream in (self._in, self._out):
            os.set_blocking(stream.fileno(), False)

    def send(self, octets: bytes, patience: "Patience") -> None:
        """Write all of it.

        Raises:
            _Gone: it has ended.
        """
        rest = memoryview(octets)
        while rest:
            patience.wait(self._in.fileno(), select.POLLOUT)
            with contextlib.suppress(BlockingIOError):
                try:
                    rest = rest[os.write(self._in.fileno(), rest) :]
                except BrokenPipeError:
                    raise _Gone from None

    def read(self, wanted: int, patience: "Patience") -> bytes:
        """Exactly so many octets.

        Raises:
            _Gone: it has ended.
        """
        parts, lacking = [], wanted
        while lacking:
            patience.wait(self._out.fileno(), select.POLLIN)
            with contextlib.suppress(BlockingIOError):
                part = os.read(self._out.fileno(), min(lacking, READ_OCTETS))
                if not part:
                    raise _Gone
                parts.append(part)
                lacking -= len(part)
        return b"".join(parts)

    def end(self) -> None:
        """Kill it; whoever waits for its end reaps it."""
        self._in.close()
        self._out.close()
        self.child.signal(signal.SIGKILL)


class Patience:
    """How long an asker waits, and what he does meanwhile.

    Args:
        clock: for monotonic time.
        wait_s: seconds for all of it.
        told: hears how far the work is; None when the asker does not care.
        closed: set when nobody is to wait any longer.
    """

    def __init__(self, clock: Clock, wait_s: float, told: Told | None, closed: threading.Event) -> None:
        self._clock = clock
        self._closed = closed
        self._until = clock.monotonic() + wait_s
        self._told = told
        self._done = 0

    def hear(self, done: int) -> None:
        """The work has come so far."""
        self._done = done
        self._tell()

    def wait(self, number: int, event: int) -> None:
        """Wait until a file can be read or written.

        Raises:
            Unavailable: it takes too long.
        """
        poll = select.poll()
        poll.register(number, event)
        while not poll.poll(self._slice_s() * 1000):
            self._tell()

    def turn(self, lock: threading.Lock) -> None:
        """Wait for one's turn.

        Raises:
            Unavailable: it takes too long.
        """
        while not lock.acquire(timeout=self._slice_s()):
            self._tell()

    def _slice_s(self) -> float:
        left_s = self._until - self._clock.monotonic()
        if self._closed.is_set():
            raise Unavailable("the daemon is stopping; try again in a moment")
        if left_s <= 0:
            raise Unavailable("a program beside the daemon takes too long; try again later")
        return min(left_s, TOLD_S)

    def _tell(self) -> None:
        if self._told is not None:
            self._told(self._done)


class Aside:
    """One of the programs. May be asked from any thread; questions are answered one after the other.

    Args:
        name: of the module below `routerd.asides`.
        clock: for monotonic time.
        idle_s: ends it when nobody has asked for so long.
        command: starts it.
    """

    def __init__(self, name: str, clock: Clock, idle_s: float = IDLE_S, command: Sequence[str] = ()) -> None:
        self._name = name
        self._clock = clock
        self._idle_s = idle_s
        self._command = command or (sys.executable, "-I", "-m", f"routerd.asides.{name}")
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._running: Running | None = None
        self._used_at = 0.0
        self._resting_until = float("-inf")

    @property
    def pid(self) -> int | None:
        """Of the program; None while there is none."""
        running = self._running
        return None if running is None else running.child.pid

    def ask(self, words: Mapping[str, Any], *, wait_s: float, told: Told | None = None) -> Frame:
        """Have a question answered.

        Args:
            words: the question, JSON.
            wait_s: seconds to wait, for one's turn and the start included.
            told: hears how far the work is, and at least every TOLD_S; what it raises ends the work and is let through.

        Raises:
            Unavailable: it cannot be started, takes too long, or fails.
        """
        question, patience = pack(Frame(words)), Patience(self._clock, wait_s, told, self._closed)
        patience.turn(self._lock)
        try:
            frame = self._asked(question, patience)
        finally:
            self._used_at = self._clock.monotonic()
            self._lock.release()
        if "failed" in frame.words:
            raise Unavailable(f"the program for {self._name} failed: {frame.words['failed']}")
        return frame

    def dismiss(self) -> None:
        """End it, for its memory; the next question starts it anew. It waits for a question that is being answered."""
        with self._lock:
            if self._running is not None:
                self._end(self._running)

    def stop(self) -> None:
        """End it, whatever it is doing; nothing is answered from then on."""
        self._closed.set()
        self.dismiss()

    def _asked(self, question: bytes, patience: Patience) -> Frame:
        """Once more with a new one, when the one that ran has ended since it was last asked."""
        running, is_new = self._ready()
        while True:
            try:
                return self._converse(running, question, patience)
            except _Gone:
                self._end(running)
                if is_new:
                    self._rest()
                    raise Unavailable(f"the program for {self._name} has ended; try again later") from None
                running, is_new = self._ready()
            except BaseException:
                self._end(running)
                raise

    def _converse(self, running: Running, question: bytes, patience: Patience) -> Frame:
        running.send(question, patience)
        while True:
            try:
                frame = unpack(lambda wanted: running.read(wanted, patience))
            except NoFrame as error:
                self._rest()
                raise Unavailable(f"the program for {self._name} speaks in riddles: {error}") from None
            if "done" not in frame.words:
                return frame
            patience.hear(int(frame.words["done"]))

    def _ready(self) -> tuple[Running, bool]:
        """The program, and whether it was started just now."""
        if self._running is not None:
            return self._running, False
        if self._clock.monotonic() < self._resting_until:
            raise Unavailable(f"the program for {self._name} failed a moment ago; try again later")
        running = self._running = Running(self._command)
        threading.Thread(target=self._mind, args=(running,), name=f"aside {self._name}", daemon=True).start()
        return running, True

    def _rest(self) -> None:
        self._resting_until = self._clock.monotonic() + REST_S

    def _end(self, running: Running) -> None:
        """Called by whoever holds the lock."""
        running.end()
        if self._running is running:
            self._running = None

    def _mind(self, running: Running) -> None:
        """Reap it when it has ended, and see to it that it does when nobody asks; a thread for as long as it runs."""
        while not running.child.wait(self._idle_s / 4):
            if self._lock.acquire(blocking=False):
                try:
                    if self._clock.monotonic() - self._used_at > self._idle_s:
                        self._end(running)
                finally:
                    self._lock.release()
        with self._lock:
            self._end(running)
            running.child.forget()


class Asides:
    """All of them, by name; a Part.

    Args:
        clock: for monotonic time.
    """

    name = "asides"

    def __init__(self, clock: Clock) -> None:
        self.numbers, self.sheets = (Aside(name, clock) for name in NAMES)

    def start(self) -> None:
        """They start when they are asked."""

    def stop(self) -> None:
        self.numbers.stop()
        self.sheets.stop()
