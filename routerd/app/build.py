"""build(settings, outside) -> App: the composition root. The only place where everything is known; it decides nothing else.

A section that is absent switches its module off: without [[guest]] neither firewall nor network, capture or portal are loaded, and
the kernel is not touched.
"""

import logging
import os
from dataclasses import replace

from routerd.admin.premises import Premises
from routerd.api.routes import build as build_api
from routerd.app import monitoring, owners
from routerd.app.apply import Apply
from routerd.app.closed import ClosedGate
from routerd.app.house import House, furnish, prefer
from routerd.app.outside import Outside
from routerd.app.premises import premises
from routerd.app.steps import Step
from routerd.app.supervisor import Supervisor
from routerd.app.wiring import gateway_hears, hears
from routerd.control.place import socket_path
from routerd.control.ports import Services
from routerd.control.routes import build as build_control
from routerd.core.clock import use_zone
from routerd.core.durations import DAY_S
from routerd.core.endpoints import listen_address
from routerd.core.events import Bus
from routerd.core.overlay import environment_changes
from routerd.core.parts import Every, Part
from routerd.core.settings import Settings
from routerd.preferences.service import Preferences
from routerd.sessions.service import KEPT_S
from routerd.store.database import Store
from routerd.upkeep.updates import EVERY_S
from routerd.web import moments
from routerd.web.mount import mount
from routerd.web.server import WebServer, bind_tcp, bind_unix

log = logging.getLogger(__name__)

PERSIST_S = 10.0
PRUNE_S = 3600.0
"""How often logs and ended sessions are brought within their bounds."""

CONTROL_THREADS = 2


class App:
    """A built application.

    Args:
        house: its services.
        parts: in the order of their start.
    """

    def __init__(self, house: House, parts: list[Part]) -> None:
        self.house = house
        self._supervisor = Supervisor(parts)
        self._servers = [part for part in parts if isinstance(part, WebServer)]

    def start(self) -> None:
        """Guests can be served when this returns."""
        try:
            self._supervisor.start()
        except BaseException:
            for server in self._servers:  # listening since they were built; whoever is started instead needs their addresses
                server.stop()
            raise
        self.house.preferences.started()

    def stop(self) -> None:
        """End everything that runs; what the kernel holds stays."""
        self._supervisor.stop()


def build(settings: Settings, outside: Outside, trouble: str = "") -> App:
    """Put an application together; nothing runs yet, but the database is open and migrated.

    Args:
        settings: of file and environment, verified; what the owner has set on the page comes over them here.
        outside: what it stands on.
        trouble: why the last start failed, if it did.

    Raises:
        Misconfigured: the store or an address cannot be used.
    """
    bus, store = Bus(), Store(settings.store.url)
    preferences = prefer(settings, outside.clock, store, environment_changes(os.environ), trouble)
    settings = preferences.settings
    use_zone(settings.system.time_zone)
    moments.local.cache_clear()
    if not settings.guest:
        closed = ClosedGate()
        house = furnish(settings, outside.clock, bus, store, closed, lambda _network, _mac: "", preferences)
        preferences.applier = Apply(None, outside.restart)
        bus.connect(hears(house))
        control = Services(settings, outside.clock, store, house.access, house.vouchers, house.sessions, house.guests)
        return App(house, [store, *_rounds(house), *_doors(house, control, outside, premises(preferences, outside))])
    return _gateway(preferences, outside, bus, store)


def _gateway(preferences: Preferences, outside: Outside, bus: Bus, store: Store) -> App:
    from routerd.app import gateway
    from routerd.capture.service import Capture

    settings = preferences.settings
    kernel = gateway.kernelside(settings, outside, store, bus)
    outlook = monitoring.outlook(settings, kernel.network)
    house = furnish(settings, outside.clock, bus, store, kernel.firewall, kernel.network.port_of, preferences, outlook)
    radius, social = gateway.radius(house, outside), gateway.social(house, kernel)
    entrance = gateway.portal(house, kernel, outside, radius=radius, social=social)
    preferences.applier = Apply(entrance, outside.restart)
    capture = Capture({network.interface: network.name for network in settings.guest}, bus.publish, outside.clock)
    bus.connect(gateway_hears(house, kernel, entrance, radius=radius))

    def shown() -> dict[str, str]:
        counts = capture.counts
        return kernel.network.status() | {"capture": f"{counts.frames} frames, {counts.dropped} dropped, {counts.sightings} sightings"}

    control = Services(
        *(settings, outside.clock, store, house.access, house.vouchers, house.sessions, house.guests),
        firewall=kernel.firewall,
        garden=kernel.network.garden,
        parts=shown,
    )
    inside = gateway.parts(house, kernel, entrance, capture, outside, radius=radius, social=social)
    return App(
        house,
        [
            store,
            *inside,
            Every("accounting", house.data.telemetry.alerts.watched(house.sessions.sweep), 1.0),
            *_rounds(house),
            *_doors(house, control, outside, premises(preferences, outside, kernel, entrance)),
        ],
    )


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


def _doors(house: House, control: Services, outside: Outside, box: Premises) -> list[Part]:
    settings = house.settings
    addresses = [listen_address(text) for text in settings.management.listen]
    if settings.lan:
        addresses.append((str(settings.lan.address.ip), outside.lan_port))
    api = build_api(settings.action_api, house.clock, house.store, house.access, house.vouchers, house.sessions, house.guests)
    control = replace(control, accounts=house.accounts)
    doors: list[Part] = []
    if settings.tunnel:
        from routerd.app import cloud

        lines = cloud.tunnel(house)
        control = replace(control, tunnel=lines)
        box = replace(box, cloud=cloud.Shown(lines))
        doors += cloud.parts(house, lines, api)
    if addresses:
        sockets = [bind_tcp(host, port) for host, port in addresses]
        door = owners.door(owners.desk(house, box))
        rooms = mount((("/api", api), ("", door.front)))
        doors.append(WebServer("owner", rooms, sockets, owners.THREADS, door.body_octets_most, streams=True))
        doors.append(house.data.streams)
        if settings.system.update_check and box.system is not None:
            doors.append(Every("check for updates", box.system.updates.check, EVERY_S))
        doors.append(Step("first visit", house.accounts.setup.announce))
    socket = bind_unix(socket_path(settings.daemon.run_dir))
    doors.append(WebServer("control", build_control(control), [socket], CONTROL_THREADS))
    return doors
