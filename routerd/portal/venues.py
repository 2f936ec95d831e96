"""Venue: one guest network as the portal presents it. Found by the address that a guest speaks from, without asking the kernel.

Made once from the settings by `routes.build`; the entrance and every page ask it for titles, methods and the portal's own address.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from routerd.core.settings import GuestNetwork, PortalSettings

REMEMBERED_MOST = 8192
"""Guest addresses whose network is remembered; all are forgotten at the limit, and found again at the cost of a few microseconds."""

Subnet = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Venue:
    """A guest network's portal.

    Attributes:
        network: the guest network's name.
        title: heading of its pages.
        methods: names of the sign-in methods offered, in order.
        landing_url: where guests go after sign-in; empty the status page.
        https_url: the portal's https address without a slash at the end; empty none.
        secure: it is routerd itself that answers there: whoever is redirected goes there at once.
        down_kbit: default speed towards a guest; 0 unshaped.
        up_kbit: default speed from a guest; 0 unshaped.
        idle_timeout_s: when a silent session ends.
        base4: the portal's plain address on this network, such as ``http://192.168.88.1``.
        base6: likewise over IPv6; empty without it.
        hosts: Host headers that mean the portal itself.
        subnets: where its guests are.
    """

    network: str
    title: str
    methods: tuple[str, ...]
    landing_url: str
    https_url: str
    secure: bool
    down_kbit: int
    up_kbit: int
    idle_timeout_s: int
    base4: str
    base6: str
    hosts: frozenset[str]
    subnets: tuple[Subnet, ...]

    def base(self, address: str) -> str:
        """The portal's address for a guest at `address`, of the same family: the other may not be there yet."""
        return self.base6 if ":" in address and self.base6 else self.base4

    def sent_to(self, address: str) -> str:
        """Where a guest at `address` is redirected: to https where routerd itself answers there."""
        return self.https_url if self.secure else self.base(address)

    def page_url(self, address: str) -> str:
        """The address to show and advertise: https where devices trust it."""
        return self.https_url or self.base(address)


class Venues:
    """All venues, found by guest address.

    Args:
        networks: the guest networks.
        portal: what they have in common.
        port: TCP port that the portal is reached at.
    """

    def __init__(self, networks: Sequence[GuestNetwork], portal: PortalSettings, port: int = 80) -> None:
        self.all = tuple(_venue(network, portal, port) for network in networks)
        self._known: dict[str, Venue | None] = {}

    def at(self, address: str) -> Venue | None:
        """The venue that `address` belongs to; None when it is no guest's."""
        try:
            return self._known[address]
        except KeyError:
            pass
        if len(self._known) >= REMEMBERED_MOST:
            self._known.clear()
        found = self._known[address] = self._search(address)
        return found

    def _search(self, address: str) -> Venue | None:
        try:
            parsed = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return None
        return next((venue for venue in self.all if any(parsed in subnet for subnet in venue.subnets)), None)


def _venue(network: GuestNetwork, portal: PortalSettings, port: int) -> Venue:
    names = [str(network.address.ip)]
    if network.address6:
        names.append(f"[{network.address6.ip}]")
    suffix = "" if port == 80 else f":{port}"
    bases = [f"http://{name}{suffix}" for name in names]
    hosts = {f"{name}{suffix}" for name in names} | {f"{name}:{port}" for name in names}
    if portal.https_url:
        host = urlsplit(portal.https_url).netloc.lower()
        hosts |= {host, f"{host}:443"}
    return Venue(
        network=network.name,
        title=network.portal.title or portal.title,
        methods=network.portal.methods or portal.methods,
        landing_url=network.portal.landing_url or portal.landing_url,
        https_url=portal.https_url.rstrip("/"),
        secure=bool(portal.certificate),
        down_kbit=network.down_kbit,
        up_kbit=network.up_kbit,
        idle_timeout_s=network.idle_timeout_s,
        base4=bases[0],
        base6=bases[1] if network.address6 else "",
        hosts=frozenset(hosts),
        subnets=(network.address.network, *((network.address6.network,) if network.address6 else ())),
    )
