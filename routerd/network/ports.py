"""What the network domain needs from others: the anti-spoofing sets, the walled garden's set, and the kernel's tables.

`Binder` and `Garden` are fulfilled by the firewall's service; the rest by `kernel`.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Interface, IPv6Interface
from typing import Protocol


class Binder(Protocol):
    """Which addresses a MAC address may speak from on which network; everything else is dropped by the kernel."""

    def bind(self, network: str, mac: str, address: str) -> None:
        """Let `mac` speak from `address`; once more is no error."""
        ...

    def bind_many(self, bindings: Sequence[tuple[str, str, str]]) -> None:
        """Like `bind` for many (network, mac, address), in one change."""
        ...

    def unbind(self, network: str, mac: str, address: str) -> None:
        """Take it back; what is not bound is no error."""
        ...

    def bindings(self) -> set[tuple[str, str]]:
        """Every (mac, address) that the kernel holds."""
        ...


class Garden(Protocol):
    """Addresses that are reachable before sign-in."""

    def garden(self, addresses: Sequence[str]) -> None:
        """Make these literal addresses and prefixes, and no other literal ones, reachable."""
        ...

    def forget_garden_names(self) -> None:
        """Close every address that a name led to; those of names that stay open again when they are next asked for."""
        ...


class Links(Protocol):
    """The machine's interfaces."""

    def names(self) -> set[str]: ...

    def index(self, name: str) -> int | None: ...

    def name_of(self, index: int) -> str: ...

    def set_up(self, name: str) -> None: ...

    def set_address(self, name: str, address: IPv4Interface | IPv6Interface) -> bool: ...

    def hardware(self, name: str) -> str: ...

    def ports(self, bridge: str) -> list[str]: ...

    def isolate(self, port: str, on: bool) -> None: ...

    def port_of(self, bridge: str, mac: str) -> str: ...


class Neighbours(Protocol):
    """The kernel's neighbour table, by interface number."""

    def mac_of(self, index: int, address: str) -> str: ...

    def pinned(self, index: int) -> set[tuple[str, str]]: ...

    def pin(self, index: int, pairs: Iterable[tuple[str, str]]) -> None: ...

    def unpin(self, index: int, address: str) -> None: ...

    def probe(self, index: int, address: str) -> None: ...


class Sysctl(Protocol):
    """Kernel settings of this network namespace."""

    def read(self, name: str) -> str: ...

    def write(self, name: str, value: str) -> bool: ...

    def raise_to(self, name: str, least: int) -> bool: ...
