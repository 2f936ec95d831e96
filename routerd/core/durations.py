"""How long things last, in the words of the action API, and back.

The validities are the documented ones (guest-action-api, 1.1) and no others.
"""

DAY_S = 86_400
HOUR_S = 3_600

_DAYS = (*range(2, 31), 35, 40, 45, 50, 55, 60, 90, 120, 150, 180, 365)

VALIDITIES: dict[str, int | None] = {
    "always": None,
    "1 hour": HOUR_S,
    **{f"{hours} hours": hours * HOUR_S for hours in range(2, 24)},
    "1 day": DAY_S,
    **{f"{days} days": days * DAY_S for days in _DAYS},
}
"""Documented `valid_for` value to seconds; None never ends."""


def routeros_duration(seconds: float) -> str:
    """Seconds as the action API shows them: ``9h12m45s``, ``12h05m30s``, ``45s``, ``1d0h00m07s``; ``0s`` for nothing."""
    left = max(0, int(seconds))
    days, left = divmod(left, DAY_S)
    hours, left = divmod(left, HOUR_S)
    minutes, left = divmod(left, 60)
    if days:
        return f"{days}d{hours}h{minutes:02}m{left:02}s"
    if hours:
        return f"{hours}h{minutes:02}m{left:02}s"
    return f"{minutes}m{left:02}s" if minutes else f"{left}s"
