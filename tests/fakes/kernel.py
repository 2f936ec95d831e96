"""Fulfils `network.ports.Links`, `Neighbours` and `Sysctl`: interfaces, neighbours and settings in memory."""

from collections.abc import Iterable
from ipaddress import IPv4Interface, IPv6Interface


class FakeLinks:
    """Interfaces that exist; numbers follow their order.

    Args:
        names: of the interfaces.
    """

    def __init__(self, *names: str) -> None:
        self.there = list(names)
        self.addresses: dict[str, set[str]] = {}
        self.up: set[str] = set()
        self.bridges: dict[str, list[str]] = {}
        self.isolated: dict[str, bool] = {}
        self.fdb: dict[str, str] = {}

    def names(self) -> set[str]:
        return set(self.there)

    def index(self, name: str) -> int | None:
        return self.there.index(name) + 1 if name in self.there else None

    def name_of(self, index: int) -> str:
        return self.there[index - 1] if 0 < index <= len(self.there) else ""

    def set_up(self, name: str) -> None:
        self.up.add(name)

    def set_address(self, name: str, address: IPv4Interface | IPv6Interface) -> bool:
        held = self.addresses.setdefault(name, set())
        fresh = str(address) not in held
        held.add(str(address))
        return fresh

    def hardware(self, name: str) -> str:
        return "02:00:00:00:00:01" if name in self.there else ""

    def ports(self, bridge: str) -> list[str]:
        return self.bridges.get(bridge, [])

    def isolate(self, port: str, on: bool) -> None:
        self.isolated[port] = on

    def port_of(self, bridge: str, mac: str) -> str:
        return self.fdb.get(mac, "")


class FakeNeighbours:
    """The neighbour table: (interface number, address) to MAC address."""

    def __init__(self) -> None:
        self.heard: dict[tuple[int, str], str] = {}
        self.fixed: dict[tuple[int, str], str] = {}
        self.probed: list[str] = []

    def mac_of(self, index: int, address: str) -> str:
        return self.fixed.get((index, address)) or self.heard.get((index, address), "")

    def pinned(self, index: int) -> set[tuple[str, str]]:
        return {(mac, address) for (number, address), mac in self.fixed.items() if number == index}

    def pin(self, index: int, pairs: Iterable[tuple[str, str]]) -> None:
        self.fixed.update({(index, address): mac for mac, address in pairs})

    def unpin(self, index: int, address: str) -> None:
        self.fixed.pop((index, address), None)

    def probe(self, index: int, address: str) -> None:
        self.probed.append(address)


class FakeSysctl:
    """Settings as given; what is not given does not exist.

    Args:
        values: name to value.
    """

    def __init__(self, **values: str) -> None:
        self.values = dict(values)
        self.written: dict[str, str] = {}

    def read(self, name: str) -> str:
        return self.written.get(name, self.values.get(name, ""))

    def write(self, name: str, value: str) -> bool:
        self.written[name] = value
        return True

    def raise_to(self, name: str, least: int) -> bool:
        return int(self.read(name) or 0) >= least or self.write(name, str(least))
