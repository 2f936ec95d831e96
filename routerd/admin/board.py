"""The overview: who is here, what passes, how the way to the internet is, what needs attention. Made anew every two seconds at most.

One for all listeners; nothing is computed while nobody asks.
"""

import socket
import threading
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, Protocol

from routerd.core.clock import Clock
from routerd.core.settings import Settings
from routerd.guests.model import Host, state_of
from routerd.sessions.model import Online
from routerd.telemetry.model import Alert
from routerd.telemetry.service import Telemetry

FRESH_S = 1.5
COST_SHARE = 20
"""As in `admin.table`."""

TOP_MOST = 10

RATE_LEAST_S = 1.5
RATE_MOST_S = 15.0
"""Speeds of guests are told between two looks that are neither nearer nor farther apart."""


class Sessions(Protocol):
    """`sessions.service.Sessions`."""

    def online(self) -> Sequence[Online]: ...


class Guests(Protocol):
    """`guests.service.Guests`."""

    def known(self) -> Sequence[Host]: ...


class Rates:
    """Speeds of sessions, from two listings of what they have used."""

    def __init__(self) -> None:
        self._at = float("-inf")
        self._used: Mapping[int, tuple[int, int]] = {}
        self._rates: Mapping[int, tuple[int, int]] = {}

    def look(self, online: Sequence[Online], now: float) -> Mapping[int, tuple[int, int]]:
        """Kbit/s down and up by session, since the look before; `now` is monotonic."""
        took_s = now - self._at
        if took_s < RATE_LEAST_S:
            return self._rates
        used = {each.session.id: (each.down_octets, each.up_octets) for each in online}
        self._rates = {} if took_s > RATE_MOST_S else {number: _rate(self._used.get(number), is_, took_s) for number, is_ in used.items()}
        self._at, self._used = now, used
        return self._rates


class Board:
    """The overview.

    Args:
        settings: names of networks.
        clock: tells the time.
        sessions: who is online.
        guests: the devices.
        telemetry: traffic, uplink, alerts.
    """

    def __init__(self, settings: Settings, clock: Clock, sessions: Sessions, guests: Guests, telemetry: Telemetry) -> None:
        self._settings = settings
        self._clock = clock
        self._sessions = sessions
        self._guests = guests
        self._telemetry = telemetry
        self._version = version("routerd")
        self._lock = threading.Lock()
        self._rates = Rates()
        self._due = float("-inf")
        self._kept: dict[str, Any] = {}

    def now(self) -> dict[str, Any]:
        """The overview as documented; the same value again until it is made anew, and equal but for ``at`` when nothing changed."""
        with self._lock:
            began = self._clock.monotonic()
            if began >= self._due:
                self._kept = self._made()
                ended = self._clock.monotonic()
                self._due = ended + max(FRESH_S, COST_SHARE * (ended - began))
            return self._kept

    def alerts(self) -> list[dict[str, Any]]:
        """All alerts, the gravest first."""
        return [_alert(alert) for alert in self._telemetry.alerts.now()]

    def _made(self) -> dict[str, Any]:
        online, hosts = self._sessions.online(), self._guests.known()
        speed = self._telemetry.traffic.speed()
        return {
            "at": int(self._clock.now()),
            "guests": self._counted(online, hosts),
            "traffic": {"down_kbit": speed.down_kbit, "up_kbit": speed.up_kbit},
            "wan": self._wan(),
            "pools": [{"network": name, "used": used, "size": size} for name, (used, size) in self._telemetry.pools().items()],
            "top": self._top(online, {host.mac: host for host in hosts}),
            "alerts": self.alerts(),
            "box": self._box(),
        }

    def _counted(self, online: Sequence[Online], hosts: Sequence[Host]) -> dict[str, Any]:
        now = self._clock.now()
        here = {(each.session.device.mac, each.session.device.network) for each in online}
        waiting = blocked = 0
        for host in hosts:
            if host.blocked:
                blocked += 1
            elif (host.mac, host.network) not in here:
                waiting += state_of(blocked=False, idle_s=None, unseen_s=now - host.last_seen) == "unauthenticated"
        by_network: dict[str, int] = {network.name: 0 for network in self._settings.guest}
        for each in online:
            name = each.session.device.network
            by_network[name] = by_network.get(name, 0) + 1
        titles = {network.name: network.portal.title or self._settings.portal.title for network in self._settings.guest}
        networks = [{"name": name, "title": titles.get(name, name), "online": count} for name, count in by_network.items()]
        return {"online": len(online), "waiting": waiting, "known": len(hosts), "blocked": blocked, "networks": networks}

    def _top(self, online: Sequence[Online], hosts: Mapping[str, Host]) -> list[dict[str, Any]]:
        rates = self._rates.look(online, self._clock.monotonic())

        def weight(each: Online) -> tuple[int, int]:
            return sum(rates.get(each.session.id, (0, 0))), each.down_octets + each.up_octets

        return [_guest(each, hosts.get(each.session.device.mac), rates) for each in sorted(online, key=weight, reverse=True)[:TOP_MOST]]

    def _wan(self) -> dict[str, Any] | None:
        if not self._telemetry.interface:
            return None
        wan = self._telemetry.wan()
        state = {"state": wan.state, "interface": self._telemetry.interface, "carrier": wan.carrier, "route": wan.route}
        return {**state, "dns": wan.dns, "since": wan.since}

    def _box(self) -> dict[str, Any]:
        free, size, store = self._telemetry.disk()
        return {
            "version": self._version,
            "started_at": self._telemetry.started_at,
            "hostname": socket.gethostname(),
            "disk_free": free >> 20 << 20,  # by the megabyte, or it would change all the time
            "disk_size": size,
            "store_octets": store,
        }


def _rate(before: tuple[int, int] | None, now: tuple[int, int], took_s: float) -> tuple[int, int]:
    if before is None:
        return 0, 0
    down, up = (max(0, is_ - was) * 8 / took_s / 1000 for was, is_ in zip(before, now, strict=True))
    return int(down), int(up)


def _guest(each: Online, host: Host | None, rates: Mapping[int, tuple[int, int]]) -> dict[str, Any]:
    down, up = rates.get(each.session.id, (0, 0))
    name = (host.label or host.hostname) if host else ""
    who = {"mac": each.session.device.mac, "name": name, "login": each.session.grant.login}
    return {**who, "down_kbit": down, "up_kbit": up, "down": each.down_octets, "up": each.up_octets}


def _alert(alert: Alert) -> dict[str, Any]:
    told = {"id": alert.id, "kind": alert.kind, "level": alert.level, "since": alert.since}
    return {**told, "values": dict(alert.values), "text": alert.text}
