"""What comes through the tunnel: the action API and nothing else, marked as such, with the relay's word for where it came from.

Served on a unix socket that only the tunnel's ssh opens. It never reaches the admin page or the portal; GET is taken only where the
owner allowed it; a box takes so many requests a second and no more.
"""

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any

from routerd.api import shapes
from routerd.core.clock import Clock
from routerd.core.cloud import TunnelSettings
from routerd.web.limits import Bucket
from routerd.web.mount import Wsgi

DOOR = "routerd.door"
"""Key of the WSGI environment that says which way a request came."""

CLIENT = "HTTP_X_ROUTERD_CLIENT"
"""The header in which the relay names the client; it replaces whatever the client sent under that name."""

PATHS = frozenset({"/api", "/api/"})
BURST_S = 2
"""So many seconds' worth of requests may come at once."""


class Cloud:
    """A guard before the action API.

    Args:
        api: the action API.
        settings: [tunnel].
        clock: for the rate limit.
    """

    def __init__(self, api: Wsgi, settings: TunnelSettings, clock: Clock) -> None:
        self._api = api
        self._methods = frozenset({"POST", "GET"} if settings.allow_get else {"POST"})
        self._bucket = Bucket(clock, settings.requests_per_s, settings.requests_per_s * BURST_S)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI."""
        client = _client(environ.get(CLIENT, ""))
        if environ.get("PATH_INFO") not in PATHS:
            return _refusal(start_response, "404 Not Found", "Not found")
        if environ["REQUEST_METHOD"] not in self._methods:
            allowed = ("Allow", ", ".join(sorted(self._methods, reverse=True)))
            return _refusal(start_response, "405 Method Not Allowed", "This method is not allowed from the internet", allowed)
        if not client:
            return _refusal(start_response, "400 Bad Request", "The relay did not say where this request came from")
        if not self._bucket.take():
            return _refusal(start_response, "429 Too Many Requests", "Too many requests", ("Retry-After", "1"))
        environ["REMOTE_ADDR"] = client
        environ[DOOR] = "cloud"
        return self._api(environ, start_response)


def _client(said: str) -> str:
    try:
        return str(ipaddress.ip_address(said))
    except ValueError:
        return ""


def _refusal(start_response: Callable[..., Any], status: str, message: str, *more: tuple[str, str]) -> Iterable[bytes]:
    body = shapes.failure(message)
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Cache-Control", "no-store"), *more]
    start_response(status, headers)
    return (body,)
