"""Judges whether settings make sense together and on this machine. Pure: the machine's interfaces are passed in."""

import ipaddress
import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from routerd.core import aaa, cloud, edge, protections, providers
from routerd.core.durations import VALIDITIES
from routerd.core.endpoints import listen_address
from routerd.core.errors import BadInput
from routerd.core.knobs import Problem
from routerd.core.messaging import mail_problems, mobile_problems, sms_problems
from routerd.core.settings import GuestNetwork, Settings
from routerd.core.terms import mac_address

NETWORK_NAME = re.compile(r"[a-z][a-z0-9_-]{0,11}")
INTERFACE_NAME = re.compile(r"[^\s/:\"]{1,15}")
HTTPS_PORT = 443
GUEST_NETWORKS_MOST = 64
"""Each costs a chain, two sets and a listening socket; more than this on one box wants a second box."""


def verify(settings: Settings, methods: Sequence[str]) -> list[Problem]:
    """Every contradiction within the settings.

    Args:
        settings: a tree as `parse` made it.
        methods: names of the sign-in methods that exist.
    """
    checks: tuple[Callable[[Settings], Iterator[Problem]], ...] = (
        _sections,
        _names,
        _overlaps,
        _pools,
        _addresses,
        _urls,
        _https,
        _ports,
        _tunnel,
        _edge,
        _radius,
        _messages,
        providers.problems,
        _listen,
        _system,
    )
    found = [problem for check in checks for problem in check(settings)]
    found.extend(_methods(settings, methods))
    return found


def verify_host(settings: Settings, interfaces: AbstractSet[str]) -> list[Problem]:
    """Every interface named that this machine does not have.

    Args:
        settings: a verified tree.
        interfaces: names of the interfaces that exist.
    """
    named = [(f"guest[{at}].interface", network.interface) for at, network in enumerate(settings.guest)]
    if settings.uplink:
        named.append(("uplink.interface", settings.uplink.interface))
    if settings.lan:
        named.append(("lan.interface", settings.lan.interface))
    there = ", ".join(sorted(interfaces))
    return [Problem(key, f'"{name}"', f"an interface of this machine: {there}") for key, name in named if name not in interfaces]


def _sections(settings: Settings) -> Iterator[Problem]:
    if settings.guest and settings.uplink is None:
        yield Problem("uplink", "nothing", "a section [uplink], since there are [[guest]] networks")
    if len(settings.guest) > GUEST_NETWORKS_MOST:
        yield Problem("guest", f"{len(settings.guest)} networks", f"at most {GUEST_NETWORKS_MOST}")
    if settings.uplink is not None and not settings.guest:
        yield Problem("guest", "nothing", "at least one [[guest]] network, since there is an [uplink]")
    if settings.vouchers.valid_for not in VALIDITIES:
        yield Problem("vouchers.valid_for", f'"{settings.vouchers.valid_for}"', "a documented validity such as '1 day' or 'always'")
    if not settings.store.url.startswith("sqlite:////"):
        yield Problem("store.url", f'"{settings.store.url}"', '"sqlite:////absolute/path/to/file.db"')


def _names(settings: Settings) -> Iterator[Problem]:
    names: set[str] = set()
    used: dict[str, str] = {}
    for key, interface in _interfaces(settings):
        if not INTERFACE_NAME.fullmatch(interface):
            yield Problem(key, f'"{interface}"', "an interface name of 1 to 15 characters without space, slash, colon or quote")
        if interface in used:
            yield Problem(key, f'"{interface}"', f"an interface that {used[interface]} does not use already")
        used[interface] = key
    for at, network in enumerate(settings.guest):
        if not NETWORK_NAME.fullmatch(network.name):
            yield Problem(f"guest[{at}].name", f'"{network.name}"', "a lower-case letter, then up to 11 letters, digits, - or _")
        if network.name in names:
            yield Problem(f"guest[{at}].name", f'"{network.name}"', "a name that no other guest network has")
        names.add(network.name)


def _interfaces(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.uplink:
        yield "uplink.interface", settings.uplink.interface
    if settings.lan:
        yield "lan.interface", settings.lan.interface
    for at, network in enumerate(settings.guest):
        yield f"guest[{at}].interface", network.interface


def _overlaps(settings: Settings) -> Iterator[Problem]:
    placed: list[tuple[str, ipaddress.IPv4Network | ipaddress.IPv6Network]] = []
    if settings.lan:
        placed.append(("lan.address", settings.lan.address.network))
    for at, network in enumerate(settings.guest):
        placed.append((f"guest[{at}].address", network.address.network))
        if network.address6:
            placed.append((f"guest[{at}].address6", network.address6.network))
    for at, (key, subnet) in enumerate(placed):
        for other_key, other in placed[:at]:
            if subnet.version == other.version and subnet.overlaps(other):
                yield Problem(key, str(subnet), f"a subnet that does not overlap {other_key} ({other})")


def _pools(settings: Settings) -> Iterator[Problem]:
    for at, network in enumerate(settings.guest):
        yield from _pool(f"guest[{at}]", network)
        yield from _static(f"guest[{at}]", network)


def _pool(key: str, network: GuestNetwork) -> Iterator[Problem]:
    subnet = network.address.network
    if subnet.prefixlen > 30:
        yield Problem(f"{key}.address", str(network.address), "a prefix length of at most 30, to have room for guests")
    if network.address.ip in (subnet.network_address, subnet.broadcast_address):
        yield Problem(f"{key}.address", str(network.address), f"a host address within {subnet}")
    for name in ("dhcp_first", "dhcp_last"):
        bound = getattr(network, name)
        if bound is not None and bound not in subnet:
            yield Problem(f"{key}.{name}", str(bound), f"an address within {subnet}")
    if network.dhcp_first and network.dhcp_last and network.dhcp_first > network.dhcp_last:
        yield Problem(f"{key}.dhcp_last", str(network.dhcp_last), f"an address not below dhcp_first ({network.dhcp_first})")
    if network.address6 and network.address6.network.prefixlen != 64:
        yield Problem(f"{key}.address6", str(network.address6), "a prefix length of 64: guests make their own addresses in it (SLAAC)")


def _static(key: str, network: GuestNetwork) -> Iterator[Problem]:
    subnet = network.address.network
    seen: set[object] = set()
    for at, lease in enumerate(network.static):
        try:
            mac = mac_address(lease.mac)
        except BadInput:
            yield Problem(f"{key}.static[{at}].mac", f'"{lease.mac}"', "a MAC address such as a1:b2:c3:d4:e5:f6")
            continue
        if lease.address not in subnet or lease.address == network.address.ip:
            yield Problem(f"{key}.static[{at}].address", str(lease.address), f"an address within {subnet}, not the gateway's own")
        if mac in seen or lease.address in seen:
            yield Problem(f"{key}.static[{at}]", f"{mac} {lease.address}", "a MAC and an address that no other static lease has")
        seen.update((mac, lease.address))
        if lease.hostname and not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?", lease.hostname):
            yield Problem(f"{key}.static[{at}].hostname", f'"{lease.hostname}"', "letters, digits and inner hyphens, at most 63")


def _addresses(settings: Settings) -> Iterator[Problem]:
    for at, network in enumerate(settings.guest):
        for number, server in enumerate(network.dns_upstream):
            if not _is_address(server):
                yield Problem(f"guest[{at}].dns_upstream[{number}]", f'"{server}"', "an IP address")
    for number, prefix in enumerate(settings.uplink.reachable if settings.uplink else ()):
        try:
            ipaddress.ip_network(prefix)
        except ValueError:
            yield Problem(f"uplink.reachable[{number}]", f'"{prefix}"', 'a prefix such as "10.1.0.0/16"')


def _urls(settings: Settings) -> Iterator[Problem]:
    if settings.portal.https_url and not re.fullmatch(r"https://[A-Za-z0-9.-]+(:\d{1,5})?/?", settings.portal.https_url):
        yield Problem("portal.https_url", f'"{settings.portal.https_url}"', 'an https address such as "https://portal.example.com"')
    urls = [("portal.landing_url", settings.portal.landing_url), ("portal.venue_info_url", settings.portal.venue_info_url)]
    urls += [(f"guest[{at}].portal.landing_url", network.portal.landing_url) for at, network in enumerate(settings.guest)]
    for key, url in urls:
        if url and not re.fullmatch(r"https?://[^\s\"<>]+", url):
            yield Problem(key, f'"{url}"', "an http or https address")


def _https(settings: Settings) -> Iterator[Problem]:
    portal, management = settings.portal, settings.management
    for key, section in (("portal", portal), ("management", management)):
        if bool(section.certificate) != bool(section.key):
            yield Problem(f"{key}.certificate", f'"{section.certificate}"', "certificate and key, or neither")
    if portal.certificate and not portal.https_url:
        yield Problem("portal.https_url", "nothing", "the address that the certificate is for")
    if portal.certificate and not re.fullmatch(rf"https://[^:/]+(:{HTTPS_PORT})?/?|", portal.https_url):
        yield Problem("portal.https_url", f'"{portal.https_url}"', f"an address without port: guests reach {HTTPS_PORT} alone")
    if management.certificate and not management.https:
        yield Problem("management.https", "[]", "an address that the certificate is shown at")


def _ports(settings: Settings) -> Iterator[Problem]:
    """Two that listen at one address and port; ``0.0.0.0`` and ``::`` have every address of their kind."""
    management, edge = settings.management, settings.edge
    given = [("management.listen", management.listen), ("management.https", management.https)]
    given += [("edge.http", edge.http), ("edge.https", edge.https)] if edge else []
    taken = list(_portal_ports(settings))
    for name, texts in given:
        for at, text in enumerate(texts):
            try:
                host, port = listen_address(text)
            except ValueError:
                continue
            for other, other_host, other_port in taken:
                if port == other_port and _meet(host, other_host):
                    yield Problem(f"{name}[{at}]", f'"{text}"', f"an address and port that {other} does not have")
                    break
            taken.append((f"{name}[{at}]", host, port))


def _portal_ports(settings: Settings) -> Iterator[tuple[str, str, int]]:
    ports = [80, HTTPS_PORT]  # the firewall lets guests reach both, whether or not the portal listens there already
    for at, network in enumerate(settings.guest):
        hosts = [str(network.address.ip), *([str(network.address6.ip)] if network.address6 else [])]
        yield from ((f"the portal of guest[{at}]", host, port) for host in hosts for port in ports)
    if settings.lan:
        yield "the admin page on the LAN", str(settings.lan.address.ip), 80


def _meet(host: str, other: str) -> bool:
    same_kind = (":" in host) == (":" in other)
    return host == other or (same_kind and bool({host, other} & {"0.0.0.0", "::"}))  # noqa: S104 - any address, as settings write it


def _tunnel(settings: Settings) -> Iterator[Problem]:
    return cloud.problems(settings.tunnel) if settings.tunnel else iter(())


def _edge(settings: Settings) -> Iterator[Problem]:
    yield from edge.problems(settings.edge, settings.sites)
    if settings.edge and settings.edge.http3 and settings.guest:
        # scapy (GPL-2.0-only) and pyOpenSSL (Apache-2.0), which aioquic brings, must not meet in one process.
        yield Problem("edge.http3", "true", "false on a gateway: what it needs may not be loaded beside what [[guest]] needs")
    yield from protections.problems(settings.scanguard)


def _radius(settings: Settings) -> Iterator[Problem]:
    methods = {*settings.portal.methods, *(method for network in settings.guest for method in network.portal.methods)}
    return aaa.problems(settings.radius, "radius" in methods, [network.address.network for network in settings.guest])


def _listen(settings: Settings) -> Iterator[Problem]:
    management = settings.management
    texts = [(f"listen[{at}]", text) for at, text in enumerate(management.listen)]
    for key, text in texts + [(f"https[{at}]", text) for at, text in enumerate(management.https)]:
        try:
            listen_address(text)
        except ValueError:
            yield Problem(f"management.{key}", f'"{text}"', 'an address with port, such as "127.0.0.1:8088" or "[::1]:8088"')


def _system(settings: Settings) -> Iterator[Problem]:
    zone, url = settings.system.time_zone, settings.system.update_url
    if zone and not _is_zone(zone):
        yield Problem("system.time_zone", f'"{zone}"', 'a time zone that this machine knows, such as "Europe/Berlin"')
    if url and not re.fullmatch(r"https://[A-Za-z0-9.-]+(:\d{1,5})?(/[!-~]*)?", url):
        yield Problem("system.update_url", f'"{url}"', 'an https address such as "https://example.com/routerd.json"')
    if settings.system.update_check and not url:
        yield Problem("system.update_url", "nothing", "an https address, since update_check is on")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _messages(settings: Settings) -> Iterator[Problem]:
    offered = {*settings.portal.methods, *(method for network in settings.guest for method in network.portal.methods)}
    used = offered if settings.guest else set()
    yield from mail_problems(settings.mail, settings.portal.email, used)
    yield from sms_problems(settings.sms)
    yield from mobile_problems(settings.sms, settings.portal.mobile, used)


def _methods(settings: Settings, known: Sequence[str]) -> Iterator[Problem]:
    places = [("portal.methods", settings.portal.methods)]
    places += [(f"guest[{at}].portal.methods", network.portal.methods) for at, network in enumerate(settings.guest)]
    for key, methods in places:
        for at, method in enumerate(methods):
            if method not in known:
                yield Problem(f"{key}[{at}]", f'"{method}"', "one of " + ", ".join(f'"{name}"' for name in known))
    if settings.guest and not settings.portal.methods:
        yield Problem("portal.methods", "[]", "at least one sign-in method")
