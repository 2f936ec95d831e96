"""Starts parts in order and stops them in reverse; a part that cannot start stops those before it.

Called by `app.run` alone. It knows nothing of what the parts do.
"""

import logging
from collections.abc import Sequence

from routerd.core.errors import RouterdError
from routerd.core.parts import Part

log = logging.getLogger(__name__)


class Supervisor:
    """The running parts.

    Args:
        parts: in the order of their start.
    """

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = tuple(parts)
        self._running: list[Part] = []

    def start(self) -> None:
        """Start every part; when one raises, stop what runs and let it through."""
        for part in self._parts:
            log.debug("starting %s", part.name)
            try:
                part.start()
            except BaseException:
                self.stop()
                raise
            self._running.append(part)

    def stop(self) -> None:
        """Stop what runs, the last first; one that fails does not keep the others."""
        while self._running:
            part = self._running.pop()
            log.debug("stopping %s", part.name)
            try:
                part.stop()
            except RouterdError as error:
                log.warning("%s did not stop cleanly: %s", part.name, error)
            except Exception:
                log.exception("%s did not stop cleanly", part.name)

    @property
    def names(self) -> list[str]:
        """Names of the running parts."""
        return [part.name for part in self._running]
