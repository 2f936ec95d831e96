"""Who asked, and how the upstream is told: X-Forwarded-For and its kin, believed from trusted proxies alone.

From anybody else these fields are dropped and set afresh, so an upstream may believe what it gets. The client is the rightmost address
that is no trusted proxy's: everything to the left of it is what that client said of itself. Pure.
"""

import ipaddress
import re
from collections.abc import Sequence
from functools import lru_cache

from routerd.core import clients
from routerd.edge.fields import host_of
from routerd.edge.head import Fields, Peer
from routerd.edge.message import Request

HOPS_MOST = 32
"""Addresses of a chain that are looked at, from the right; a longer one ends there."""

_FOR = re.compile(rb'(?:^|[,;])[ \t]*for="?([^",;]+)"?', re.IGNORECASE)
_PORT = re.compile(rb"(\[[^\]]*\]|[0-9.]+)(?::[0-9]+)?")


class Proxies:
    """The networks whose addresses are trusted proxies."""

    def __init__(self, networks: Sequence[str] = ()) -> None:
        self._networks = [ipaddress.ip_network(each, strict=False) for each in networks]
        self._trusts = lru_cache(maxsize=4_096)(self._look)

    def trusts(self, address: bytes) -> bool:
        """Whether `address` is one; False for what is no address."""
        return bool(self._networks) and self._trusts(address)

    def _look(self, address: bytes) -> bool:
        try:
            found = ipaddress.ip_address(address.decode("ascii"))
        except ValueError:
            return False
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        return any(found in network for network in self._networks)


def client_of(request: Request, peer: Peer, proxies: Proxies) -> bytes:
    """Textual address of who asked."""
    forwarded = request.forwarded
    if not peer.trusted or forwarded is None:
        return peer.client
    client = peer.client
    for hop in reversed(_hops(forwarded)[-HOPS_MOST:]):
        address = _address(hop)
        if address is None:
            break
        client = address
        if not proxies.trusts(address):
            break
    return client


def scheme_of(request: Request, peer: Peer) -> bytes:
    """``http`` or ``https``, as the client spoke it."""
    if peer.trusted and request.forwarded is not None:
        told = request.forwarded.get(b"x-forwarded-proto", b"").rpartition(b",")[2].strip().lower()
        if told in {b"http", b"https"}:
            return told
    return peer.scheme


def lines(request: Request, peer: Peer, proxies: Proxies) -> bytes:
    """The forwarding fields as HTTP/1.1 writes them, each line ended."""
    if not peer.trusted or request.forwarded is None:
        return _afresh(peer.client, peer.client, peer.scheme, request.authority)
    return _extended(request, peer, client_of(request, peer, proxies))


def fields(lines_: bytes) -> Fields:
    """What `lines` wrote, as fields with lower-case names, for HTTP/2."""
    return tuple((name.lower(), value) for name, _, value in (line.partition(b": ") for line in lines_.split(b"\r\n")[:-1]))


@lru_cache(maxsize=1_024)
def _afresh(chain: bytes, client: bytes, scheme: bytes, authority: bytes) -> bytes:
    element = _element(client, scheme, authority)
    return _written(chain, client, scheme, authority, element)


def _extended(request: Request, peer: Peer, client: bytes) -> bytes:
    told = request.forwarded or {}
    scheme = scheme_of(request, peer)
    host = told.get(b"x-forwarded-host", b"")
    if host_of(host) is None:
        host = request.authority
    before = told.get(b"x-forwarded-for", b"") or b", ".join(_FOR.findall(told.get(b"forwarded", b"")))
    chain = before + b", " + peer.client if before else peer.client
    element = _element(peer.client, peer.scheme, request.authority)
    known = told.get(b"forwarded", b"") or (_element(client, scheme, host) if before else b"")
    return _written(chain, client, scheme, host, known + b", " + element if known else element)


def _written(chain: bytes, client: bytes, scheme: bytes, host: bytes, forwarded: bytes) -> bytes:
    return b"X-Forwarded-For: %b\r\nX-Real-IP: %b\r\nX-Forwarded-Proto: %b\r\nX-Forwarded-Host: %b\r\nForwarded: %b\r\n" % (
        chain,
        client,
        scheme,
        host,
        forwarded,
    )


def _element(client: bytes, scheme: bytes, authority: bytes) -> bytes:
    """One element of Forwarded (RFC 7239, 4): what holds a colon is quoted."""
    node = b'"[%b]"' % client if b":" in client else client or b"unknown"
    host = b'"%b"' % authority if b":" in authority else authority
    return b"for=%b;proto=%b;host=%b" % (node, scheme, host) if host else b"for=%b;proto=%b" % (node, scheme)


def _hops(forwarded: dict[bytes, bytes]) -> list[bytes]:
    chain = forwarded.get(b"x-forwarded-for")
    if chain is not None:
        return [hop.strip() for hop in chain.split(b",")]
    return [hop.strip() for hop in _FOR.findall(forwarded.get(b"forwarded", b""))]


def _address(hop: bytes) -> bytes | None:
    """Of one hop, without port, brackets and scope, IPv4 where it was mapped into IPv6; None: it is none."""
    found = _PORT.fullmatch(hop)
    bare = found[1].strip(b"[]") if found is not None else hop
    known = clients.address(bare)
    return None if known is None else str(known).encode()
