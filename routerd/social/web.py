"""Requests to providers: verified TLS, no redirects, nothing that the environment says of proxies, bounded in time and octets.

What a provider names as its endpoints is asked with this, so it must never be told more than the provider's own business, and what
comes back never reaches a page but as a name and an address.
"""

import io
import json
import ssl
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
import urllib3
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from requests.adapters import HTTPAdapter

from routerd.core.clock import Clock
from routerd.core.errors import Unavailable

T = TypeVar("T")

CONNECT_S, SILENT_S, WHOLE_S = 4.0, 5.0, 8.0
"""Seconds to connect, between octets, and for an answer as a whole: a guest waits for up to four of them."""

ANSWER_OCTETS_MOST = 262_144
"""Metadata and keys have some thousand."""

REDIRECTS = range(300, 400)


class Careful(HTTPAdapter):
    """Sends one request and reads its answer at once, within the limits.

    Args:
        clock: for monotonic time.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """As `HTTPAdapter.send`; what the caller says of time limits, proxies and certificates does not count.

        Raises:
            Unavailable: it goes on for too long or leads elsewhere.
            requests.RequestException: no answer.
        """
        until = self._clock.monotonic() + WHOLE_S
        answer = super().send(request, stream=True, timeout=(CONNECT_S, SILENT_S), verify=_authorities(), proxies={})
        try:
            if answer.status_code in REDIRECTS:
                raise Unavailable(f"{_host(request.url)} leads elsewhere; expected an answer")
            answer.raw = io.BytesIO(self._read(answer, until))
        finally:
            self.close()
        return answer

    def _read(self, answer: requests.Response, until: float) -> bytes:
        parts, octets = [], 0
        while part := answer.raw.read1(65_536, decode_content=False):
            parts.append(part)
            octets += len(part)
            if octets > ANSWER_OCTETS_MOST or self._clock.monotonic() > until:
                raise Unavailable(f"{_host(answer.url)} does not come to an end: {octets} octets")
        return b"".join(parts)


def session(clock: Clock, **client: Any) -> OAuth2Session:
    """An OAuth 2.0 client for one exchange; to be closed.

    Args:
        clock: for time limits.
        client: as for `OAuth2Session`.
    """
    made = OAuth2Session(code_challenge_method="S256", **client)
    made.trust_env = False
    made.headers["Accept-Encoding"] = "identity"  # nothing that unfolds into more than it was
    for scheme in ("https://", "http://"):
        made.mount(scheme, Careful(clock) if scheme == "https://" else Refusing())
    return made


class Refusing(HTTPAdapter):
    """For anything but https."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Refuse."""
        raise Unavailable(f"{_host(request.url)} would be asked without TLS")


def asked(host: str, work: Callable[[], T]) -> T:
    """What `work` returns, with the library's errors in our words.

    Raises:
        Unavailable: no answer, no certificate that is trusted, or an answer that is none.
    """
    try:
        return work()
    except AuthlibBaseError:
        raise
    except requests.exceptions.SSLError:
        raise Unavailable(f"{host} has a certificate that is not trusted") from None
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise Unavailable(f"{host} cannot be used: {type(error).__name__}") from None


def document(client: OAuth2Session, url: str, token: str = "", params: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A JSON object.

    Args:
        client: of `session`.
        url: where it is.
        token: access token to show; empty none.
        params: query.

    Raises:
        Unavailable: there is none.
    """
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    answer = asked(_host(url), lambda: client.get(url, headers=headers, params=params, withhold_token=True))
    if answer.status_code != requests.codes.ok:
        raise Unavailable(f"{_host(url)} answered {answer.status_code}")
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Unavailable(f"{_host(url)} answered something else than a JSON object")
    return found


def _authorities() -> str:
    """Whom the system trusts, not whom the library brings along."""
    paths = ssl.get_default_verify_paths()
    return paths.cafile or paths.capath or "/etc/ssl/certs"


def _host(url: str | None) -> str:
    return urlsplit(url or "").hostname or "the provider"
