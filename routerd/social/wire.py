"""One HTTPS exchange with a provider: verified TLS, no redirects, nothing that the environment says of proxies, bounded in time and octets.

`social.web` asks with it. Everything that comes over the wire counts, status line and headers too, as it comes: an answer that drips ends
at the same moment as one that never begins.
"""

import io
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from socket import socket
from typing import Any
from urllib.parse import urlsplit

from routerd.core.clock import Clock
from routerd.core.errors import Unavailable
from routerd.core.providers import host_of

CONNECT_S, SILENT_S, WHOLE_S = 4.0, 5.0, 8.0
"""Seconds to connect, between octets, and for an answer as a whole: a guest waits for up to four of them."""

ANSWER_OCTETS_MOST = 262_144
"""Metadata and keys have some thousand."""

READ_OCTETS = 16_384

SUCCESS, REDIRECTS = 200, range(300, 400)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        host: whose it is.
    """

    host: str
    status_code: int
    content: bytes

    def json(self) -> Any:
        """What it says.

        Raises:
            ValueError: it is no JSON.
        """
        try:
            return json.loads(self.content)
        except RecursionError:
            raise ValueError("too deep") from None

    def raise_for_status(self) -> None:
        """As Authlib wants it.

        Raises:
            Unavailable: it is no success.
        """
        if self.status_code != SUCCESS:
            raise Unavailable(f"{self.host} answered {self.status_code}")


def exchange(clock: Clock, method: str, url: str, headers: Mapping[str, str], body: str | None = None) -> Answer:
    """Ask, and read the answer within the limits.

    Args:
        clock: for monotonic time.
        method: HTTP method.
        url: absolute.
        headers: as they are sent.
        body: None without.

    Raises:
        Unavailable: no answer, none that ends, one that leads elsewhere, no certificate that is trusted, or no https.
    """
    host = "the provider"
    try:
        host = host_of(url) or host
        return _exchange(clock, method, url, headers, body)
    except ssl.SSLCertVerificationError:
        raise Unavailable(f"{host} has a certificate that is not trusted") from None
    except (OSError, HTTPException, ValueError) as error:
        raise Unavailable(f"{host} cannot be used: {type(error).__name__}") from None


def _exchange(clock: Clock, method: str, url: str, headers: Mapping[str, str], body: str | None) -> Answer:
    parts, host = urlsplit(url), host_of(url)
    if parts.scheme != "https":
        raise Unavailable(f"{host} would be asked without TLS")
    until = clock.monotonic() + WHOLE_S
    connection = HTTPSConnection(host, parts.port, timeout=CONNECT_S, context=ssl.create_default_context())
    try:
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        connection.request(method, target, body, {"User-Agent": "routerd", **headers})
        with HTTPResponse(_Wire(connection.sock, clock, until), method=method) as answer:  # type: ignore[arg-type]  # makefile will do
            answer.begin()
            if answer.status in REDIRECTS:
                raise Unavailable(f"{host} leads elsewhere; expected an answer")
            return Answer(host, answer.status, b"".join(iter(lambda: answer.read(READ_OCTETS), b"")))
    finally:
        connection.close()


class _Wire:
    """What `HTTPResponse` takes for a socket."""

    def __init__(self, sock: socket, clock: Clock, until: float) -> None:
        self._raw = _Bounded(sock, clock, until)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._raw)


class _Bounded(io.RawIOBase):
    """Reads from a socket for so long, and so much."""

    def __init__(self, sock: socket, clock: Clock, until: float) -> None:
        self._sock = sock
        self._clock = clock
        self._until = until
        self._left = ANSWER_OCTETS_MOST

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left_s = self._until - self._clock.monotonic()
        if left_s <= 0:
            raise TimeoutError("the answer does not come to an end")
        self._sock.settimeout(min(left_s, SILENT_S))
        octets = self._sock.recv_into(buffer)
        self._left -= octets
        if self._left < 0:
            raise ValueError("the answer does not come to an end")
        return octets
