"""Leaves out what was told a moment ago: a device that says the same every second is published once in a while. Pure."""

from collections import OrderedDict

from routerd.core.events import HostSighted

REPEAT_S = 5.0
"""The same sighting is told again after so long: fast enough for "last seen", slow enough for ten thousand devices."""

REMEMBERED_MOST = 16_384


class Recent:
    """Remembers what was told lately."""

    def __init__(self) -> None:
        self._told: OrderedDict[HostSighted, float] = OrderedDict()

    def is_news(self, sighting: HostSighted, at: float) -> bool:
        """Whether `sighting` was not told within REPEAT_S before `at` (monotonic seconds); if so, it counts as told now."""
        if at - self._told.get(sighting, -REPEAT_S) < REPEAT_S:
            return False
        self._told[sighting] = at
        self._told.move_to_end(sighting)
        while len(self._told) > REMEMBERED_MOST:
            self._told.popitem(last=False)
        return True
