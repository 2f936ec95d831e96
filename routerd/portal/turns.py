"""Turns: one device's attempts wait for each other, so that guesses sent at once are counted one by one.

Only for as long as they last: no more is kept than there are requests at the moment.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Turn:
    lock: threading.Lock = field(default_factory=threading.Lock)
    wanted: int = 0


class Turns:
    """A lock for each device that is busy."""

    def __init__(self) -> None:
        self._turns: dict[str, _Turn] = {}
        self._lock = threading.Lock()

    @contextmanager
    def of(self, device: str) -> Iterator[None]:
        """Wait until nobody else has the device's turn, and have it."""
        with self._lock:
            turn = self._turns.setdefault(device, _Turn())
            turn.wanted += 1
        try:
            with turn.lock:
                yield
        finally:
            with self._lock:
                turn.wanted -= 1
                if not turn.wanted:
                    del self._turns[device]
