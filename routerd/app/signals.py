"""Hears signals, whichever thread the kernel hands them to.

Python runs handlers in the main thread alone, and does not wake it when another thread was interrupted: with a signal pending already, the
kernel picks another one. The interpreter's own handler, which runs wherever the signal arrives, writes its number into a socket; the main
thread waits for that. Called by `life`.
"""

import contextlib
import select
import signal
import socket
from collections.abc import Iterable
from types import FrameType
from typing import Self


class Ear:
    """Listens to signals as long as it is entered.

    Args:
        numbers: which; afterwards they are without effect.
    """

    def __init__(self, numbers: Iterable[signal.Signals]) -> None:
        self._numbers = frozenset(numbers)

    def __enter__(self) -> Self:
        self._heard, self._told = socket.socketpair()
        self._heard.setblocking(False)
        self._told.setblocking(False)
        self._fd_before = signal.set_wakeup_fd(self._told.fileno(), warn_on_full_buffer=False)
        for number in self._numbers:
            signal.signal(number, _woken)
        return self

    def __exit__(self, *error: object) -> None:
        signal.set_wakeup_fd(self._fd_before)
        self._heard.close()
        self._told.close()

    def wait(self, most_s: float) -> set[int]:
        """The signals that came since the last time, waiting for one if there is none; empty after so many seconds."""
        select.select([self._heard], [], [], most_s)
        with contextlib.suppress(BlockingIOError):
            return {number for number in self._heard.recv(4096) if number in self._numbers}
        return set()


def _woken(_number: int, _frame: FrameType | None) -> None:
    """A signal with a handler of Python's is told to the socket; there is nothing else to do."""
