"""What the social domain needs of others, in its own words."""

from collections.abc import Callable, Iterable
from typing import Protocol

FoundAt = Callable[[Iterable[str]], None]
"""Told of the hosts that a provider's sign-in pages were found at; fulfilled by `network.service.Network.providers_are_at`."""


class Doorway(Protocol):
    """The way from one device to the providers; fulfilled by `firewall.service.Firewall`."""

    def let_out(self, network: str, mac: str, ttl_s: float) -> None:
        """Let the device reach the providers for so long; the kernel ends it by itself."""
        ...

    def shut_out(self, network: str, mac: str) -> None:
        """End it now; not let out is no error."""
        ...
