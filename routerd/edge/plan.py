"""The plan: which sites there are, where their requests go and who guards them. Immutable; `Edge.use` swaps it by reference.

A request keeps the site that it began with, so no request is ever served by two plans.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from routerd.edge.ports import Guard

WEBSOCKET = b"websocket"

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Upstream:
    """One server behind a site.

    Attributes:
        scheme: ``http``, ``https`` or ``h2c`` (HTTP/2 without TLS).
        host: name or address; also the name that its certificate has to bear.
        port: TCP port.
        prefix: put before every target, such as ``/app``; empty or without a slash at its end.
        unix: path of its unix socket; `host` and `port` are then not connected to.
        weight: its share among the site's upstreams.
    """

    scheme: str
    host: str
    port: int
    prefix: str = ""
    unix: str = ""
    weight: int = 1

    @property
    def place(self) -> str:
        """Where it is, as the settings write it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"unix:{self.unix}" if self.unix else f"{self.scheme}://{host}:{self.port}"

    def unreached(self, error: Exception) -> str:
        """Why no connection to it came about, for whoever reads logs."""
        why = "no answer in time" if isinstance(error, TimeoutError) else str(getattr(error, "strerror", None) or error)
        return f"{self.place} cannot be reached: {why}"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What TLS shows for some names.

    Attributes:
        names: server names, ``*.x`` included, ``*`` for whatever no other certificate has.
        chain: PEM, the certificate first.
        key: PEM, unencrypted.
        least: the oldest TLS version spoken under these names: ``1.2`` or ``1.3``.
        site: shown only by listeners whose `Listener.site` is this; empty: only by those that go by Host.
    """

    names: tuple[str, ...]
    chain: bytes = field(repr=False)
    key: bytes = field(repr=False)
    least: str = "1.2"
    site: str = ""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """How a site's upstreams are asked whether they are well.

    Attributes:
        path: of the GET request.
        every_s: seconds between two.
        within_s: seconds for the head of an answer.
        least: lowest status of one that is well.
        most: highest; by default everything but a server's own errors.
    """

    path: str = "/"
    every_s: float = 10.0
    within_s: float = 5.0
    least: int = 200
    most: int = 499


@dataclass(frozen=True, slots=True)
class Site:
    """One site.

    Attributes:
        name: what it is called everywhere else.
        hosts: names it is asked for: exact, ``*.x`` (any depth below x) or ``*``.
        upstreams: where its requests go; none: 503.
        on: False: every request is answered 503.
        force_https: plain requests are redirected (308), but for certificates' challenges.
        http2_upstream: HTTP/2 is offered to ``https`` upstreams.
        verify_upstream: an ``https`` upstream must show a valid certificate for its name.
        guard: who judges its requests; None: plain proxying.
        hsts_s: seconds of Strict-Transport-Security on answers over TLS; 0: none.
        upgrades: protocols that a client may switch to after the handshake; others are ignored.
        sticky: a client stays with its upstream for as long as that is well.
        health: how the upstreams are asked whether they are well; None: they are not.
    """

    name: str
    hosts: tuple[str, ...]
    upstreams: tuple[Upstream, ...]
    on: bool = True
    force_https: bool = False
    http2_upstream: bool = False
    verify_upstream: bool = True
    guard: "Guard | None" = None
    hsts_s: int = 0
    upgrades: tuple[bytes, ...] = (WEBSOCKET,)
    sticky: bool = False
    health: HealthCheck | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All sites and the certificates shown for them. Where two sites claim the same name, the first has it.

    Attributes:
        sites: in any order.
        certificates: see `Certificate`.
        https_port: where plain requests are sent on to.
    """

    sites: tuple[Site, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    https_port: int = 443
    _exact: Mapping[bytes, Site] = field(init=False, repr=False, compare=False)
    _below: Mapping[bytes, Site] = field(init=False, repr=False, compare=False)
    _named: Mapping[str, Site] = field(init=False, repr=False, compare=False)
    _least: Mapping[bytes, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        exact: dict[bytes, Site] = {}
        below: dict[bytes, Site] = {}
        for site in self.sites:
            for host in site.hosts:
                key = _key(host)
                (below if key.startswith(b"*") else exact).setdefault(key.removeprefix(b"*"), site)
        least: dict[bytes, str] = {}
        for certificate in self.certificates:
            for name in certificate.names if not certificate.site else ():
                least.setdefault(_key(name).removeprefix(b"*"), certificate.least)
        object.__setattr__(self, "_least", least if "1.3" in least.values() else {})
        object.__setattr__(self, "_exact", exact)
        object.__setattr__(self, "_below", below)
        object.__setattr__(self, "_named", {site.name: site for site in reversed(self.sites)})

    def site(self, host: bytes) -> Site | None:
        """The site asked for: by its exact name, else by the longest wildcard, else by ``*``.

        Args:
            host: lower case, without port.
        """
        found = self._exact.get(host)
        return found if found is not None or not self._below else longest(self._below, host)

    def least_tls(self, host: bytes) -> str:
        """The oldest TLS version that a host may be asked for over, ``1.2`` or ``1.3``, whatever name the connection began with."""
        if not self._least:
            return "1.2"
        return self._least.get(host) or longest(self._least, host) or "1.2"

    def named(self, name: str) -> Site | None:
        """The site of this name."""
        return self._named.get(name)


def _key(name: str) -> bytes:
    return name.lower().rstrip(".").encode()


def longest(below: Mapping[bytes, _Found], host: bytes) -> _Found | None:
    """What the longest wildcard that `host` is below of stands for, else ``*``; keys without their star."""
    at = host.find(b".")
    while at >= 0:
        found = below.get(host[at:])
        if found is not None:
            return found
        at = host.find(b".", at + 1)
    return below.get(b"")


@dataclass(frozen=True, slots=True)
class Listener:
    """Where connections are taken: an address and port, or a unix socket, or a socket that is listening already.

    Attributes:
        address: IPv4 or IPv6 address; empty with `unix` or `fd`.
        port: TCP port.
        unix: path of a unix socket.
        fd: number of a listening socket that was handed over; -1: none.
        tls: speaks TLS.
        site: name of the one site served here whatever Host says; empty: by Host.
        proxy_protocol: every connection starts with a PROXY protocol header (v1 or v2), from trusted proxies alone.
    """

    address: str = ""
    port: int = 0
    unix: str = ""
    fd: int = -1
    tls: bool = False
    site: str = ""
    proxy_protocol: bool = False
