"""Requests to providers: Authlib's client, which `social.wire` sends for, and JSON documents.

What a provider names as its endpoints is asked with this, so it must never be told more than the provider's own business, and what
comes back never reaches a page but as a name and an address.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client

from routerd.core.clock import Clock
from routerd.core.errors import Unavailable
from routerd.core.providers import host_of
from routerd.social import wire
from routerd.social.wire import Answer


class Sender:
    """What Authlib's client takes for an HTTP library: it exchanges codes and nothing else.

    Args:
        clock: for time limits.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def post(self, url: str, data: Mapping[str, str], headers: Mapping[str, str], auth: ClientAuth) -> Answer:
        """Send a form.

        Raises:
            Unavailable: as `wire.exchange`.
        """
        url, ready, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        return wire.exchange(self._clock, "POST", url, ready, body)


def client(clock: Clock, **about: Any) -> OAuth2Client:
    """An OAuth 2.0 client that shows where a code comes from (PKCE).

    Args:
        clock: for time limits.
        about: as for `OAuth2Client`.
    """
    return OAuth2Client(Sender(clock), code_challenge_method="S256", **about)


def token(asking: OAuth2Client, url: str, code: str, verifier: str) -> dict[str, Any]:
    """What a provider gives for a code.

    Args:
        asking: of `client`.
        url: its token endpoint.
        code: as the guest brought it.
        verifier: what the sign-in began with.

    Raises:
        AuthlibBaseError: it refuses the code.
        Unavailable: no answer, or one that is none.
    """
    try:
        return dict(asking.fetch_token(url, code=code, code_verifier=verifier))
    except ValueError:
        raise Unavailable(f"{host_of(url)} answered something else than a JSON object") from None


def document(clock: Clock, url: str, access: str = "", params: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A JSON object.

    Args:
        clock: for time limits.
        url: where it is.
        access: token to show; empty none.
        params: query.

    Raises:
        Unavailable: there is none.
    """
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {access}"} if access else {})
    answer = wire.exchange(clock, "GET", f"{url}{'&' if '?' in url else '?'}{urlencode(params)}" if params else url, headers)
    answer.raise_for_status()
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Unavailable(f"{answer.host} answered something else than a JSON object")
    return found
