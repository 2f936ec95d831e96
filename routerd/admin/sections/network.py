"""The network: interfaces, what each guest network is like, and DHCP leases."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, Protocol

from routerd.admin.reading import ROWS_MOST, number, text
from routerd.admin.section import Asked, Route
from routerd.core.events import LeaseChanged
from routerd.core.settings import GuestNetwork, Settings
from routerd.sessions.service import Sessions

RESOLV_CONF = Path("/etc/resolv.conf")


class Network(Protocol):
    """`network.service.Network`."""

    def leases(self, network: str) -> Sequence[LeaseChanged]: ...

    def pool(self, network: str) -> tuple[IPv4Address, IPv4Address]: ...

    def serving(self) -> Mapping[str, bool]: ...


Interfaces = Callable[[], Sequence[Any]]
"""`kernel.interfaces.interfaces`."""


class NetworkSection:
    """GET /network and /network/leases.

    Args:
        settings: what counts now.
        sessions: who is online.
        network: leases; None on a box that is no gateway.
        interfaces: reads the machine's.
    """

    def __init__(self, settings: Callable[[], Settings], sessions: Sessions, network: Network | None, interfaces: Interfaces) -> None:
        self._settings = settings
        self._sessions = sessions
        self._network = network
        self._interfaces = interfaces

    def routes(self) -> Sequence[Route]:
        return (Route("GET", "/network", self._show), Route("GET", "/network/leases", self._leases))

    def _show(self, _asked: Asked) -> dict[str, Any]:
        settings = self._settings()
        roles = _roles(settings)
        rows = [asdict(each) for each in self._interfaces()]
        uplink = settings.uplink
        return {
            "gateway": self._network is not None,
            "interfaces": [row | dict(zip(("role", "network"), roles.get(row["name"], ("other", None)), strict=True)) for row in rows],
            "uplink": {"interface": uplink.interface, "down_kbit": uplink.down_kbit, "up_kbit": uplink.up_kbit} if uplink else None,
            "guests": self._guests(settings),
        }

    def _guests(self, settings: Settings) -> list[dict[str, Any]]:
        online: dict[str, int] = {}
        for each in self._sessions.online():
            name = each.session.device.network
            online[name] = online.get(name, 0) + 1
        serving = self._network.serving() if self._network else {}
        return [self._guest(settings, each, serving.get(each.name), online.get(each.name, 0)) for each in settings.guest]

    def _guest(self, settings: Settings, guest: GuestNetwork, serves: bool | None, online: int) -> dict[str, Any]:
        kept = ("name", "interface", "dhcp", "lease_s", "isolation", "down_kbit", "up_kbit", "idle_timeout_s")
        return {name: getattr(guest, name) for name in kept} | {
            "title": guest.portal.title or settings.portal.title,
            "address": str(guest.address),
            "address6": str(guest.address6) if guest.address6 else None,
            "pool": self._pool(guest),
            "static": len(guest.static),
            "dns": {"upstream": guest.dns_upstream or _system_servers(), "system": not guest.dns_upstream},
            "server": {True: "running", False: "down"}.get(serves, "off") if serves is not None else "off",
            "online": online,
        }

    def _pool(self, guest: GuestNetwork) -> dict[str, Any] | None:
        if self._network is None or not guest.dhcp:
            return None
        first, last = self._network.pool(guest.name)
        used = sum(first <= IPv4Address(lease.address) <= last for lease in self._network.leases(guest.name))
        return {"first": str(first), "last": str(last), "size": int(last) - int(first) + 1, "used": used}

    def _leases(self, asked: Asked) -> dict[str, Any]:
        wanted, search = text(asked.fields, "network", ""), text(asked.fields, "search", "").casefold()
        offset, most = number(asked.fields, "offset", 0), number(asked.fields, "most", 100, 1, ROWS_MOST)
        rows = [row for guest in self._settings().guest if wanted in ("", guest.name) for row in self._rows(guest)]
        found = [row for row in rows if search in f"{row['mac']} {row['address']} {row['hostname']}".casefold()]
        return {"total": len(found), "rows": found[offset : offset + most]}

    def _rows(self, guest: GuestNetwork) -> list[dict[str, Any]]:
        if self._network is None or not guest.dhcp:
            return []
        fixed = {str(lease.address) for lease in guest.static}
        leases = sorted(self._network.leases(guest.name), key=lambda lease: IPv4Address(lease.address))
        return [
            {
                "network": guest.name,
                "mac": lease.mac,
                "address": lease.address,
                "hostname": lease.hostname,
                "ends_at": lease.ends_at,
                "static": lease.address in fixed,
            }
            for lease in leases
        ]


def _roles(settings: Settings) -> dict[str, tuple[str, str | None]]:
    """Interface to what it is for, and for which guest network."""
    roles: dict[str, tuple[str, str | None]] = {each.interface: ("guest", each.name) for each in settings.guest}
    if settings.uplink:
        roles[settings.uplink.interface] = ("uplink", None)
    if settings.lan:
        roles[settings.lan.interface] = ("lan", None)
    return roles


def _system_servers() -> list[str]:
    """The servers that the system's resolv.conf names."""
    try:
        lines = RESOLV_CONF.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return [words[1] for line in lines if len(words := line.split()) > 1 and words[0] == "nameserver"]
