"""Numbers as guests read them: durations, data, speeds, times of day."""

from datetime import UTC, datetime

from routerd.core.durations import DAY_S, HOUR_S
from routerd.core.terms import MIB

GIB = 1024 * MIB

UNLIMITED = "not limited"


def duration_words(seconds: float) -> str:
    """``2 days 3 hours``, ``1 hour 5 minutes``, ``45 seconds``: the two largest units, rounded down."""
    left = max(0, int(seconds))
    parts = []
    for unit_s, name in ((DAY_S, "day"), (HOUR_S, "hour"), (60, "minute")):
        count, left = divmod(left, unit_s)
        if count:
            parts.append(_count(count, name))
    if not parts:
        return _count(left, "second")
    return " ".join(parts[:2])


def data_words(octets: int) -> str:
    """``512 MB``, ``1.5 GB``, ``0.3 MB``; a MB is 2**20 octets as in vouchers' limits."""
    octets = max(0, octets)
    if octets >= GIB:
        return f"{octets / GIB:.1f} GB".replace(".0 ", " ")
    if octets >= 10 * MIB:
        return f"{octets // MIB} MB"
    return f"{octets / MIB:.1f} MB".replace(".0 ", " ")


def speed_words(kbit: int) -> str:
    """``10 Mbit/s``, ``512 kbit/s``; UNLIMITED for 0."""
    if kbit == 0:
        return UNLIMITED
    return f"{kbit / 1000:g} Mbit/s" if kbit >= 1000 else f"{kbit} kbit/s"


def clock_words(moment: float, now: float) -> str:
    """``14:05`` today, ``2025-06-16 14:05`` on another day, by the house's clocks."""
    local, today = (datetime.fromtimestamp(at, tz=UTC).astimezone() for at in (moment, now))
    return local.strftime("%H:%M" if local.date() == today.date() else "%Y-%m-%d %H:%M")


def _count(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"
