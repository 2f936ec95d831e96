"""Puts settings from the page into effect: what guests see at once, everything else by starting anew in this process.

Fulfils `preferences.ports.Applier`.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Protocol

from routerd.core.settings import Settings


class Portal(Protocol):
    """`portal.live.LivePortal`."""

    def change(self, settings: Settings) -> None: ...


class Apply:
    """The two ways.

    Args:
        portal: what guests are met by; None on a box without guests.
        restart: starts everything anew, after the current request's answer.
    """

    def __init__(self, portal: Portal | None, restart: Callable[[], None]) -> None:
        self._portal = portal
        self._restart = restart

    def live(self, settings: Settings) -> None:
        if self._portal is not None:
            self._portal.change(settings)

    def anew(self, sections: AbstractSet[str]) -> None:
        del sections
        self._restart()
