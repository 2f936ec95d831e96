"""A gateway's own services and parts: firewall, network, capture, portal. Loaded only when there are guest networks."""

from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING

from routerd.app.announcing import Announced
from routerd.app.house import House
from routerd.app.outside import Outside
from routerd.app.steps import Step
from routerd.capture.service import Capture
from routerd.core import providers
from routerd.core.errors import NotFound
from routerd.core.events import Bus
from routerd.core.parts import Part
from routerd.core.settings import Settings
from routerd.firewall.guard import Guard
from routerd.firewall.service import Firewall
from routerd.identity.seal import Box
from routerd.network.service import Network
from routerd.portal.entrance import Entrance
from routerd.portal.kept import Kept
from routerd.portal.live import LivePortal
from routerd.portal.routes import build as build_portal
from routerd.store.database import Store
from routerd.web.behind import behind
from routerd.web.server import WebServer, bind_tcp, bind_unix

if TYPE_CHECKING:  # what is switched off is not imported
    from routerd.radius.service import Radius
    from routerd.social.service import Social
    from routerd.verification.service import Verification

BEHIND_IDLE_S = 90
"""Longer than the edge keeps a connection, so that it never sends a request into one that is being closed."""

PORTAL_THREADS = 16
"""Sign-ins wait for the disk or for the outside, not for the processor; more than `portal.signin.OUTSIDE_MOST`."""


@dataclass(frozen=True, slots=True)
class Kernelside:
    """What talks to the kernel; made before the services that need it."""

    firewall: Firewall
    network: Network


def kernelside(settings: Settings, outside: Outside, store: Store, bus: Bus) -> Kernelside:
    """Firewall and network for the guest networks of `settings`."""
    assert outside.kernel is not None
    firewall = Firewall(settings, outside.clock)
    network = Network(settings, store, outside.clock, bus, firewall, outside.kernel, outside.state_dir)
    return Kernelside(firewall, network)


def radius(house: House, outside: Outside) -> "Radius | None":
    """The RADIUS client; None without a server."""
    settings = house.settings
    if not settings.radius.servers:
        return None
    from routerd.radius.service import Radius

    assert outside.kernel is not None
    links, networks = outside.kernel.links, {network.name: network for network in settings.guest}
    return Radius(
        *(settings.radius, settings.portal.radius, house.store, house.sessions, house.clock),
        hardware=lambda network: links.hardware(networks[network].interface),
        networks=networks,
        blocked=lambda mac: _is_blocked(house, mac),
    )


def social(house: House, kernel: Kernelside) -> "Social | None":
    """The providers of accounts; None where no network offers a method with one."""
    if not providers.offered(house.settings):
        return None
    from routerd.social.service import furnish

    return furnish(house.settings, kernel.firewall, kernel.network.providers_are_at, house.store, house.clock)


def _is_blocked(house: House, mac: str) -> bool:
    try:
        return house.guests.host(mac).blocked
    except NotFound:
        return False


def verification(house: House, settings: Settings) -> "Verification | None":
    """Codes by mail and text message; None where no network offers a method that needs them."""
    offered = {*settings.portal.methods, *(method for network in settings.guest for method in network.portal.methods)}
    if not offered & {"email", "mobile"}:
        return None
    from routerd.courier.service import Courier
    from routerd.verification.numbers import Numbers
    from routerd.verification.service import Verification

    courier = Courier(settings.mail, settings.sms, settings.portal.title, house.clock)
    return Verification(
        *(house.store, house.clock, Box(Path(settings.daemon.key_file))),
        mail=courier if courier.has_mail else None,
        sms=courier if courier.has_sms else None,
        limits={"mail": settings.mail, "sms": settings.sms},
        numbers=Numbers(house.asides.numbers),
    )


def portal(
    house: House,
    kernel: Kernelside,
    outside: Outside,
    told: Announced,
    *,
    radius: "Radius | None" = None,
    social: "Social | None" = None,
) -> LivePortal[Settings]:
    """What guests are met by; made anew, without closing a socket, when its settings change."""
    kept = Kept(house.clock)

    def made(wanted: Settings) -> Entrance:
        settings = told.fit(wanted)
        return build_portal(
            settings.guest,
            settings.portal,
            finder=kernel.network,
            sessions=house.sessions,
            vouchers=house.vouchers,
            free_users=house.guests,
            people=house.guests,
            verification=verification(house, settings),
            radius=radius,
            social=social,
            atomically=house.store.write,
            publish=house.bus.publish,
            clock=house.clock,
            kept=kept,
            brand_of=house.brands.of,
            images=house.brands.picture,
            port=outside.portal_port,
        )

    return LivePortal(made, house.settings)


def parts(
    house: House,
    kernel: Kernelside,
    entrance: LivePortal[Settings],
    capture: Capture,
    outside: Outside,
    *,
    radius: "Radius | None" = None,
    social: "Social | None" = None,
) -> list[Part]:
    """A gateway's parts in the order of their start: first the walls, then who is inside, then the services, last the door."""
    firewall, network, sessions = kernel.firewall, kernel.network, house.sessions

    def restore() -> None:
        sessions.readmit()
        network.rebuild()
        house.guests.rebuild()

    server = WebServer("portal", entrance, _portal_sockets(house.settings, outside), PORTAL_THREADS)
    return [
        Step("run directory", lambda: Path(house.settings.daemon.run_dir).mkdir(mode=0o711, parents=True, exist_ok=True)),
        Step("firewall", firewall.install),
        Step("addresses", network.install),
        Step("sessions in the kernel", sessions.adopt, sessions.adopt),
        Step("bindings and walled garden", network.restore),
        Step("blocked hosts", house.guests.rebuild),
        Step("devices without a portal", house.data.admission.restore),
        Guard(firewall, restore),
        *network.parts(),
        *([] if radius is None else [Step("RADIUS reports", radius.begin, radius.finish), *radius.parts()]),
        *([] if social is None else social.parts()),
        capture,
        server,
    ]


def secure(entrance: LivePortal[Settings], place: Path) -> list[Part]:
    """The portal once more, for the edge, which speaks TLS to guests.

    Args:
        entrance: the portal.
        place: of the socket between the two.
    """
    return [WebServer("portal, TLS", behind(entrance), [bind_unix(place)], PORTAL_THREADS, idle_s=BEHIND_IDLE_S)]


def _portal_sockets(settings: Settings, outside: Outside) -> list[socket]:
    addresses = [(network, str(network.address.ip)) for network in settings.guest]
    addresses += [(network, str(network.address6.ip)) for network in settings.guest if network.address6]
    return [bind_tcp(address, outside.portal_port, device=network.interface) for network, address in addresses]
