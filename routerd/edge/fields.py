"""Sorts a head's fields: what goes on, what is this connection's alone, how the body is framed, which host is meant.

Both protocols' readers call it; it is where most of request smuggling is refused. Pure.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from routerd.edge.head import Fields
from routerd.edge.malformed import Malformed

LENGTH_DIGITS = 18
"""Of a Content-Length: what fits into 63 bits, and so into whatever any upstream counts with."""

_HOST = re.compile(rb"([A-Za-z0-9_~-]+(?:\.[A-Za-z0-9_~-]+)*\.?|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?")

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

NAMES_KNOWN = 1_024
"""Spellings of names whose meaning is remembered; beyond these each is looked at anew."""

KNOWN_OCTETS = 64
"""What is longer is not remembered."""

AUTHORITY_OCTETS = 261
"""A host name of 255 octets (RFC 1035, 2.3.4) and a port."""

_KEPT, _DROPPED = b"", b"-"


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
        self.length: int | None = 0
        self.close = self.keep_alive = self.expects = False
        self.upgrade = b""
        self.forwarded: dict[bytes, bytes] | None = None
        if len(special) == 1 and b"host" in special:
            self.authority, self.host = _host(special[b"host"])
        else:
            self.authority, self.host = _host(special.get(b"host"), required=modern)
            self.length = _length(special, modern=modern)
            kept = self._connection(special, kept, modern=modern)
        self.kept = kept
        self.lines = lines(kept)

    def _connection(self, special: dict[bytes, list[bytes]], kept: Fields, *, modern: bool) -> Fields:
        """What is said of this connection, and by it of other fields: those that it names are its own too."""
        tokens = _tokens(special)
        self.close = b"close" in tokens
        self.keep_alive = b"keep-alive" in tokens
        if modern:
            if b"upgrade" in tokens and len(special.get(b"upgrade", ())) == 1:
                self.upgrade = special[b"upgrade"][0].lower()
            self.expects = _expects(special.get(b"expect"))
        if not FORWARDING.isdisjoint(special):
            self.forwarded = {name: b", ".join(special[name]) for name in special if name in FORWARDING}
        named = tokens - _USUAL_TOKENS
        return without(kept, named) if named else kept


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
        kind = _KINDS.get(field[0])
        if kind is None:
            kind = _kind(field[0])
        if kind == _KEPT:
            kept.append(field)
        elif kind != _DROPPED:
            special.setdefault(kind, []).append(field[1])
    return Sorted(tuple(headers), tuple(kept), special, protocol)


_KINDS: dict[bytes, bytes] = {}
_USUAL_TOKENS = frozenset({b"close", b"keep-alive", b"upgrade", b"te", b"http2-settings", b""})


def _kind(name: bytes) -> bytes:
    """What a request's field is: kept, dropped, or else its name in lower case."""
    lower = name.lower()
    if lower in _REQUEST:
        kind = lower
    elif b"_" in lower and lower.replace(b"_", b"-") in _REQUEST:
        # Where fields become variables, X_Forwarded_For and X-Forwarded-For are one.
        kind = _DROPPED
    else:
        kind = _KEPT
    if len(_KINDS) < NAMES_KNOWN and len(name) <= KNOWN_OCTETS:
        _KINDS[name] = kind
    return kind


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
    passed = tuple(kept)
    tokens = _tokens(special)
    if tokens:
        named = tokens - _USUAL_TOKENS
        passed = without(passed, named) if named else passed
    declared = b"content-length" in special or b"transfer-encoding" in special
    length = _length(special, modern=True) if declared else None
    return passed, length, declared and length is None, b"close" in tokens, b"date" in special


def without(fields: Sequence[tuple[bytes, bytes]], names: frozenset[bytes]) -> Fields:
    """Those whose lower-case name is not among `names`."""
    return tuple(field for field in fields if field[0].lower() not in names)


def lines(fields: Fields) -> bytes:
    """As HTTP/1.1 writes them, each line ended."""
    return b"\r\n".join(map(b": ".join, fields)) + b"\r\n" if fields else b""


def streams(headers: Fields) -> bool:
    """Whether a body of this kind has no end to wait for, and may be silent for long."""
    return any(name.lower() == b"content-type" and value.lower().startswith(_STREAMS) for name, value in headers)


def host_of(authority: bytes) -> bytes | None:
    """The host in lower case, without port and dot at its end; None: it is no authority."""
    return _host_of(authority) if len(authority) <= AUTHORITY_OCTETS else None


@lru_cache(maxsize=1_024)
def _host_of(authority: bytes) -> bytes | None:
    found = _HOST.fullmatch(authority)
    if found is None or (found[2] is not None and int(found[2]) > 65_535):
        return None
    return found[1].lower().removesuffix(b".") or None


def _tokens(special: dict[bytes, list[bytes]]) -> frozenset[bytes]:
    values = special.get(b"connection")
    if values is None:
        return frozenset()
    value = values[0] if len(values) == 1 else b",".join(values)
    return _split(value) if len(value) <= KNOWN_OCTETS else _split.__wrapped__(value)


@lru_cache(maxsize=256)
def _split(value: bytes) -> frozenset[bytes]:
    return frozenset([token.strip() for token in value.lower().split(b",")])


def _host(values: list[bytes] | None, *, required: bool = True) -> tuple[bytes, bytes]:
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
