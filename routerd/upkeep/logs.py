"""The newest lines of the daemon's own log, in memory, for the admin page. What looks like a secret is covered."""

import logging
import re
import threading
from collections import deque
from dataclasses import dataclass

LINES_MOST = 2_000
"""About a megabyte; the journal has the rest."""

TEXT_MOST = 2_000

LEVELS = ("debug", "info", "warning", "error")

_SECRET = re.compile(r"\b[0-9a-f]{48}\b|(?<=setup code )\S+|(?i:(?<=password=)|(?<=passcode=)|(?<=secret=)|(?<=api-key=))[^\s&]+")
"""API keys, the code of the first visit, and whatever a library writes as a query or a form."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        id: counts up.
        at: seconds since the epoch.
        level: one of LEVELS.
        name: of the logger.
        text: without the trace.
    """

    id: int
    at: float
    level: str
    name: str
    text: str


class Ring(logging.Handler):
    """A handler that keeps the newest lines."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: deque[Line] = deque(maxlen=LINES_MOST)
        self._last = 0
        self._writing = threading.Lock()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line; what cannot be worded is left out."""
        try:
            text = _SECRET.sub("•••", record.getMessage())[:TEXT_MOST]
        except Exception:  # noqa: BLE001 - as logging's own handlers do
            self.handleError(record)
            return
        level = "error" if record.levelno >= logging.ERROR else record.levelname.lower()
        with self._writing:
            self._last += 1
            self._lines.append(Line(self._last, record.created, level if level in LEVELS else "debug", record.name, text))

    def newest(self, *, level: str = "debug", search: str = "", before: int | None = None, most: int = 100) -> tuple[list[Line], bool]:
        """Lines, newest first, and whether there are more.

        Args:
            level: that and above.
            search: in name and text, without regard to case.
            before: only lines with a smaller id.
            most: how many at most.
        """
        with self._writing:
            lines = list(self._lines)
        least, wanted = LEVELS.index(level), search.casefold()
        found = [
            line
            for line in reversed(lines)
            if LEVELS.index(line.level) >= least
            and (before is None or line.id < before)
            and (not wanted or wanted in f"{line.name} {line.text}".casefold())
        ]
        return found[:most], len(found) > most
