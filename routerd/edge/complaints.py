"""Log lines that clients can cause as often as they like: of each kind one in a while, with how many were left out."""

import logging

log = logging.getLogger(__name__)

EVERY_S = 10.0
"""Between two lines of one kind."""

KINDS_MOST = 512
"""Kinds that are kept apart; with more of them all may speak again, which costs that many lines."""


class Complaints:
    """What went wrong of late."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], tuple[float, int]] = {}

    def tell(self, now: float, site: str, reason: str, level: int = logging.INFO) -> None:
        """Write a line, unless there was one for this site and reason a moment ago.

        Args:
            now: any clock's seconds.
            site: its name.
            reason: in words that are the same for what is the same.
            level: of the line.
        """
        kind = (site, reason)
        said = self._said.get(kind)
        if said is not None and now < said[0] + EVERY_S:
            self._said[kind] = (said[0], said[1] + 1)
            return
        if len(self._said) >= KINDS_MOST:
            self._said.clear()
        self._said[kind] = (now, 0)
        more = f" ({said[1]} more since the last time)" if said is not None and said[1] else ""
        log.log(level, "%s: %s%s", site, reason, more)
