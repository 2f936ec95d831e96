"""Fulfils `bans.ports.Walls`: a kernel in memory that can be made to refuse."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address

from routerd.core.errors import Unavailable
from routerd.core.stretches import Stretch

Address = IPv4Address | IPv6Address


class FakeWalls:
    """What is dropped, as it was told last.

    Attributes:
        there: whether the table is.
        banned: seconds by address.
        blocked: stretches of IPv4 and IPv6.
        broken: refuse everything, as the kernel does without root.
    """

    def __init__(self) -> None:
        self.there = False
        self.banned: dict[str, float] = {}
        self.blocked: tuple[list[Stretch], list[Stretch]] = [], []
        self.broken = False
        self.made = 0

    def install(self) -> None:
        if self.broken:
            raise Unavailable("operation not permitted")
        self.there, self.banned, self.blocked = True, {}, ([], [])
        self.made += 1

    def ban(self, addresses: Mapping[Address, float]) -> None:
        self._check()
        self.banned.update({str(address): seconds for address, seconds in addresses.items()})

    def unban(self, addresses: Sequence[Address]) -> None:
        self._check()
        for address in addresses:
            self.banned.pop(str(address), None)

    def block(self, four: Sequence[Stretch], six: Sequence[Stretch]) -> None:
        self._check()
        self.blocked = list(four), list(six)

    def remove(self) -> None:
        self.there = False

    def vanish(self) -> None:
        """What an administrator's `nft flush ruleset` does."""
        self.there = False

    def _check(self) -> None:
        if not self.there:
            raise Unavailable("no such table")
