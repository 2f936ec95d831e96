"""Sorts a head's fields: what goes on, what is this connection's alone, how the body is framed, which host is meant.

Both protocols' readers call it; it is where most of request smuggling is refused. Pure.
"""

import re
from collections.abc import Sequence

from routerd.edge.head import Fields
from routerd.edge.malformed import Malformed

LENGTH_DIGITS = 18
"""Of a Content-Length: what fits into 63 bits, and so into whatever any upstream counts with."""

_HOST = re.compile(rb"([A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?")

FORWARDING = frozenset(
    b"x-forwarded-" + name for name in (b"for", b"proto", b"protocol", b"host", b"port", b"server", b"prefix", b"scheme", b"ssl", b"by")
) | {b"forwarded", b"x-real-ip", b"x-client-ip", b"x-cluster-client-ip", b"true-client-ip", b"x-forwarded", b"forwarded-for", b"via"}
"""Who asked, by whose word: set afresh by the edge, believed from trusted proxies alone."""

CONNECTION = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"proxy-authenticate",
        b"proxy-authentication-info",
        b"proxy-authorization",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"http2-settings",
    }
)
"""Of one connection (RFC 9110, 7.6.1); never passed on."""

_REQUEST = FORWARDING | CONNECTION | {b"host", b"content-length", b"expect", b"proxy"}
"""What a request's field is looked at for. ``Proxy`` would become HTTP_PROXY of a CGI program (CVE-2016-5385)."""

_ANSWER = CONNECTION | {b"content-length", b"date"}


_STREAMS = (b"text/event-stream", b"multipart/x-mixed-replace", b"application/grpc")


class Sorted:
    """A request's fields, sorted.

    Attributes:
        headers: all, as they came.
        kept: those that are forwarded.
        lines: `kept` as HTTP/1.1 writes it.
        authority: what Host said; empty without one.
        host: the same in lower case, without port and dot at its end.
        length: of the body: 0 none, None chunked.
        close: the client ends the connection after this.
        keep_alive: an HTTP/1.0 client would not.
        upgrade: protocol asked for, lower case; empty: none.
        expects: waits for 100 Continue.
        forwarded: forwarding fields by lower-case name, several of one name joined by commas; None: none.
    """

    __slots__ = ("authority", "close", "expects", "forwarded", "headers", "host", "keep_alive", "kept", "length", "lines", "upgrade")

    def __init__(self, headers: Fields, kept: Fields, special: dict[bytes, list[bytes]], protocol: bytes) -> None:
        modern = protocol != b"HTTP/1.0"
        self.headers = headers
        tokens = _tokens(special)
        self.kept = without(kept, tokens) if tokens else kept
        self.lines = lines(self.kept)
        self.authority, self.host = _host(special.get(b"host"), required=modern)
        self.length = _length(special, modern=modern)
        self.close = b"close" in tokens
        self.keep_alive = b"keep-alive" in tokens
        self.upgrade = special[b"upgrade"][0].lower() if modern and b"upgrade" in tokens and len(special.get(b"upgrade", ())) == 1 else b""
        self.expects = modern and _expects(special.get(b"expect"))
        self.forwarded = {name: b", ".join(special[name]) for name in special if name in FORWARDING} or None


def sort(headers: Sequence[tuple[bytes, bytes]], protocol: bytes) -> Sorted:
    """Sort a request's fields.

    Args:
        headers: in their order; names are tokens, values without control characters and without blanks around them.
        protocol: ``HTTP/1.0``, ``HTTP/1.1`` or ``HTTP/2``.

    Raises:
        Malformed: they contradict one another or say what cannot be.
    """
    kept = []
    special: dict[bytes, list[bytes]] = {}
    for field in headers:
        name = field[0].lower()
        if name in _REQUEST:
            special.setdefault(name, []).append(field[1])
        elif b"_" not in name or name.replace(b"_", b"-") not in _REQUEST:
            # Where fields become variables, X_Forwarded_For and X-Forwarded-For are one.
            kept.append(field)
    return Sorted(tuple(headers), tuple(kept), special, protocol)


def sort_answer(headers: Sequence[tuple[bytes, bytes]]) -> tuple[Fields, int | None, bool, bool, bool]:
    """Sort an answer's fields.

    Returns:
        What is passed on, the declared length (None: none declared), whether it is chunked, whether the upstream ends the connection
        after this, whether it is dated.

    Raises:
        Malformed: they contradict one another or say what cannot be.
    """
    kept = []
    special: dict[bytes, list[bytes]] = {}
    for field in headers:
        name = field[0].lower()
        if name in _ANSWER:
            special.setdefault(name, []).append(field[1])
            if name != b"date":
                continue
        kept.append(field)
    tokens = _tokens(special)
    declared = b"content-length" in special or b"transfer-encoding" in special
    length = _length(special, modern=True)
    passed = without(kept, tokens) if tokens else tuple(kept)
    return passed, length if declared else None, declared and length is None, b"close" in tokens, b"date" in special


def without(fields: Sequence[tuple[bytes, bytes]], names: frozenset[bytes]) -> Fields:
    """Those whose lower-case name is not among `names`."""
    return tuple(field for field in fields if field[0].lower() not in names)


def lines(fields: Fields) -> bytes:
    """As HTTP/1.1 writes them, each line ended."""
    return b"".join([b"%b: %b\r\n" % field for field in fields])


def streams(headers: Fields) -> bool:
    """Whether a body of this kind has no end to wait for, and may be silent for long."""
    return any(name.lower() == b"content-type" and value.lower().startswith(_STREAMS) for name, value in headers)


def host_of(authority: bytes) -> bytes | None:
    """The host in lower case, without port and dot at its end; None: it is no authority."""
    found = _HOST.fullmatch(authority)
    if found is None or (found[2] is not None and int(found[2]) > 65_535):
        return None
    return found[1].lower().removesuffix(b".") or None


def _tokens(special: dict[bytes, list[bytes]]) -> frozenset[bytes]:
    values = special.get(b"connection")
    if values is None:
        return frozenset()
    return frozenset([token.strip() for value in values for token in value.lower().split(b",")])


def _host(values: list[bytes] | None, *, required: bool) -> tuple[bytes, bytes]:
    if values is None:
        if required:
            raise Malformed("no-host")
        return b"", b""
    if len(values) > 1:
        raise Malformed("two-hosts")
    host = host_of(values[0])
    if host is None:
        raise Malformed("bad-host")
    return values[0], host


def _length(special: dict[bytes, list[bytes]], *, modern: bool) -> int | None:
    """Of the body; None: chunked (RFC 9112, 6.3, with every doubt refused)."""
    lengths, codings = special.get(b"content-length"), special.get(b"transfer-encoding")
    if codings is not None:
        if lengths is not None:
            raise Malformed("length-and-coding")
        if not modern:
            raise Malformed("coding-in-1.0")
        if len(codings) > 1 or codings[0].lower() != b"chunked":
            raise Malformed("bad-coding")
        return None
    if lengths is None:
        return 0
    if len(lengths) > 1:
        raise Malformed("two-lengths")
    if not lengths[0].isdigit() or len(lengths[0]) > LENGTH_DIGITS:
        raise Malformed("bad-length")
    return int(lengths[0])


def _expects(values: list[bytes] | None) -> bool:
    if values is None:
        return False
    if len(values) > 1 or values[0].lower() != b"100-continue":
        raise Malformed("bad-expectation", 417)
    return True
