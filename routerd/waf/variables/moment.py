"""Variables of time: of the moment that was passed in, in UTC."""

from collections.abc import Callable
from datetime import UTC, datetime

from routerd.waf.state import State
from routerd.waf.variables.variable import Variable, single


def _shown(form: Callable[[datetime], bytes]) -> Callable[[State], bytes]:
    return lambda state: form(datetime.fromtimestamp(state.now, UTC))


def _duration(state: State) -> bytes:
    """Milliseconds since the request began."""
    return b"%d" % round((state.now - state.began) * 1000)


VARIABLES: tuple[Variable, ...] = (
    single("DURATION", _duration, changing=True),
    single("TIME", _shown(lambda at: at.strftime("%H:%M:%S").encode())),
    single("TIME_DAY", _shown(lambda at: b"%d" % at.day)),
    single("TIME_EPOCH", lambda state: b"%d" % state.now),
    single("TIME_HOUR", _shown(lambda at: b"%d" % at.hour)),
    single("TIME_MIN", _shown(lambda at: b"%d" % at.minute)),
    single("TIME_MON", _shown(lambda at: b"%d" % (at.month - 1))),
    single("TIME_SEC", _shown(lambda at: b"%d" % at.second)),
    single("TIME_WDAY", _shown(lambda at: b"%d" % (at.isoweekday() % 7))),
    single("TIME_YEAR", _shown(lambda at: b"%d" % at.year)),
)
"""Months count from 0 and weekdays from Sunday, as those of the reference do."""
