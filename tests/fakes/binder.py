"""Fulfils `network.ports.Binder` and `network.ports.Garden`: the firewall's sets, as the network domain sees them."""

from collections.abc import Sequence

from routerd.core.errors import Unavailable


class FakeBinder:
    """Remembers what is bound; `broken` makes every change fail."""

    def __init__(self) -> None:
        self.bound: set[tuple[str, str, str]] = set()
        self.strangers: set[tuple[str, str]] = set()
        self.open_addresses: list[str] = []
        self.forgotten = 0
        self.broken = False

    def bind(self, network: str, mac: str, address: str) -> None:
        self.bind_many([(network, mac, address)])

    def bind_many(self, bindings: Sequence[tuple[str, str, str]]) -> None:
        self._may_fail()
        self.bound.update(bindings)

    def unbind(self, network: str, mac: str, address: str) -> None:
        self._may_fail()
        self.bound.discard((network, mac, address))
        self.strangers.discard((mac, address))

    def bindings(self) -> set[tuple[str, str]]:
        return {(mac, address) for _, mac, address in self.bound} | self.strangers

    def garden(self, addresses: Sequence[str]) -> None:
        self._may_fail()
        self.open_addresses = list(addresses)

    def forget_garden_names(self) -> None:
        self._may_fail()
        self.forgotten += 1

    def lose(self) -> None:
        """The table was flushed."""
        self.bound.clear()
        self.strangers.clear()
        self.open_addresses = []

    def _may_fail(self) -> None:
        if self.broken:
            raise Unavailable("the kernel said no")
