"""Devices on the guest networks: shown, sent off, kept out."""

from functools import partial

from routerd.control.answers import Routes
from routerd.control.ports import Services
from routerd.core.errors import BadInput, NotFound
from routerd.core.terms import mac_address
from routerd.guests.model import Host
from routerd.sessions.model import Online
from routerd.web.body import json_fields
from routerd.web.moments import local

SESSION = ("login", "uptime_s", "idle_s", "down_octets", "up_octets", "seconds_left", "down_left_octets", "up_left_octets")
"""What is told of a device's session."""


def routes(services: Services) -> Routes:
    """/guests, /kick, /hosts/block and /hosts/unblock."""
    return (
        ("GET", "/guests", partial(_list, services)),
        ("POST", "/kick", partial(_kick, services)),
        ("POST", "/hosts/block", partial(_block, services)),
        ("POST", "/hosts/unblock", partial(_unblock, services)),
    )


def _list(services: Services) -> dict[str, object]:
    now = services.clock.now()
    online = {(entry.session.device.mac, entry.session.device.network): entry for entry in services.sessions.online()}
    return {"guests": [_host(host) | _session(online.get((host.mac, host.network)), now) for host in services.guests.hosts()]}


def _host(host: Host) -> dict[str, object]:
    return {
        "mac": host.mac,
        "address": host.address,
        "addresses6": list(host.addresses6),
        "hostname": host.hostname,
        "vendor": host.vendor,
        "os": host.os_guess,
        "network": host.network,
        "status": host.state,
        "first_seen": local(host.first_seen),
        "last_seen": local(host.last_seen),
    }


def _session(online: Online | None, now: float) -> dict[str, object]:
    """Null without a session; what is left is null too when there is no limit."""
    if online is None:
        return dict.fromkeys(SESSION)
    told = (
        online.session.grant.login,
        int(now - online.session.started_at),
        int(online.idle_s),
        online.down_octets,
        online.up_octets,
        None if online.seconds_left is None else int(online.seconds_left),
        online.down_left_octets,
        online.up_left_octets,
    )
    return dict(zip(SESSION, told, strict=True))


def _kick(services: Services) -> dict[str, object]:
    who = _text("who")
    ended = services.sessions.end_where(who, "kicked")
    if not ended:
        raise NotFound(f"nobody is online with the MAC address or username {who}")
    return {"ended": ended}


def _block(services: Services) -> dict[str, object]:
    mac = mac_address(_text("mac"))

    def keep_out() -> int:
        services.guests.block(mac)
        return services.sessions.end_where(mac, "kicked")

    return {"blocked": True, "ended": services.store.write(keep_out)}


def _unblock(services: Services) -> dict[str, object]:
    services.guests.unblock(mac_address(_text("mac")))
    return {"blocked": False}


def _text(name: str) -> str:
    value = json_fields().get(name)
    if not isinstance(value, str) or not value:
        raise BadInput(f"{name}: expected a text")
    return value
