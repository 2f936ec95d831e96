"""Counts requests in a sliding window, for many clients in bounded memory. Pure: told what time it is.

Of each counter two numbers are kept: requests of the running window and of the one before. What slides is estimated: of the old number
those count that would still be inside the last `window` seconds, had they come at even distances. A client
that asks evenly is counted exactly; one that asks in bursts may be counted wrong by at most the burst, and never for longer than two
windows.

Counters live in two halves. New ones, and those that are asked for, are in the young half; when it is full, it becomes the old one,
and what was in the old one is forgotten: counters that were not touched for the longest. Whoever is forgotten is counted from 0.
"""

from collections.abc import Hashable
from dataclasses import dataclass

COUNTERS_MOST = 131_072
"""Counters in both halves together: about 45 MiB when all are taken, which only many thousand clients at once bring about."""


@dataclass(slots=True)
class Counter:
    """One client under one rule.

    Attributes:
        began: when the running window began, seconds.
        now: requests in it.
        before: requests in the one before.
        until: until when the client is over the rule; 0: it is not.
    """

    began: float
    now: int = 0
    before: int = 0
    until: float = 0.0

    def count(self, at: float, window_s: float) -> int:
        """Count a request; how many the last `window_s` seconds have seen, this one included."""
        passed = at - self.began
        if passed >= window_s:
            self.before = self.now if passed < 2 * window_s else 0
            self.now = 0
            self.began += passed // window_s * window_s
            passed = at - self.began
        self.now += 1
        # Of `before` requests at even distances, the first at the window's very beginning, so many are younger than `window_s`.
        return self.now + max(0, self.before - 1 - int(self.before * passed / window_s))


class Windows:
    """Counters by who and what they count.

    Args:
        most: how many at once.
    """

    def __init__(self, most: int = COUNTERS_MOST) -> None:
        self._half = max(1, most // 2)
        self._young: dict[Hashable, Counter] = {}
        self._old: dict[Hashable, Counter] = {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def get(self, key: Hashable, at: float) -> Counter:
        """The counter of a key, a fresh one if there is none."""
        found = self._young.get(key)
        if found is None:
            found = self._old.pop(key, None) or Counter(at)
            if len(self._young) >= self._half:
                self._old, self._young = self._young, {}
            self._young[key] = found
        return found

    def over(self, at: float) -> int:
        """How many are over their rules."""
        return sum(each.until > at for half in (self._young, self._old) for each in list(half.values()))

    def clear(self) -> None:
        """Count everybody from 0."""
        self._young, self._old = {}, {}
