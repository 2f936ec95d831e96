"""Bans clients that ask again and again for what they do not get: those who look for open doors.

`defence` tells of every answer that a client got, the site's own and its own refusals alike, but for requests that an access list lets
in; it never waits. Errors are counted in fixed windows: a window begins with a client's first error, and what comes after its end begins
another. So a client is banned with its N-th error within `window_s` seconds of the first of them.
"""

from routerd.core.clients import address, counted
from routerd.core.clock import Clock
from routerd.core.protections import ScanGuardSettings
from routerd.scanguard import model
from routerd.scanguard.ports import Bans

CLIENTS_MOST = 32_768
"""Clients whose errors are counted, about 6 MiB. At the limit those whose errors began first are forgotten, and count from 0."""


class Errors:
    """The one verb of the guard against scans.

    Args:
        settings: [scanguard].
        clock: for windows.
        bans: keeps clients out.
        clients_most: how many clients are counted at once.
    """

    def __init__(self, settings: ScanGuardSettings, clock: Clock, bans: Bans, clients_most: int = CLIENTS_MOST) -> None:
        self._clock = clock
        self._bans = bans
        self._most = clients_most
        self._counted: dict[str, tuple[float, int]] = {}
        self.use(settings)

    def use(self, settings: ScanGuardSettings) -> None:
        """Go by these settings from now on; what was counted stays."""
        self._statuses = model.statuses(settings) if settings.enabled else frozenset()
        self._ruling = model.ruling(settings)
        self._trusted = model.networks(settings)
        self._settings = settings

    def seen(self, client: bytes, status: int, *, direct: bool = True) -> None:
        """A client was answered with this status.

        Args:
            client: its address as text.
            status: of the answer.
            direct: whether it is the TCP peer itself; a proxy's address is nothing for the kernel.
        """
        if status not in self._statuses:
            return
        who, now = counted(client), self._clock.monotonic()
        began, errors = self._counted.pop(who, (now, 0))
        if now - began > self._settings.window_s:
            began, errors = now, 0
        if errors + 1 < self._settings.errors:
            while len(self._counted) >= self._most:
                del self._counted[next(iter(self._counted))]
            self._counted[who] = began, errors + 1
        elif not model.is_trusted(address(client), self._trusted):
            self._bans.ban(client, self._settings.ban_s, self._ruling, direct=direct)
