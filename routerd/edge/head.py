"""What a guard is told of a request before its body: values alone, the same whether it came by HTTP/1.1 or HTTP/2."""

from dataclasses import dataclass

Fields = tuple[tuple[bytes, bytes], ...]
"""Header fields in their order, names as they came (HTTP/2: lower case), values without blanks around them."""


@dataclass(frozen=True, slots=True)
class Head:
    """One request's head.

    Attributes:
        method: as it came; methods are case sensitive.
        target: path and query as they came, percent-encoding untouched; ``*`` for OPTIONS alone. Of the absolute form only these are left.
        protocol: ``HTTP/1.0``, ``HTTP/1.1`` or ``HTTP/2``.
        headers: all fields as they came, Host included (HTTP/2: made of ``:authority``).
        client: textual address of who asked: the rightmost one that is no trusted proxy's.
        client_port: its TCP port; 0 when a proxy does not tell.
        server: textual address that the connection came to.
        server_port: its TCP port.
        scheme: ``http`` or ``https``, as the client spoke it (told by a trusted proxy when there is one).
        host: lower case, without port and without a dot at its end.
        peer: textual address at the other end of the TCP connection.
    """

    method: bytes
    target: bytes
    protocol: bytes
    headers: Fields
    client: bytes
    client_port: int
    server: bytes
    server_port: int
    scheme: bytes
    host: bytes
    peer: bytes


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end of one accepted connection; made once for each.

    Attributes:
        address: textual address at the other end of TCP; empty on a unix socket.
        client: the same, or what the PROXY protocol told.
        client_port: TCP port that goes with `client`; 0: unknown.
        server: textual address that the connection came to, as the PROXY protocol told it if it did.
        server_port: its TCP port.
        scheme: ``http`` or ``https``.
        trusted: `client` is a trusted proxy, whose forwarding fields count.
        tls: version spoken, ``1.2`` or ``1.3``; empty: none.
    """

    address: bytes
    client: bytes
    client_port: int
    server: bytes
    server_port: int
    scheme: bytes
    trusted: bool = False
    tls: str = ""
