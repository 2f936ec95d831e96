"""A list of fields to a request: what HTTP/2 asks of it, and what HTTP/1.1 behind it could be deceived by, is refused. Pure.

h2's own checks are switched off for these: they end the whole connection where one request is refused here, and no guard would hear of it.
What both protocols share is in `edge.fields`.
"""

from collections.abc import Sequence

from routerd.edge.fields import sort
from routerd.edge.head import Head, Peer
from routerd.edge.http1.lines import METHOD_OCTETS, TARGET, TOKEN, VALUE
from routerd.edge.limits import Limits
from routerd.edge.malformed import Malformed
from routerd.edge.message import Request

Fields = Sequence[tuple[bytes, bytes]]

PROTOCOL = b"HTTP/2"

LOWER_TOKEN = bytes(sorted(set(TOKEN) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")))
_NEEDED = (b":method", b":scheme", b":path")
_CONNECTION = frozenset({b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade", b"http2-settings"})
_REFUSED_METHODS = frozenset({b"CONNECT", b"TRACE"})


def read(fields: Fields, limits: Limits, *, ended: bool, protocol: bytes = PROTOCOL) -> Request:
    """A request of its fields (RFC 9113, 8.2 and 8.3; RFC 9114, 4.2 and 4.3, says the same of HTTP/3).

    Args:
        fields: as they came, pseudo fields included.
        limits: the edge's.
        ended: no body follows.
        protocol: ``HTTP/2`` or ``HTTP/3``.

    Raises:
        Malformed: it is none, or one that is not taken.
    """
    pseudo, rest = _split(fields, limits.fields)
    method, path = _method(pseudo), _path(pseudo, limits)
    named, host = _regular(rest)
    authority = _authority(pseudo.get(b":authority"), host)
    found = sort([(b"host", authority), *named], protocol)
    declared = any(name == b"content-length" for name, _ in named)
    if ended and found.length:
        raise Malformed("length-without-body")
    length = 0 if ended else found.length if declared else None
    if limits.body_octets and (length or 0) > limits.body_octets:
        raise Malformed("long-body", 413)
    request = Request(method, path, protocol, found.headers, found.kept, found.authority, found.host, length)
    request.lines, request.expects, request.forwarded = found.lines, found.expects, found.forwarded
    return request


def check_trailers(fields: Fields, limits: Limits) -> None:
    """Fields behind a body; they are dropped, as those behind a chunked one are.

    Raises:
        Malformed: some would not even be allowed.
    """
    if len(fields) > limits.fields:
        raise Malformed("too-many-fields", 431)
    _regular(fields)


def salvaged(fields: Fields, peer: Peer, protocol: bytes = PROTOCOL) -> Head:
    """As much of a head that was refused as can be shown to a guard."""
    told = dict(reversed(fields))
    kept = tuple((name, value) for name, value in fields if not name.startswith(b":"))
    authority = told.get(b":authority", told.get(b"host", b""))
    return Head(
        told.get(b":method", b""),
        told.get(b":path", b""),
        protocol,
        ((b"host", authority), *(field for field in kept if field[0] != b"host")) if authority else kept,
        peer.client,
        peer.client_port,
        peer.server,
        peer.server_port,
        peer.scheme,
        authority.lower().partition(b":")[0],
        peer.address,
    )


def _split(fields: Fields, most: int) -> tuple[dict[bytes, bytes], list[tuple[bytes, bytes]]]:
    if len(fields) > most + 4:
        raise Malformed("too-many-fields", 431)
    pseudo: dict[bytes, bytes] = {}
    rest: list[tuple[bytes, bytes]] = []
    for name, value in fields:
        if not name.startswith(b":"):
            rest.append((bytes(name), bytes(value)))
            continue
        if rest or name in pseudo or (name not in _NEEDED and name != b":authority"):
            raise Malformed("bad-pseudo-field")
        pseudo[bytes(name)] = bytes(value)
    if pseudo.get(b":method") in _REFUSED_METHODS:
        raise Malformed("refused-method", 405)
    if not all(pseudo.get(name) for name in _NEEDED):
        raise Malformed("missing-pseudo-field")
    if pseudo[b":scheme"] not in {b"http", b"https"}:
        raise Malformed("bad-scheme")
    return pseudo, rest


def _method(pseudo: dict[bytes, bytes]) -> bytes:
    method = pseudo[b":method"]
    if len(method) > METHOD_OCTETS or method.translate(None, TOKEN):
        raise Malformed("bad-method")
    return method


def _path(pseudo: dict[bytes, bytes], limits: Limits) -> bytes:
    path = pseudo[b":path"]
    if len(path) > limits.target_octets:
        raise Malformed("long-target", 414)
    if path.translate(None, TARGET) or not (path.startswith(b"/") or (path == b"*" and pseudo[b":method"] == b"OPTIONS")):
        raise Malformed("bad-target")
    return path


def _regular(fields: Fields) -> tuple[list[tuple[bytes, bytes]], bytes | None]:
    """Everything but Host, cookies put together (8.2.3); and what Host said."""
    named: list[tuple[bytes, bytes]] = []
    hosts: list[bytes] = []
    cookies: list[bytes] = []
    for name, value in fields:
        _check(name, value)
        if name == b"host":
            hosts.append(value)
        elif name == b"cookie":
            cookies.append(value)
        else:
            named.append((name, value))
    if len(hosts) > 1:
        raise Malformed("two-hosts")
    if cookies:
        named.append((b"cookie", b"; ".join(cookies)))
    return named, hosts[0] if hosts else None


def _check(name: bytes, value: bytes) -> None:
    if not name or name.translate(None, LOWER_TOKEN):
        raise Malformed("bad-field")
    if value.translate(None, VALUE):
        raise Malformed("bad-octet")
    if value != value.strip(b" \t"):
        raise Malformed("blank-around-value")
    if name in _CONNECTION or (name == b"te" and value.lower() != b"trailers"):
        raise Malformed("connection-field")


def _authority(authority: bytes | None, host: bytes | None) -> bytes:
    if authority is None:
        if host is None:
            raise Malformed("no-host")
        return host
    if host is not None and host.lower() != authority.lower():
        raise Malformed("other-authority")
    return authority
