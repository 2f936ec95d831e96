"""Answer: a whole HTTP response as a value, and the headers that every answer of the portal carries.

The lean paths (probes, redirects) send these straight through WSGI; pages borrow the headers.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Environ = Mapping[str, Any]
StartResponse = Callable[..., Any]

NO_STORE = ("Cache-Control", "no-store")
"""A device that remembers yesterday's redirect never comes online, one that remembers a probe's answer never sees the portal."""

SECURITY: tuple[tuple[str, str], ...] = (
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    # Not no-referrer: with it browsers send "Origin: null" with our own forms, and the check of where a form came from sees less.
    ("Referrer-Policy", "same-origin"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One response.

    Attributes:
        status: status line such as ``302 Found``.
        headers: in order; the length is added when sending.
        body: empty for 204.
    """

    status: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def send(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the last thing on this connection.

        A connection that was redirected to the portal is for ever a connection to the portal, whatever address the device
        believes that it has at the other end: if the browser kept it, it would meet the portal again after sign-in. The server
        closes a connection whose answer has no announced length, so none is announced. HEAD has no body to end, and announces.
        """
        headers = [*self.headers, NO_STORE, *SECURITY]
        if environ["REQUEST_METHOD"] == "HEAD":
            start_response(self.status, [*headers, ("Content-Length", str(len(self.body)))])
            return ()
        start_response(self.status, headers)
        return _unmeasured(self.body)


def _unmeasured(body: bytes) -> Iterator[bytes]:
    if body:
        yield body


def redirect(location: str, body: bytes = b"") -> Answer:
    """A 302: the one status that every captive assistant follows with GET.

    Args:
        location: absolute URL in ASCII, without control characters.
        body: HTML for clients that do not follow.
    """
    return Answer("302 Found", (("Location", location), ("Content-Type", "text/html; charset=utf-8")), body)
