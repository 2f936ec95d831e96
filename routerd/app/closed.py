"""What stands in the firewall's place on a box that is no gateway: a gate that nobody passes."""

from collections.abc import Sequence

from routerd.core.errors import Unavailable
from routerd.core.terms import Pass, PassKey, Requota, Usage


class ClosedGate:
    """Fulfils `sessions.ports.Gate` and `guests.ports.Barrier` without a kernel."""

    def open(self, passes: Sequence[Pass]) -> None:
        """Refuse: there is nothing to let through."""
        if passes:
            raise Unavailable("this box is no gateway: [uplink] and [[guest]] are not configured")

    def requota(self, passes: Sequence[Pass]) -> Sequence[Requota]:
        """Nobody is inside."""
        del passes
        return ()

    def close(self, keys: Sequence[PassKey]) -> Sequence[Usage]:
        """Nobody is inside."""
        del keys
        return ()

    def usage(self) -> Sequence[Usage]:
        """Nobody is inside."""
        return ()

    def block(self, mac: str) -> None:
        """Nobody gets in anyway."""

    def unblock(self, mac: str) -> None:
        """Nobody gets in anyway."""
