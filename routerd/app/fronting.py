"""From sites and the box's own pages to what the edge is told: listeners and a plan. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from routerd.core.edge import EdgeSettings
from routerd.core.endpoints import listen_address
from routerd.core.hostnames import EVERY
from routerd.edge.limits import Limits
from routerd.edge.plan import Certificate, HealthCheck, Listener, Plan, Site, Upstream

if TYPE_CHECKING:
    from routerd.edge.ports import Guard
    from routerd.sites.certificates import Pair
    from routerd.sites.service import Served

TLS_PORT = 443


@dataclass(frozen=True, slots=True)
class Own:
    """One of the box's own doors behind the edge.

    Attributes:
        name: of the site that it is to the edge; no owner's site can be called so.
        socket: where the door takes what the edge hands over.
        pair: the certificate shown.
        hsts_s: seconds of Strict-Transport-Security; 0: not told.
    """

    name: str
    socket: Path
    pair: "Pair"
    hsts_s: int = 0


def listeners(edge: EdgeSettings | None) -> list[Listener]:
    """Where sites are served."""
    if edge is None:
        return []
    found = []
    for tls, addresses in ((False, edge.http), (True, edge.https)):
        for host, port in map(listen_address, addresses):
            found.append(Listener(address=host, port=port, tls=tls, proxy_protocol=edge.proxy_protocol))
    return found


def limits(edge: EdgeSettings | None) -> Limits:
    """What [edge] says of limits."""
    known = {each.name for each in fields(EdgeSettings)} & {each.name for each in fields(Limits)} if edge else set()
    return replace(Limits(), **{name: getattr(edge, name) for name in known})


def plan(served: Sequence["Served"], edge: EdgeSettings | None, guard: "Guard | None", own: Iterable[Own] = ()) -> Plan:
    """What the edge shall do.

    A client that names no site in its handshake, or one that is not here, is shown the first certificate there is, unless [edge] wants it
    refused: it will object to the name, and see why.
    """
    own = tuple(own)
    sites = [_site(each, guard) for each in served]
    certificates = [_certificate(each, edge) for each in served if each.pair is not None]
    show = edge is None or edge.unknown_names == "show"
    if show and certificates and not any(EVERY in each.names for each in certificates):
        certificates[0] = replace(certificates[0], names=(*certificates[0].names, EVERY))
    secure = [port for _host, port in map(listen_address, edge.https)] if edge else []
    return Plan(
        sites=(*sites, *map(_own_site, own)),
        certificates=(*certificates, *map(_own_certificate, own)),
        https_port=TLS_PORT if TLS_PORT in secure or not secure else secure[0],
    )


def _site(served: "Served", guard: "Guard | None") -> Site:
    site = served.site
    return Site(
        name=site.name,
        hosts=site.domain,
        upstreams=tuple(Upstream(each.scheme, each.host, each.port, each.prefix, each.unix, each.weight) for each in site.target_url),
        on=site.enabled,
        force_https=site.force_https and served.pair is not None,
        http2_upstream=site.http2_upstream,
        verify_upstream=site.verify_upstream,
        guard=guard,
        hsts_s=site.hsts_s,
        sticky=site.sticky,
        health=HealthCheck(site.health_path, site.health_every_s) if site.health_path else None,
    )


def _certificate(served: "Served", edge: EdgeSettings | None) -> Certificate:
    assert served.pair is not None
    least = served.site.tls_min or (edge.tls_min if edge else "1.2")
    return Certificate(served.site.domain, served.pair.chain.encode(), served.pair.key.encode(), least)


def _own_site(door: Own) -> Site:
    upstream = Upstream("http", "localhost", 80, unix=str(door.socket))
    return Site(door.name, (), (upstream,), hsts_s=door.hsts_s)


def _own_certificate(door: Own) -> Certificate:
    return Certificate((EVERY,), door.pair.chain.encode(), door.pair.key.encode(), site=door.name)
