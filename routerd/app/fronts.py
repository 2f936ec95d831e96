"""The edge of this box, put together: owners' sites behind their protection, and the box's own pages over TLS.

Loaded only where something of it is configured.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from socket import gethostname, socket
from typing import TYPE_CHECKING

from routerd.app import fronting
from routerd.app.announcing import Announced, looked_at
from routerd.app.fronting import Own
from routerd.app.lasting import EdgePart
from routerd.app.outside import Outside
from routerd.app.steps import Step
from routerd.core.durations import HOUR_S
from routerd.core.endpoints import listen_address
from routerd.core.errors import BadInput, RouterdError, Unavailable
from routerd.core.hostnames import host_name
from routerd.core.parts import Every, Part
from routerd.core.settings import GuestNetwork, Settings
from routerd.edge.health import Health
from routerd.edge.plan import Listener, Plan
from routerd.edge.service import Edge
from routerd.sites.certificates import Pair
from routerd.sites.model import Site
from routerd.sites.ports import Seal
from routerd.sites.service import Sites, read_pair
from routerd.store.database import Store
from routerd.web.server import bind_tcp

if TYPE_CHECKING:  # what is off is not loaded
    from routerd.app.protection import Protection
    from routerd.bans.service import Bans
    from routerd.defence.rulebook import Rulebook

log = logging.getLogger(__name__)

ADMIN, PORTAL = '"admin"', '"portal"'
"""Names of sites to the edge; the quotes keep them apart from owners' sites."""

HSTS_S = 180 * 86_400
"""Told with an owner's certificate alone: with one of our own making, clients do not heed it anyway."""

DIRECTORY = "edge"
"""Below [daemon] run_dir, for this user alone: sockets between edge and doors."""

ADMIN_PURPOSE = "admin page"


@dataclass(frozen=True, slots=True)
class SiteHealth:
    """How the best of a site's servers is.

    Attributes:
        site: whose.
        is_alive: it answers as it should.
        status: what it answered last; 0: nothing.
        latency_ms: until it did.
        checked_at: when it was asked last, seconds since the epoch.
        trouble: why it is not well; empty: it is.
    """

    site: Site
    is_alive: bool
    status: int
    latency_ms: float
    checked_at: float
    trouble: str


class Fronts:
    """The edge and what stands behind it.

    Args:
        settings: of file and page, verified.
        outside: the clock, the ports, and the edge that lasts.
        store: open.
        seal: seals certificates' keys.
        portal: whether the portal is served over TLS.
    """

    def __init__(self, settings: Settings, outside: Outside, store: Store, seal: Seal, portal: Announced) -> None:
        self.settings = settings
        self._outside = outside
        self._portal = portal
        self.sites = Sites(store, seal, outside.clock, settings.sites, tls=bool(settings.edge and settings.edge.https))
        self.protection = _protection(settings, outside, store, self.sites, seal) if settings.edge else None
        self._own: tuple[Own, ...] = ()
        self._restarting = False
        listeners = tuple(fronting.listeners(settings.edge))
        limits = fronting.limits(settings.edge)
        proxies = settings.edge.trusted_proxies if settings.edge else ()
        http2 = settings.edge.http2 if settings.edge else True
        http3 = settings.edge.http3 if settings.edge else False
        doors = self._doors()

        def make(opened: list[socket]) -> Edge:
            own = [listener for name, addresses in doors for listener in _listening(name, addresses, opened)]
            return Edge((*listeners, *own), limits, outside.clock, proxies, http2=http2, http3=http3)

        self.edge = EdgePart(outside.lasting, (listeners, doors, limits, proxies, http2, http3), make, self._plan)
        self.sites.changed = self.publish
        if self.protection is not None:
            self.protection.published = self._refresh

    @property
    def admin_socket(self) -> Path | None:
        """Where the admin page has to be served for the edge; None: it is not served over TLS."""
        return self._socket("admin") if self.settings.management.https else None

    @property
    def portal_socket(self) -> Path | None:
        """Where the portal has to be served for the edge; None: it is not served over TLS."""
        return self._socket("portal") if self._portal.pair is not None else None

    def parts(self) -> list[Part]:
        """What has to run, in this order, after everything that the edge leads to."""
        protection = self.protection.parts() if self.protection is not None else []
        return [*protection, Step("own certificates", self._certify), self.edge, Every("certificates", self.publish, HOUR_S)]

    def told(self) -> dict[str, str]:
        """How it stands, for `routerd status`."""
        edge = self.edge.edge
        if edge is None:
            return {"edge": "stopped"}
        try:
            state = edge.state()
        except Unavailable as error:
            return {"edge": str(error)}
        found = {
            "edge": f"{state.connections} connections, {state.requests} requests under way, "
            f"{sum(state.answers.values())} answered, {state.turned_away} turned away"
        }
        protection = self.protection
        if protection is not None:
            ill = [f"{each.site.name} is down ({each.trouble})" for each in self.health() if not each.is_alive]
            found["sites"] = "; ".join([f"{len(protection.served())}", *ill])
            found["bans"] = protection.shields.told()
            journal = protection.watch.journal
            found["attack log"] = f"{journal.refused} requests refused, {journal.dropped} notes dropped"
        if protection is not None and protection.watch.rulebook is not None:
            rules = protection.watch.rulebook.state
            coming = "; a faster one is being made" if rules.making else ""
            found["rules"] = f"{rules.rules} in use, matcher {rules.matcher}{coming}" if rules.ready else "none in use yet"
            found |= {"rules, faults": f"{len(rules.faults)}, the first: {rules.faults[0]}"} if rules.faults else {}
        return found

    def health(self) -> list[SiteHealth]:
        """How the servers behind sites are; those that nobody has asked yet are left out."""
        edge, protection = self.edge.edge, self.protection
        if edge is None or protection is None:
            return []
        seen = [(each.site, list(edge.health(each.site.name).values())) for each in protection.served()]
        return [_best(site, found) for site, found in seen if found]

    @property
    def rules(self) -> "Rulebook | None":
        """What requests are judged by; None: they are not."""
        return self.protection.watch.rulebook if self.protection is not None else None

    @property
    def bans(self) -> "Bans | None":
        """Who is kept out of sites; None: there are none."""
        return self.protection.shields.bans if self.protection is not None else None

    def publish(self) -> None:
        """Serve by what is in force now: sites, certificates, those of the box's own pages."""
        self._certify()
        if self.protection is not None:
            self.protection.publish()
        else:
            self._refresh()

    def tls_port(self, host: str) -> int:
        """The port of TLS for who asks for the admin page at `host` by plain HTTP; 0: it is served there by plain HTTP."""
        if ip_address(host).is_loopback:
            return 0
        ports = {address: port for address, port, _ in admin_addresses(self.settings, self._outside.tls_port)}
        return ports.get(host) or ports.get("::" if ":" in host else "0.0.0.0", 0)  # noqa: S104 - any address, as settings write it

    def _refresh(self) -> None:
        try:
            self.edge.refresh()
        except BadInput as error:
            log.error("what is served stays as it was: %s", error)  # noqa: TRY400 - the message says all

    def _plan(self) -> Plan:
        protection = self.protection
        served = protection.served() if protection is not None else ()
        guard = protection.watch.guard if protection is not None else None
        return fronting.plan(served, self.settings.edge, guard, self._own)

    def _doors(self) -> tuple[tuple[str, tuple[tuple[str, int, str], ...]], ...]:
        found = []
        if self.settings.management.https:
            found.append((ADMIN, admin_addresses(self.settings, self._outside.tls_port)))
        if self._portal.pair is not None:
            found.append((PORTAL, portal_addresses(self.settings.guest, self._outside.tls_port)))
        return tuple(found)

    def _certify(self) -> None:
        own = []
        if self.admin_socket is not None:
            own.append(self._admin(self.admin_socket))
        pair = self._shown() if self.portal_socket is not None else None
        if self.portal_socket is not None and pair is not None:
            own.append(Own(PORTAL, self.portal_socket, pair))
        self._own = tuple(own)
        if self._portal.trouble and not looked_at(self.settings.portal, self._portal.host, self._outside.clock).trouble:
            self._begin_anew("the portal's certificate can be shown now")

    def _begin_anew(self, why: str) -> None:
        """What is told to devices changes: that takes a start of everything, once."""
        if not self._restarting:
            log.warning("%s; starting anew", why)
            self._restarting = True
            self._outside.restart()

    def _shown(self) -> Pair | None:
        """The portal's certificate as it is now: files may have been renewed meanwhile."""
        clock, before = self._outside.clock, self._portal.pair
        now = looked_at(self.settings.portal, self._portal.host, clock)
        if now.pair is not None:
            self._portal = now
            return now.pair
        good = before is not None and not before.facts.trouble((self._portal.host,), clock.now())
        if good:
            log.warning("the portal shows the certificate that it had before: %s", now.trouble)
        else:
            self._begin_anew(f"the portal's certificate cannot be shown any longer: {now.trouble}")
        return before

    def _admin(self, place: Path) -> Own:
        management = self.settings.management
        if management.certificate:
            try:
                pair = read_pair(management.certificate, management.key)
            except RouterdError as error:
                log.warning("the admin page shows a certificate of our own making instead of [management] certificate: %s", error)
            else:
                return Own(ADMIN, place, pair, HSTS_S)
        return Own(ADMIN, place, self.sites.keyring.own(ADMIN_PURPOSE, admin_names(self.settings)))

    def _socket(self, name: str) -> Path:
        return Path(self.settings.daemon.run_dir) / DIRECTORY / f"{name}.sock"


def _protection(settings: Settings, outside: Outside, store: Store, sites: Sites, seal: Seal) -> "Protection":
    from routerd.app.protection import Protection

    return Protection(settings, store, outside.clock, sites, seal, outside.walls)


def _best(site: Site, found: Sequence[Health]) -> SiteHealth:
    """A site is well while one of its servers is."""
    best = min(found, key=lambda each: (not each.is_alive, each.latency_ms))
    return SiteHealth(site, best.is_alive, best.status, best.latency_ms, best.checked_at, best.trouble)


def admin_addresses(settings: Settings, tls_port: int) -> tuple[tuple[str, int, str], ...]:
    """Where the admin page is served over TLS: where the settings say, and on the LAN address unless something else has that port."""
    found = [(*listen_address(text), "") for text in settings.management.https]
    if settings.lan is not None:
        host = str(settings.lan.address.ip)
        edge = [*settings.edge.http, *settings.edge.https] if settings.edge else []
        taken = {*map(listen_address, edge), *((address, port) for address, port, _ in found)}
        if not taken & {(host, tls_port), ("0.0.0.0", tls_port)}:  # noqa: S104 - any address, as settings write it
            found.append((host, tls_port, ""))
    return tuple(found)


def portal_addresses(networks: Sequence[GuestNetwork], tls_port: int) -> tuple[tuple[str, int, str], ...]:
    """Every address of the gateway that guests reach, each for its own network's interface alone."""
    found = [(str(network.address.ip), tls_port, network.interface) for network in networks]
    return (*found, *((str(network.address6.ip), tls_port, network.interface) for network in networks if network.address6))


def admin_names(settings: Settings) -> tuple[str, ...]:
    """What the admin page may be called by; for a certificate of our own making."""
    told = [host for host, _port in map(listen_address, settings.management.https) if not ip_address(host).is_unspecified]
    lan = [str(settings.lan.address.ip)] if settings.lan else []
    names = []
    for name in (*settings.management.names, gethostname(), "localhost", *lan, *told):
        try:
            names.append(host_name(name))
        except BadInput:
            log.debug("%s cannot be in a certificate", name)
    return tuple(dict.fromkeys(names))


def _listening(name: str, addresses: Sequence[tuple[str, int, str]], opened: list[socket]) -> list[Listener]:
    found = []
    for host, port, interface in addresses:
        if interface:
            opened.append(bind_tcp(host, port, device=interface))
            found.append(Listener(fd=opened[-1].fileno(), tls=True, site=name))
        else:
            found.append(Listener(address=host, port=port, tls=True, site=name))
    return found
