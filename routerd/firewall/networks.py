"""Guest networks by name, interface and the kernel's interface number, which changes when an interface is made anew."""

import socket
from collections.abc import Sequence

from routerd.core.errors import Unavailable
from routerd.core.settings import GuestNetwork


class Networks:
    """The guest networks of the settings, in the network namespace of the calling thread."""

    def __init__(self, networks: Sequence[GuestNetwork]) -> None:
        self._interfaces = {network.name: network.interface for network in networks}

    def interface(self, network: str) -> str:
        """The interface of a network.

        Raises:
            Unavailable: there is no such network.
        """
        try:
            return self._interfaces[network]
        except KeyError:
            raise Unavailable(f"there is no guest network '{network}'") from None

    def interfaces(self) -> list[str]:
        """Every guest interface."""
        return list(self._interfaces.values())

    def index(self, network: str) -> int:
        """The number of a network's interface.

        Raises:
            Unavailable: the interface is not there.
        """
        interface = self.interface(network)
        try:
            return socket.if_nametoindex(interface)
        except OSError:
            raise Unavailable(f"guest network '{network}': there is no interface {interface}") from None

    def names(self) -> dict[int, str]:
        """Network names by interface number, of the interfaces that are there."""
        found: dict[int, str] = {}
        for name, interface in self._interfaces.items():
            try:
                found[socket.if_nametoindex(interface)] = name
            except OSError:
                continue
        return found
