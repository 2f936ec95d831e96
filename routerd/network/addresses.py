"""Puts interfaces and kernel settings into the state that the configuration wants, at start and whenever an interface changed.

Adds what is missing and removes no address. The settings are those of the current network namespace.
"""

import logging

from routerd.core.errors import Unavailable
from routerd.core.settings import GuestNetwork, Settings
from routerd.network.ports import Links, Sysctl

log = logging.getLogger(__name__)

NEIGHBOURS_SOFT, NEIGHBOURS_HARD = 16_384, 32_768
"""Neighbour table: room for every device of a large venue; the kernel's own 1024 makes guests lose the gateway. 0.5 kB each."""

_GUEST4 = {
    "send_redirects": "0",  # would tell isolated guests to talk to each other directly
    "accept_redirects": "0",
    "accept_source_route": "0",
    "rp_filter": "1",  # RFC 3704 strict: an address belongs to the interface that routes to it
    "arp_ignore": "1",  # answer ARP for this interface's own address only: not for the LAN's
    "arp_announce": "2",
    "proxy_arp": "0",
}
REFUSALS_APART_MS = "20"
"""Between ICMP errors to one device; the kernel's own second lets a browser wait for what is refused. It still sends at most 1,000 a
second in all (icmp_msgs_per_sec)."""

_GUEST6 = {"disable_ipv6": "0", "accept_ra": "0", "autoconf": "0", "accept_redirects": "0"}


def install(settings: Settings, links: Links, sysctl: Sysctl) -> None:
    """Set addresses and kernel settings of everything that the configuration names.

    Raises:
        Unavailable: the kernel refused an address.
    """
    if not settings.guest:
        return
    sysctl.write("net/ipv4/ip_forward", "1")
    sysctl.write("net/ipv4/conf/all/send_redirects", "0")  # the kernel sends when either this or the interface's says so
    if any(network.address6 for network in settings.guest):
        _forward_ipv6(settings, sysctl)
    sysctl.write("net/ipv4/icmp_ratelimit", REFUSALS_APART_MS)
    sysctl.write("net/ipv6/icmp/ratelimit", REFUSALS_APART_MS)
    for network in settings.guest:
        _guest(network, links, sysctl)
    if settings.lan is not None and links.index(settings.lan.interface) is not None:
        links.set_up(settings.lan.interface)
        links.set_address(settings.lan.interface, settings.lan.address)
    for family in ("ipv4", "ipv6"):
        _raise_neighbours(family, sysctl)


def _guest(network: GuestNetwork, links: Links, sysctl: Sysctl) -> None:
    name = network.interface
    if links.index(name) is None:
        log.warning("%s: interface %s is gone; its addresses are set when it is back", network.name, name)
        return
    for key, value in _GUEST4.items():
        sysctl.write(f"net/ipv4/conf/{name}/{key}", value)
    if network.address6 is None:
        if sysctl.read(f"net/ipv6/conf/{name}/disable_ipv6"):
            sysctl.write(f"net/ipv6/conf/{name}/disable_ipv6", "1")
    else:
        for key, value in _GUEST6.items():
            sysctl.write(f"net/ipv6/conf/{name}/{key}", value)
    links.set_up(name)
    links.set_address(name, network.address)
    if network.address6 is not None:
        links.set_address(name, network.address6)
    for port in links.ports(name):
        try:
            links.isolate(port, network.isolation)
        except Unavailable as error:
            log.warning("%s: cannot isolate port %s: %s", network.name, port, error)


def _forward_ipv6(settings: Settings, sysctl: Sysctl) -> None:
    """Forwarding makes the kernel deaf to the provider's advertisements unless `accept_ra` is 2."""
    if settings.uplink is not None:
        own = f"net/ipv6/conf/{settings.uplink.interface}/accept_ra"
        if sysctl.read(own) == "1":
            sysctl.write(own, "2")
    sysctl.write("net/ipv6/conf/all/forwarding", "1")


def _raise_neighbours(family: str, sysctl: Sysctl) -> None:
    """Only the first network namespace has these; the warning there is `sysctl`'s."""
    at = f"net/{family}/neigh/default"
    if sysctl.read(f"{at}/gc_thresh3"):
        sysctl.raise_to(f"{at}/gc_thresh3", NEIGHBOURS_HARD)
        sysctl.raise_to(f"{at}/gc_thresh2", NEIGHBOURS_SOFT)
