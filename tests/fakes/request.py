"""The head of a request as protections see it: fulfils their `Head`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FakeHead:
    """A request for `/` of example.com from 192.0.2.1, but for what is said otherwise."""

    target: bytes = b"/"
    method: bytes = b"GET"
    client: bytes = b"192.0.2.1"
    host: bytes = b"example.com"
    headers: tuple[tuple[bytes, bytes], ...] = ()
    scheme: bytes = b"https"
    peer: bytes = b"192.0.2.1"
