"""What the guard against scans needs of others."""

from typing import Protocol

from routerd.core.ruling import Ruling


class Bans(Protocol):
    """Who keeps clients out: `bans.service.Bans`."""

    def ban(self, client: bytes, seconds: float, why: Ruling, *, direct: bool = True) -> bool:
        """Keep a client out from now on; never waits. False: this one is never banned."""
        ...
