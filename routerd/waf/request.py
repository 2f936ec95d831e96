"""What the engine is told of a request and of its response: frozen, bytes as they came, nothing decoded yet."""

from dataclasses import dataclass
from typing import TypeAlias

Fields: TypeAlias = tuple[tuple[bytes, bytes], ...]
"""Header fields in the order of their coming, names spelled as they came."""


@dataclass(frozen=True, slots=True)
class Request:
    """The head of a request.

    Attributes:
        method: such as ``GET``.
        target: as it stood in the request line: path and query, or an absolute URI.
        protocol: such as ``HTTP/1.1``.
        headers: all fields.
        client: its address as text.
        client_port: TCP port.
        server: the address it came to, as text.
        server_port: TCP port.
    """

    method: bytes
    target: bytes
    protocol: bytes = b"HTTP/1.1"
    headers: Fields = ()
    client: bytes = b"127.0.0.1"
    client_port: int = 0
    server: bytes = b"127.0.0.1"
    server_port: int = 80


@dataclass(frozen=True, slots=True)
class Response:
    """The head of a response."""

    status: int
    protocol: bytes = b"HTTP/1.1"
    headers: Fields = ()


def field(headers: Fields, name: bytes) -> bytes | None:
    """The value of the first field of this name (lower case); None when there is none."""
    return next((value for each, value in headers if each.lower() == name), None)
