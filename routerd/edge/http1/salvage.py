"""Reads as much of a malformed head as can be read, for whoever logs attacks. What it makes is never forwarded. Pure."""

import re

from routerd.edge.head import Head, Peer

FIELDS_MOST = 200

_BEGINNING = re.compile(rb"\[[0-9A-Fa-f:.]*\]|[A-Za-z0-9._~-]*")
"""Of what Host says, as far as it is a host."""

_LINE_END = re.compile(rb"\r\n|\n|\r")


def salvaged(held: bytes, peer: Peer) -> Head:
    """A head as lenient servers might have read it.

    Args:
        held: what came; may be anything.
        peer: who sent it.
    """
    first, *rest = _LINE_END.split(held.lstrip(b"\r\n"), maxsplit=FIELDS_MOST + 1)
    method, _, more = first.lstrip(b" \t").partition(b" ")
    target, blank, protocol = more.rpartition(b" ")
    if not blank:
        target, protocol = protocol, b""
    headers: list[tuple[bytes, bytes]] = []
    host = b""
    for line in rest[:FIELDS_MOST]:
        if not line:
            break
        if line[:1] in b" \t" and headers:
            name, value = headers.pop()
            headers.append((name, value + b" " + line.strip(b" \t")))
        else:
            name, _, value = line.partition(b":")
            headers.append((name.strip(b" \t"), value.strip(b" \t")))
            if not host and headers[-1][0].lower() == b"host":
                found = _BEGINNING.match(headers[-1][1])
                host = found[0].lower().removesuffix(b".") if found is not None else b""
    ends = (peer.client, peer.client_port, peer.server, peer.server_port, peer.scheme)
    # A request line without a version is that of HTTP/0.9.
    version = protocol.strip(b" \t") or (b"HTTP/0.9" if target else b"")
    return Head(method, target.strip(b" \t"), version, tuple(headers), *ends, host, peer.address)
