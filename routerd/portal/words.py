"""Numbers as guests read them: durations, data, speeds, times of day, in their language."""

from datetime import UTC, datetime

from routerd.core.durations import DAY_S, HOUR_S
from routerd.core.terms import MIB
from routerd.portal.languages import ENGLISH, Language

GIB = 1024 * MIB


def duration_words(seconds: float, language: Language = ENGLISH) -> str:
    """``2 days 3 hours``, ``1 hour 5 minutes``, ``45 seconds``: the two largest units, rounded down."""
    n = language.n
    left = max(0, int(seconds))
    days, left = divmod(left, DAY_S)
    hours, left = divmod(left, HOUR_S)
    minutes, left = divmod(left, 60)
    parts = []
    if days:
        parts.append(n("{count} day", "{count} days", days))
    if hours:
        parts.append(n("{count} hour", "{count} hours", hours))
    if minutes:
        parts.append(n("{count} minute", "{count} minutes", minutes))
    if not parts:
        return n("{count} second", "{count} seconds", left)
    return language.t("{first} {second}", first=parts[0], second=parts[1]) if len(parts) > 1 else parts[0]


def data_words(octets: int, language: Language = ENGLISH) -> str:
    """``512 MB``, ``1.5 GB``, ``0.3 MB``; a MB is 2**20 octets as in vouchers' limits."""
    octets = max(0, octets)
    if octets >= GIB:
        return language.t("{amount} GB", amount=language.number(octets / GIB, 1))
    if octets >= 10 * MIB:
        return language.t("{amount} MB", amount=str(octets // MIB))
    return language.t("{amount} MB", amount=language.number(octets / MIB, 1))


def speed_words(kbit: int, language: Language = ENGLISH) -> str:
    """``10 Mbit/s``, ``512 kbit/s``; ``not limited`` for 0."""
    if kbit == 0:
        return language.t("not limited")
    if kbit >= 1000:
        return language.t("{amount} Mbit/s", amount=language.number(kbit / 1000, 3))
    return language.t("{amount} kbit/s", amount=str(kbit))


def clock_words(moment: float, now: float) -> str:
    """``14:05`` today, ``2025-06-16 14:05`` on another day, by the house's clocks; read alike in every language."""
    local, today = (datetime.fromtimestamp(at, tz=UTC).astimezone() for at in (moment, now))
    return local.strftime("%H:%M" if local.date() == today.date() else "%Y-%m-%d %H:%M")
