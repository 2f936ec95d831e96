"""get_active_guests and get_guest_hosts (guest-action-api, section 3).

get_active_guests is what kiosks and property systems poll. Its answer is encoded once and served again until a session was opened,
changed, counted or closed, or the wall clock's second has passed.
"""

import threading
from collections.abc import Sequence
from functools import partial
from typing import Protocol

from routerd.api import shapes
from routerd.api.catalogue import Action
from routerd.api.fields import Fields
from routerd.core.clock import Clock
from routerd.core.durations import routeros_duration
from routerd.guests.model import Host
from routerd.sessions.model import Online
from routerd.web.moments import local


class Sessions(Protocol):
    """What these actions need of `sessions.service.Sessions`."""

    def online(self) -> Sequence[Online]:
        """All open sessions, at most a moment old; the same list again until something in it has changed."""
        ...


class Hosts(Protocol):
    """What these actions need of `guests.service.Guests`."""

    def hosts(self) -> Sequence[Host]: ...


def actions(clock: Clock, sessions: Sessions, hosts: Hosts) -> tuple[Action, ...]:
    """The actions on live data."""
    return (
        Action("get_active_guests", ActiveGuests(clock, sessions)),
        Action("get_guest_hosts", partial(_hosts, clock, sessions, hosts)),
    )


class ActiveGuests:
    """The answer to get_active_guests, encoded once for every listing that there is.

    Args:
        clock: for how long guests have been online.
        sessions: who is online.
    """

    def __init__(self, clock: Clock, sessions: Sessions) -> None:
        self._clock = clock
        self._sessions = sessions
        self._encoding = threading.Lock()
        self._kept: tuple[Sequence[Online] | None, int, bytes] = (None, 0, b"")

    def __call__(self, _fields: Fields) -> bytes:
        listed, second = self._sessions.online(), int(self._clock.now())
        kept, at, answer = self._kept
        if kept is listed and at == second:
            return answer
        with self._encoding:  # one thread encodes; those that waited find it done
            kept, at, answer = self._kept
            if kept is not listed or at != second:
                answer = shapes.encode({"data": [_active(online, second) for online in listed]})
                self._kept = (listed, second, answer)
            return answer


def _active(online: Online, now: int) -> dict[str, str]:
    """The sample's shape. Directions are the router's: bytes-in is what the guest sent."""
    device = online.session.device
    return {
        "logins": online.session.grant.login,
        "address": device.address,
        "mac-address": device.mac.upper(),
        "uptime": routeros_duration(now - online.session.started_at),
        "idle-time": routeros_duration(online.idle_s),
        "bytes-out": str(online.down_octets),
        "bytes-in": str(online.up_octets),
    }


def _hosts(clock: Clock, sessions: Sessions, hosts: Hosts, _fields: Fields) -> bytes:
    now = clock.now()
    online = {(entry.session.device.mac, entry.session.device.network): entry for entry in sessions.online()}
    return shapes.encode({"data": [_host(host, online.get((host.mac, host.network)), now) for host in hosts.hosts()]})


def _host(host: Host, online: Online | None, now: float) -> dict[str, object]:
    """The live fields as in get_active_guests, and what a front desk asks for; null where there is no session."""
    return {
        "address": host.address,
        "mac-address": host.mac.upper(),
        "hostname": host.hostname,
        "vendor": host.vendor,
        "status": host.state,
        "uptime": routeros_duration(now - online.session.started_at) if online else "0s",
        "idle-time": routeros_duration(online.idle_s if online else now - host.last_seen),
        "bytes-out": str(online.down_octets if online else 0),
        "bytes-in": str(online.up_octets if online else 0),
        "network": host.network,
        "ipv6-addresses": list(host.addresses6),
        "os": host.os_guess,
        "login": online.session.grant.login if online else None,
        "login-type": online.session.grant.kind if online else None,
        "first-seen": local(host.first_seen),
        "last-seen": local(host.last_seen),
        "time-left": _lasting(online.seconds_left) if online else None,
        "bytes-out-left": _counted(online.down_left_octets) if online else None,
        "bytes-in-left": _counted(online.up_left_octets) if online else None,
    }


def _lasting(seconds: float | None) -> str:
    return "unlimited" if seconds is None else routeros_duration(seconds)


def _counted(octets: int | None) -> str:
    return "unlimited" if octets is None else str(octets)
