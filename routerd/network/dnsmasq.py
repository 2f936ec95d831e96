"""One guest network's settings to the text of dnsmasq's configuration. Pure; `network.server` writes and runs it.

Each guest network has a dnsmasq of its own, so that each can have its own upstream servers, and a fault in one leaves the others
alone. The text holds nothing that a guest sent.

Why some lines are there:
    dhcp-ignore-names: a name that a guest gives itself must not become resolvable by others (think of `wpad`).
    no-ping: a ping before each offer would cost the guest up to three seconds, and a foreign address cannot be used anyhow.
    max-ttl, max-cache-ttl: a walled-garden name must be asked for again before its addresses are forgotten by the kernel.
    The lease script runs as whoever started dnsmasq: it must reach a FIFO in a directory that is closed to others.
    No stop-dns-rebind: names may lead to prefixes that `uplink.reachable` opens; what is private otherwise the firewall refuses.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address
from pathlib import Path
from urllib.parse import urlsplit

from routerd.core.settings import GuestNetwork
from routerd.core.terms import mac_address

CACHE_SIZE = 2_000
"""DNS answers kept per network: about 200 bytes each."""

FORWARDS_MOST = 300
"""DNS queries of one network waiting for upstream at once; further ones are refused."""

LEASES_MOST = 65_536
"""Leases of one network at once, whatever the size of the pool: about 300 bytes each."""

GARDEN_TTL_S = 300
"""How long an answer may be cached where a walled garden has names."""

RA_INTERVAL_S = 200
"""Seconds between router advertisements that nobody asked for."""

ROUTER_LIFETIME_S = 1_800
"""For how long a guest may use the gateway as IPv6 router after an advertisement, whoever sends it."""

CAPTIVE_API_PATH = "/api/captive"
"""Where the portal answers RFC 8908 requests."""

TABLE = "inet#routerd"
GARDEN_SETS = f"4#{TABLE}#garden4,6#{TABLE}#garden6"
SOCIAL_SETS = f"4#{TABLE}#social4,6#{TABLE}#social6"


@dataclass(frozen=True, slots=True)
class Files:
    """Where one network's dnsmasq has its files.

    Attributes:
        config: the generated configuration.
        pid: written by dnsmasq when it serves.
        leases: survives reboots, so that a guest that stays connected keeps its address.
        script: hands lease changes over.
        errors: what dnsmasq said on stderr before it served.
        user: what a dnsmasq that was started by root runs as once it has its sockets; empty: started by a user who is not root, it
            stays that user.
    """

    config: Path
    pid: Path
    leases: Path
    script: Path
    errors: Path
    user: str = ""


def wanted(network: GuestNetwork) -> bool:
    """Whether dnsmasq runs for this network: for DHCP, or for DNS alone where upstream servers are given."""
    return network.dhcp or bool(network.dns_upstream)


def captive_api(https_url: str) -> str:
    """The address to announce by RFC 8910; empty without an https address."""
    return https_url.rstrip("/") + CAPTIVE_API_PATH if https_url else ""


def pool(network: GuestNetwork) -> tuple[IPv4Address, IPv4Address]:
    """First and last address to give out. Unset: what follows the gateway; when nothing does, what precedes it."""
    subnet, gateway = network.address.network, network.address.ip
    least, most = subnet.network_address + 1, subnet.broadcast_address - 1
    first, last = (gateway + 1, most) if gateway < most else (least, gateway - 1)
    if network.dhcp_first is not None:
        first, last = network.dhcp_first, max(most, network.dhcp_first)
    if network.dhcp_last is not None:
        last = network.dhcp_last
        first = min(first, last) if network.dhcp_first is None else first
    return first, last


def render(network: GuestNetwork, names: Sequence[str], https_url: str, files: Files, providers: Sequence[str] = ()) -> str:
    """The whole configuration.

    Args:
        network: whose `wanted` is true.
        names: walled-garden names, without ``*.``.
        providers: names that whoever is signing in with a provider of accounts may reach.
        https_url: the portal's https address; empty: no captive portal is announced.
        files: where things are.
    """
    lines = ["# Written by routerd at each start; changes made here are lost.", *_process(network, files)]
    lines += _dns(network, https_url)
    lines += _sets(names, providers)
    if network.dhcp:
        lines += _dhcp(network, https_url, files)
        if network.address6 is not None:
            lines += _ipv6(network, https_url)
    return "\n".join(lines) + "\n"


def _process(network: GuestNetwork, files: Files) -> Iterator[str]:
    if files.user:
        yield f"user={files.user}"
    yield f"pid-file={files.pid}"
    yield f"interface={network.interface}"
    yield "except-interface=lo"
    yield "bind-dynamic"


def _dns(network: GuestNetwork, https_url: str) -> Iterator[str]:
    yield "no-hosts"
    yield "domain-needed"
    yield "bogus-priv"
    yield f"cache-size={CACHE_SIZE}"
    yield f"dns-forward-max={FORWARDS_MOST}"
    if network.dns_upstream:
        yield "no-resolv"
        yield from (f"server={address}" for address in network.dns_upstream)
    host = urlsplit(https_url).hostname or ""
    if host and not _is_address(host):
        own = [str(network.address.ip)] + ([str(network.address6.ip)] if network.address6 else [])
        yield f"host-record={host},{','.join(own)}"


def _sets(names: Sequence[str], providers: Sequence[str]) -> Iterator[str]:
    """Which names' addresses go into which sets. dnsmasq goes by the longest of the names that fit, and by that alone."""
    if names or providers:
        yield f"max-ttl={GARDEN_TTL_S}"
        yield f"max-cache-ttl={GARDEN_TTL_S}"
    yield from (f"nftset=/{name}/{GARDEN_SETS}" for name in names)
    for name in dict.fromkeys(providers):
        if name not in names:
            inside = any(name.endswith(f".{garden}") for garden in names)
            yield f"nftset=/{name}/{f'{GARDEN_SETS},' if inside else ''}{SOCIAL_SETS}"


def _dhcp(network: GuestNetwork, https_url: str, files: Files) -> Iterator[str]:
    first, last = pool(network)
    subnet = network.address.network
    yield f"dhcp-range={first},{last},{subnet.netmask},{subnet.broadcast_address},{network.lease_s}"
    yield f"dhcp-option=option:router,{network.address.ip}"
    yield f"dhcp-option=option:dns-server,{network.address.ip}"
    if https_url:
        yield f'dhcp-option=114,"{captive_api(https_url)}"'
    for lease in network.static:
        name = f",{lease.hostname}" if lease.hostname else ""
        yield f"dhcp-host={mac_address(lease.mac)},{lease.address}{name}"
    yield "dhcp-authoritative"
    yield "dhcp-rapid-commit"
    yield "dhcp-ignore-names"
    yield "no-ping"
    yield "quiet-dhcp"
    yield f"dhcp-lease-max={min(LEASES_MOST, int(last) - int(first) + 1 + len(network.static))}"
    yield f"dhcp-leasefile={files.leases}"
    yield f"dhcp-script={files.script}"
    yield "script-on-renewal"


def _ipv6(network: GuestNetwork, https_url: str) -> Iterator[str]:
    assert network.address6 is not None
    prefix = network.address6.network
    if https_url:
        # `network.advertiser` sends the advertisements: dnsmasq has no way to put option 37 into its own.
        yield f"dhcp-range={prefix.network_address},static,{prefix.prefixlen},{network.lease_s}"
    else:
        yield "enable-ra"
        yield f"ra-param={network.interface},{RA_INTERVAL_S},{ROUTER_LIFETIME_S}"
        yield f"dhcp-range={prefix.network_address},ra-stateless,{prefix.prefixlen},{network.lease_s}"
    yield f"dhcp-option=option6:dns-server,[{network.address6.ip}]"
    if https_url:
        yield f'dhcp-option=option6:103,"{captive_api(https_url)}"'
    yield "quiet-dhcp6"
    yield "quiet-ra"


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
