"""The only module that asks what time it is. Everything else is handed a Clock."""

import os
import time
from typing import Protocol


class Clock(Protocol):
    """Wall time for what is stored and shown, monotonic time for durations."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()


_OWN = os.environ.get("TZ")
"""The time zone that the process was started with; None: the machine's."""


def use_zone(name: str) -> None:
    """Make this the process's local time from now on.

    Args:
        name: such as ``Europe/Berlin``; empty: the machine's own.
    """
    zone = name or _OWN
    if zone is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = zone
    time.tzset()
