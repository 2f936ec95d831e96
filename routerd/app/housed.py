"""A box with services of its own: the house and its doors, on a gateway also firewall, network, capture and portal.

Called by `app.build`; a box that only guards sites does without all of this.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from routerd.admin.premises import Premises
from routerd.admin.routes import Door
from routerd.api.routes import build as build_api
from routerd.app import monitoring, owners
from routerd.app.announcing import Announced
from routerd.app.apply import Apply
from routerd.app.closed import ClosedGate
from routerd.app.house import House, furnish
from routerd.app.outside import Outside
from routerd.app.premises import premises
from routerd.app.steps import Step
from routerd.app.wiring import gateway_hears, hears
from routerd.control.place import socket_path
from routerd.control.ports import Services
from routerd.control.routes import build as build_control
from routerd.core.durations import DAY_S
from routerd.core.endpoints import listen_address
from routerd.core.events import Bus
from routerd.core.parts import Every, Part
from routerd.preferences.service import Preferences
from routerd.sessions.service import KEPT_S
from routerd.store.database import Store
from routerd.upkeep.updates import EVERY_S
from routerd.web.behind import behind
from routerd.web.mount import Wsgi, mount
from routerd.web.onward import onward
from routerd.web.server import WebServer, bind_tcp, bind_unix

if TYPE_CHECKING:  # what is switched off is not imported
    from routerd.app.fronts import Fronts

log = logging.getLogger(__name__)

PERSIST_S = 10.0
PRUNE_S = 3600.0
"""How often logs and ended sessions are brought within their bounds."""

CONTROL_THREADS = 2

ONWARD_THREADS = 4
"""For the action API by plain HTTP, and for sending browsers on to TLS."""

BEHIND_IDLE_S = 90
"""Longer than the edge keeps a connection, so that it never sends a request into one that is being closed."""


def parts(preferences: Preferences, outside: Outside, store: Store, portal: Announced, fronts: "Fronts | None") -> tuple[House, list[Part]]:
    """The house, and what has to run beside the store, in this order.

    Args:
        preferences: with the settings in force.
        outside: what it stands on.
        store: open.
        portal: what of the portal's https address may be told to devices.
        fronts: the edge; None without.
    """
    house, found = (_gateway if preferences.settings.guest else _plain)(preferences, outside, store, portal, fronts)
    return house, [*found, *(fronts.parts() if fronts is not None else ())]


def _plain(
    preferences: Preferences, outside: Outside, store: Store, _portal: Announced, fronts: "Fronts | None"
) -> tuple[House, list[Part]]:
    """Without guests."""
    settings, bus = preferences.settings, Bus()
    house = furnish(settings, outside.clock, bus, store, ClosedGate(), lambda _network, _mac: "", preferences)
    preferences.applier = Apply(None, outside.restart)
    bus.connect(hears(house))
    control = Services(settings, outside.clock, store, house.access, house.vouchers, house.sessions, house.guests, parts=_shown(fronts))
    return house, [*_rounds(house), *_doors(house, control, outside, premises(preferences, outside), fronts)]


def _shown(fronts: "Fronts | None") -> Callable[[], Mapping[str, str]]:
    return fronts.told if fronts is not None else dict


def _gateway(
    preferences: Preferences, outside: Outside, store: Store, portal: Announced, fronts: "Fronts | None"
) -> tuple[House, list[Part]]:
    from routerd.app import gateway
    from routerd.capture.service import Capture

    settings, bus = preferences.settings, Bus()
    kernel = gateway.kernelside(portal.fit(settings), outside, store, bus)
    outlook = monitoring.outlook(settings, kernel.network)
    house = furnish(settings, outside.clock, bus, store, kernel.firewall, kernel.network.port_of, preferences, outlook)
    radius, social = gateway.radius(house, outside), gateway.social(house, kernel)
    entrance = gateway.portal(house, kernel, outside, portal, radius=radius, social=social)
    preferences.applier = Apply(entrance, outside.restart)
    capture = Capture({network.interface: network.name for network in settings.guest}, bus.publish, outside.clock)
    bus.connect(gateway_hears(house, kernel, entrance, radius=radius))

    def shown() -> dict[str, str]:
        counts = capture.counts
        return (
            kernel.network.status()
            | dict(_shown(fronts)())
            | {"capture": f"{counts.frames} frames, {counts.dropped} dropped, {counts.sightings} sightings"}
        )

    control = Services(
        *(settings, outside.clock, store, house.access, house.vouchers, house.sessions, house.guests),
        firewall=kernel.firewall,
        garden=kernel.network.garden,
        parts=shown,
    )
    inside = gateway.parts(house, kernel, entrance, capture, outside, radius=radius, social=social)
    return house, [
        *inside,
        *(gateway.secure(entrance, fronts.portal_socket) if fronts is not None and fronts.portal_socket is not None else ()),
        Every("accounting", house.data.telemetry.alerts.watched(house.sessions.sweep), 1.0),
        *_rounds(house),
        *_doors(house, control, outside, premises(preferences, outside, kernel, entrance), fronts),
    ]


def _rounds(house: House) -> list[Part]:
    return [
        Step("guest hosts", finish=house.guests.persist),
        Every("guest hosts", house.guests.persist, PERSIST_S),
        *house.data.telemetry.parts(),
        house.asides,
        house.data.jobs,
        Every("what is long over", lambda: _forget(house), PRUNE_S),
    ]


def _forget(house: House) -> None:
    kept_s = house.preferences.settings.privacy.retention_days * DAY_S
    house.guests.prune(kept_s)
    house.sessions.prune(kept_s or KEPT_S)
    house.audit.prune()
    house.accounts.prune()


def _doors(house: House, control: Services, outside: Outside, box: Premises, fronts: "Fronts | None" = None) -> list[Part]:
    settings = house.settings
    addresses = [listen_address(text) for text in settings.management.listen]
    if settings.lan:
        addresses.append((str(settings.lan.address.ip), outside.lan_port))
    api = build_api(settings.action_api, house.clock, house.store, house.access, house.vouchers, house.sessions, house.guests)
    control = replace(control, accounts=house.accounts)
    if fronts is not None:
        control = replace(control, rules=fronts.rules, bans=fronts.bans)
    doors: list[Part] = []
    if settings.tunnel:
        from routerd.app import cloud

        lines = cloud.tunnel(house)
        control = replace(control, tunnel=lines)
        box = replace(box, cloud=cloud.Shown(lines))
        doors += cloud.parts(house, lines, api)
    if addresses or (fronts is not None and fronts.admin_socket is not None):
        door = owners.door(owners.desk(house, box))
        doors += _owners(door, api, addresses, fronts)
        doors.append(house.data.streams)
        if settings.system.update_check and box.system is not None:
            doors.append(Every("check for updates", box.system.updates.check, EVERY_S))
        doors.append(Step("first visit", house.accounts.setup.announce))
    socket = bind_unix(socket_path(settings.daemon.run_dir))
    doors.append(WebServer("control", build_control(control), [socket], CONTROL_THREADS))
    return doors


def _owners(door: Door, api: Wsgi, addresses: Sequence[tuple[str, int]], fronts: "Fronts | None") -> list[Part]:
    """The owner's servers: plain ones, those that only send on to TLS, and the one behind the edge."""
    rooms = mount((("/api", api), ("", door.front)))
    plain: list[tuple[str, int]] = []
    onwards: dict[int, list[tuple[str, int]]] = {}
    for host, port in addresses:
        tls = fronts.tls_port(host) if fronts is not None else 0
        if tls:
            onwards.setdefault(tls, []).append((host, port))
        else:
            plain.append((host, port))
    found: list[Part] = []
    if plain:
        sockets = [bind_tcp(*address) for address in plain]
        found.append(WebServer("owner", rooms, sockets, owners.THREADS, door.body_octets_most, streams=True))
    for tls, places in onwards.items():
        names = fronts.settings.management.names if fronts is not None else ()
        only = mount((("/api", api), ("", onward(tls, names))))
        found.append(WebServer("owner, plain", only, [bind_tcp(*address) for address in places], ONWARD_THREADS))
    if fronts is not None and fronts.admin_socket is not None:
        sockets = [bind_unix(fronts.admin_socket)]
        secure = behind(rooms)
        found.append(WebServer("owner, TLS", secure, sockets, owners.THREADS, door.body_octets_most, streams=True, idle_s=BEHIND_IDLE_S))
    return found
