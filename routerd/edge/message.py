"""Requests and answers on their way through: what an Exchange hands from one side to the other, free of either side's framing.

Made by the protocols' readers, which have checked everything; nothing here checks again.
"""

from routerd.edge.head import Fields


class Request:
    """One request.

    Attributes:
        method: as it came.
        target: path and query as they came, or ``*``.
        protocol: ``HTTP/1.0``, ``HTTP/1.1`` or ``HTTP/2``.
        headers: all fields as they came, Host among them.
        kept: those of them that are forwarded: end to end, without Host, framing, Expect and forwarding fields.
        authority: what Host said, forwarded as it came.
        host: the same in lower case, without port and dot at its end.
        length: octets of the body: 0 none, None unknown until it ends.
        expects: the client waits for ``100 Continue``.
        upgrade: protocol that the client asks to switch to, lower case; empty: none.
        forwarded: values of forwarding fields as they came, by lower-case name; for trusted proxies.
        lines: `kept` as HTTP/1.1 writes it, each line ended; empty when `kept` is to be written anew.
    """

    __slots__ = (
        "authority",
        "expects",
        "forwarded",
        "headers",
        "host",
        "kept",
        "length",
        "lines",
        "method",
        "protocol",
        "target",
        "upgrade",
    )

    def __init__(
        self,
        method: bytes,
        target: bytes,
        protocol: bytes,
        headers: Fields,
        kept: Fields,
        authority: bytes,
        host: bytes,
        length: int | None = 0,
    ) -> None:
        self.method = method
        self.target = target
        self.protocol = protocol
        self.headers = headers
        self.kept = kept
        self.authority = authority
        self.host = host
        self.length = length
        self.expects = False
        self.upgrade = b""
        self.forwarded: dict[bytes, bytes] | None = None
        self.lines = b""


class Answer:
    """The head of one response.

    Attributes:
        status: 200..599, or 101 when the upstream switched protocols.
        headers: all fields as the upstream sent them.
        kept: those of them that are passed on: end to end, without framing.
        length: octets of the body as declared; None: unknown until it ends.
        bodiless: no body follows, whatever `length` says (HEAD, 204, 304).
        dated: `kept` has a Date; where it has none the edge adds one (RFC 9110, 6.6.1).
        lines: `kept` as HTTP/1.1 writes it, each line ended; empty when `kept` is to be written anew.
    """

    __slots__ = ("bodiless", "dated", "headers", "kept", "length", "lines", "status")

    def __init__(self, status: int, headers: Fields, kept: Fields, length: int | None, bodiless: bool = False) -> None:
        self.status = status
        self.headers = headers
        self.kept = kept
        self.length = length
        self.bodiless = bodiless
        self.dated = False
        self.lines = b""
