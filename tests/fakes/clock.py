"""A clock that goes when it is told to."""


class FakeClock:
    """Fulfils `core.clock.Clock`.

    Args:
        now: seconds since the epoch at which it starts; the monotonic clock starts at 1000.
    """

    def __init__(self, now: float = 1_750_000_000.0) -> None:
        self._now = now
        self._monotonic = 1000.0

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Let time pass on both clocks."""
        self._now += seconds
        self._monotonic += seconds

    def step(self, seconds: float) -> None:
        """Set the wall clock forward or back, as NTP does; the monotonic clock does not notice."""
        self._now += seconds
