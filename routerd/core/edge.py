"""Settings of the edge, of the web application firewall, and of sites that are given in the file: [edge], [waf], [[sites]]."""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from routerd.core.endpoints import listen_address
from routerd.core.errors import BadInput
from routerd.core.hostnames import host_names
from routerd.core.knobs import Problem, knob
from routerd.core.targets import targets

SITE_NAME = re.compile(r"[^\x00-\x1f\x7f\"<>]{1,64}")
_OVER = ("block", "log")
HEALTH_PATH = re.compile(r"/[!-~]{0,1023}")
_ADDRESS = 'an address with port, such as "0.0.0.0:80" or "[::]:443"'


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    """[edge]: the reverse proxy in front of sites."""

    http: tuple[str, ...] = knob((), why='addresses with port for plain HTTP, such as "0.0.0.0:80"')
    https: tuple[str, ...] = knob((), why='addresses with port for TLS, such as "0.0.0.0:443"')
    trusted_proxies: tuple[str, ...] = knob((), why="addresses and prefixes of proxies whose word on the client's address counts")
    proxy_protocol: bool = knob(False, why="trusted proxies begin each connection with a PROXY protocol header, version 1 or 2")
    workers: int = knob(1, why="processes that serve; there is no more than one so far", least=1, most=64)
    http2: bool = knob(True, why="offer HTTP/2 over TLS")
    http3: bool = knob(False, why="offer HTTP/3 on the UDP ports of https; needs aioquic, which is not installed by itself")
    tls_min: str = knob("1.2", why="oldest TLS version, where a site does not say", choices=("1.2", "1.3"))
    unknown_names: str = knob(
        "show",
        why="to who asks by TLS for a name that is not here, or for none: show the first site's certificate, or refuse the handshake",
        choices=("show", "refuse"),
    )
    head_s: int = knob(10, why="seconds that a request's head may take", least=1, most=600)
    head_octets: int = knob(32_768, why="octets of a request's or an answer's head", least=1024, most=1_048_576)
    fields: int = knob(100, why="header fields in a head", least=10, most=1000)
    body_s: int = knob(30, why="seconds between two pieces of a request's body", least=1, most=3600)
    body_rate: int = knob(
        256, why="octets a second that a request's body has to keep on average after its first ten seconds", least=0, most=1_000_000
    )
    body_octets: int = knob(0, why="octets of a request's body; 0: any number", least=0, most=2**50)
    keep_alive_s: int = knob(60, why="seconds that a client's connection may stay without a request", least=1, most=3600)
    connections: int = knob(
        4000,
        why="clients' connections at once; at this the oldest one without a request is closed for a new one",
        least=10,
        most=1_000_000,
    )
    connections_client: int = knob(256, why="connections at once from one address (IPv6: one /64); 0: any number", least=0, most=1_000_000)
    connect_s: int = knob(5, why="seconds to connect to a target", least=1, most=600)
    answer_s: int = knob(60, why="seconds that a target may take to begin its answer", least=1, most=86_400)
    upstream_idle_s: int = knob(
        60, why="seconds between two pieces of an answer, and that a client may leave what it is sent unread", least=1, most=86_400
    )
    tunnel_idle_s: int = knob(300, why="seconds that a WebSocket or an event stream may be silent", least=1, most=86_400)
    upstream_connections: int = knob(512, why="connections at once to one target; requests beyond wait", least=1, most=100_000)
    upstream_keep_s: int = knob(
        30, why="seconds that a connection to a target is kept without a request; less than the target keeps it", least=1, most=3600
    )


@dataclass(frozen=True, slots=True)
class WafSettings:
    """[waf]: what requests are judged by."""

    mode: str = knob(
        "on", why="on: attacks are refused; detect: they are only logged; off: nothing is judged", choices=("on", "detect", "off")
    )
    rules: tuple[str, ...] = knob(
        ("builtin",), why='rule files, patterns of them, folders, and releases of the OWASP CRS as .tar.gz; "builtin": our own'
    )
    audit_log: str = knob("", why="file that takes a line of JSON for each request that matched a rule; empty: none")
    attack_rows: int = knob(100_000, why="entries of the attack log that are kept; one takes about 2 KB", least=100, most=10_000_000)
    attack_days: int = knob(90, why="days that they are kept", least=1, most=3650)
    over_cost: str = knob("block", why="a request that makes more work than one may: block it, or let it go on and log it", choices=_OVER)
    over_arguments: str = knob("block", why="likewise one with more arguments in its query than SecArgumentsLimit", choices=_OVER)
    over_body: str = knob(
        "rules", why="likewise one with a body over SecRequestBodyLimit; rules: what these say", choices=("rules", *_OVER)
    )
    unreadable: str = knob(
        "rules", why="likewise one whose body cannot be read, or goes too deep; rules: what these say", choices=("rules", *_OVER)
    )
    rbl: bool = knob(False, why="let rules ask block lists in the DNS (@rbl)")


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """[[sites]]: one site behind the edge."""

    name: str = knob(why="what the site is called, at most 64 characters")
    domain: tuple[str, ...] = knob(why="its names, with commas between: example.com, *.example.com, or * for every other", split=True)
    target_url: tuple[str, ...] = knob((), why='where its requests go, such as "http://10.0.0.5:8080"; several share them', split=True)
    enabled: bool = knob(True, why="false: its requests are answered 503")
    mode: str = knob("", why="on, detect or off for this site; empty: as in [waf]", choices=("", "on", "detect", "off"))
    https: bool = knob(True, why="served over TLS where [edge] has https, with a certificate of our own making if it has none")
    force_https: bool = knob(False, why="plain requests are sent on to https")
    certificate: str = knob("", why="PEM file of its certificate, those of the authorities in between after it")
    key: str = knob("", why="PEM file of the certificate's key")
    tls_min: str = knob("", why="oldest TLS version; empty: as in [edge]", choices=("", "1.2", "1.3"))
    hsts_s: int = knob(
        0, why="seconds that browsers shall insist on https (Strict-Transport-Security); 0: not told", least=0, most=63_072_000
    )
    http2_upstream: bool = knob(True, why="speak HTTP/2 to https targets that offer it")
    verify_upstream: bool = knob(True, why="an https target has to show a valid certificate for its name")
    sticky: bool = knob(False, why="a client stays with its target for as long as that is well")
    health_path: str = knob("", why="path that targets are asked for to find out whether they are well; empty: they are not asked")
    health_every_s: int = knob(10, why="seconds between two such questions", least=1, most=3600)


def problems(edge: EdgeSettings | None, sites: Sequence[SiteSettings]) -> Iterator[Problem]:
    """What is wrong with [edge] and [[sites]]."""
    if edge is not None:
        yield from _listening(edge)
    elif sites:
        yield Problem("edge", "nothing", "a section [edge], since there are [[sites]]")
    holders: dict[str, str] = {}
    names: set[str] = set()
    for at, site in enumerate(sites):
        yield from _site(f"sites[{at}]", site, holders, names)
        if site.force_https and edge is not None and not (edge.https and site.https):
            yield Problem(f"sites[{at}].force_https", "true", "https = true, and an address in https of [edge]")


def _listening(edge: EdgeSettings) -> Iterator[Problem]:
    for name, addresses in (("http", edge.http), ("https", edge.https)):
        for at, text in enumerate(addresses):
            key = f"edge.{name}[{at}]"
            try:
                listen_address(text)
            except ValueError:
                yield Problem(key, f'"{text}"', _ADDRESS)
    if not edge.http and not edge.https:
        yield Problem("edge.http", "nothing", f"{_ADDRESS}, here or in https")
    for at, prefix in enumerate(edge.trusted_proxies):
        try:
            ipaddress.ip_network(prefix)
        except ValueError:
            yield Problem(f"edge.trusted_proxies[{at}]", f'"{prefix}"', 'an address or a prefix such as "10.1.0.0/16"')
    if edge.http3 and (not edge.https or edge.proxy_protocol):
        yield Problem("edge.http3", "true", "an address in https, and proxy_protocol = false, which has no form for UDP")
    if edge.workers > 1:
        yield Problem("edge.workers", str(edge.workers), "1: requests are served by one process, whatever the number of cores")
    if edge.proxy_protocol and not edge.trusted_proxies:
        yield Problem("edge.trusted_proxies", "[]", "the proxies that speak the PROXY protocol")


def _site(where: str, site: SiteSettings, holders: dict[str, str], names: set[str]) -> Iterator[Problem]:
    if not SITE_NAME.fullmatch(site.name) or site.name in names:
        yield Problem(f"{where}.name", f'"{site.name}"', "a name of at most 64 characters that no other site has")
    names.add(site.name)
    try:
        for host in host_names(",".join(site.domain)):
            if host in holders:
                yield Problem(f"{where}.domain", host, f'a name that the site "{holders[host]}" does not have')
            holders[host] = site.name
    except BadInput as error:
        yield Problem(f"{where}.domain", ", ".join(site.domain), _wanted(error))
    try:
        targets(",".join(site.target_url))
    except BadInput as error:
        yield Problem(f"{where}.target_url", ", ".join(site.target_url), _wanted(error))
    if site.health_path and not HEALTH_PATH.fullmatch(site.health_path):
        yield Problem(f"{where}.health_path", f'"{site.health_path}"', 'a path such as "/health"')
    if bool(site.certificate) != bool(site.key):
        yield Problem(f"{where}.certificate", f'"{site.certificate}"', "certificate and key, or neither")


def _wanted(error: BadInput) -> str:
    """What an error says would be right; what was found, the problem tells."""
    found, _, wanted = str(error).partition("; expected ")
    return wanted or found
