"""Moments as doors show and take them: the box's local time, `YYYY-MM-DD HH:MM:SS`."""

import time
from datetime import datetime
from functools import lru_cache

from routerd.core.errors import BadInput

DATE_TIME = "%Y-%m-%d %H:%M:%S"
"""What the action API's examples show; the "Ym:d H:i:s" of its text is a misprint."""

DATE = "%Y-%m-%d"
YEARS = range(2000, 2100)
"""Years that a date may lie in: beyond them it is a slip of the pen."""


@lru_cache(maxsize=8192)
def local(at: int | None) -> str | None:
    """Seconds since the epoch in local time; None for what has not happened."""
    return None if at is None else time.strftime(DATE_TIME, time.localtime(at))


def moment(name: str, written: str) -> int:
    """Seconds since the epoch of a local date and time; a date alone means its first second.

    In the hour that a clock change repeats, the first one counts.

    Args:
        name: of the field, for the message.
        written: the text.

    Raises:
        BadInput: there is no such date, or it is written in another way.
    """
    for form in (DATE_TIME, DATE):
        try:
            told = datetime.strptime(written, form)  # noqa: DTZ007 - local time is meant
        except ValueError:
            continue
        if told.year not in YEARS:
            raise BadInput(f"{name}: found {written}, expected a year from {YEARS[0]} to {YEARS[-1]}")
        return int(told.timestamp())
    raise BadInput(f'{name}: found {written[:60]!r}, expected a date and time that exist, such as "2025-01-17 10:00:00", or a date alone')
