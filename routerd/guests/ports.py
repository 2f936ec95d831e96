"""What the guests domain needs of others."""

from collections.abc import Mapping
from typing import Protocol


class Activity(Protocol):
    """Who has a session (`sessions`, through the wiring)."""

    def __call__(self) -> Mapping[tuple[str, str], float]:
        """Seconds since the last packet, by (mac, network), of every device that is signed in."""
        ...


class SignedIn(Protocol):
    """Whether one device has a session; asked for every sighting, so it has to be cheap."""

    def __call__(self, mac: str, network: str) -> bool: ...


class Barrier(Protocol):
    """Keeps blocked devices out (`firewall.service.Firewall`)."""

    def block(self, mac: str) -> None:
        """Drop whatever `mac` sends; once more is no error."""
        ...

    def unblock(self, mac: str) -> None:
        """Take it back."""
        ...


class Ports(Protocol):
    """Where on a bridge a device is (`network`, through the wiring)."""

    def __call__(self, network: str, mac: str) -> str:
        """Name of the port that `mac` was last heard on; empty when nobody knows."""
        ...
