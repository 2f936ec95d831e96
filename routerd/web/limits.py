"""Attempts: slows whoever keeps failing, in bounded memory, without hurting anybody else.

Callers name the keys that an attempt is counted under (a MAC, an address). A key may fail `most` times in a window; then it has
to pause, and each further failure doubles the pause.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from routerd.core.clock import Clock
from routerd.core.errors import Limited

KEYS_MOST = 10_000
"""Keys remembered; the one unused for longest is forgotten first."""

PAUSE_S_MOST = 3_600
"""A pause does not grow beyond this unless its user says so."""


@dataclass(slots=True)
class _Record:
    failures: int
    since: float
    until: float


class Attempts:
    """Counts failures by key.

    Args:
        clock: for monotonic time.
        most: failures allowed in a window.
        window_s: the window in seconds.
        pause_s: the first pause; it doubles with each failure after that.
        keys_most: how many keys are remembered.
        pause_s_most: a pause does not grow beyond this.
    """

    def __init__(
        self, clock: Clock, most: int, window_s: float, pause_s: float = 30, keys_most: int = KEYS_MOST, pause_s_most: float = PAUSE_S_MOST
    ) -> None:
        self._clock = clock
        self._most = most
        self._window_s = window_s
        self._pause_s = pause_s
        self._keys_most = keys_most
        self._pause_s_most = pause_s_most
        self._records: OrderedDict[str, _Record] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, *keys: str) -> None:
        """Let an attempt pass.

        Raises:
            Limited: one of the keys has to pause.
        """
        now = self._clock.monotonic()
        with self._lock:
            until = max((self._records[key].until for key in keys if key in self._records), default=now)
        if until > now:
            raise Limited(f"too many wrong attempts; try again in {_words(until - now)}", until - now)

    def failed(self, *keys: str) -> None:
        """Count a failure under each key."""
        now = self._clock.monotonic()
        with self._lock:
            for key in keys:
                self._count(key, now)

    def _count(self, key: str, now: float) -> None:
        record = self._records.get(key)
        if record is None or self._is_past(record, now):
            record = _Record(failures=0, since=now, until=now)
            self._records[key] = record
        record.failures += 1
        over = record.failures - self._most
        if over >= 0:
            record.until = now + min(self._pause_s * 2.0 ** min(over, 20), self._pause_s_most)
        self._records.move_to_end(key)
        while len(self._records) > self._keys_most:
            self._records.popitem(last=False)

    def _is_past(self, record: _Record, now: float) -> bool:
        return now >= max(record.since, record.until) + self._window_s


def _words(seconds: float) -> str:
    minutes = seconds / 60
    return f"{max(1, round(seconds))} seconds" if minutes < 2 else f"{round(minutes)} minutes"


class Bucket:
    """A token bucket: so many a second in the long run, so many at once.

    Args:
        clock: for monotonic time.
        per_s: tokens that come a second.
        most: tokens that it holds.
    """

    def __init__(self, clock: Clock, per_s: float, most: float) -> None:
        self._clock = clock
        self._per_s = per_s
        self._most = self._left = most
        self._at = clock.monotonic()
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Take a token; False when there is none."""
        now = self._clock.monotonic()
        with self._lock:
            self._left = min(self._most, self._left + (now - self._at) * self._per_s)
            self._at = now
            if self._left < 1:
                return False
            self._left -= 1
            return True
