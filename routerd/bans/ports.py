"""What bans need of others."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Protocol

from routerd.core.stretches import Stretch


class Walls(Protocol):
    """What drops packets before anybody else sees them: `kernel.walls.Walls`. Every verb raises Unavailable when the kernel fails."""

    def install(self) -> None:
        """Begin with nothing dropped; also when there was something before."""
        ...

    def ban(self, addresses: Mapping[IPv4Address | IPv6Address, float]) -> None:
        """Drop what these send, for so many seconds; an IPv6 address stands for its /64."""
        ...

    def unban(self, addresses: Sequence[IPv4Address | IPv6Address]) -> None:
        """Drop it no longer; unknown is no error."""
        ...

    def block(self, four: Sequence[Stretch], six: Sequence[Stretch]) -> None:
        """Drop what these send until told otherwise, and nobody else by this verb."""
        ...

    def remove(self) -> None:
        """Drop nothing any more; leave no trace."""
        ...
