"""Who somebody is with a provider, and whether what a provider says about itself can be used. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from routerd.core.errors import Unavailable

ACCOUNT_MOST = 95
"""Characters of an account's id as it is kept: with the provider's name it fits into the grant's subject. A longer one (RFC allows 255)
is kept as its fingerprint."""

NAME_MOST, EMAIL_MOST = 128, 254
"""As wide as the columns."""

URL_MOST = 2048
"""Characters of an endpoint's address."""


_HOST = re.compile(r"[a-z0-9._-]{1,253}")


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a provider says that it is.

    Attributes:
        provider: the provider's name in the settings.
        account: the provider's own, lasting id of the account.
        name: as the provider shows it; may be empty.
        email: empty when there is none, or when the provider says that it is not verified.
    """

    provider: str
    account: str
    name: str
    email: str

    @property
    def login(self) -> str:
        """What lists show."""
        return (self.email or self.name or self.account)[:NAME_MOST]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a provider does what.

    Attributes:
        authorize: where guests are sent.
        token: where a code is exchanged.
        keys: its public keys.
        profile: where name and address are told; empty nowhere.
        posts_secret: the client's secret goes into the body, not into the header.
        says_issuer: it names itself when it sends a guest back (RFC 9207).
    """

    authorize: str
    token: str
    keys: str
    profile: str
    posts_secret: bool
    says_issuer: bool


def endpoints(document: Mapping[str, Any], issuer: str) -> Endpoints:
    """Read a provider's metadata (OpenID Connect Discovery 1.0, 3 and 4.3).

    Args:
        document: as it was found below the issuer.
        issuer: as the owner wrote it.

    Raises:
        Unavailable: it is another provider's, or lacks something.
    """
    told = document.get("issuer")
    if told != issuer:
        raise Unavailable(f"{issuer} says that its name is '{str(told)[:URL_MOST]}'; expected the issuer exactly as in the settings")
    ways = document.get("token_endpoint_auth_methods_supported")
    posts = isinstance(ways, list) and "client_secret_basic" not in ways and "client_secret_post" in ways
    return Endpoints(
        authorize=_endpoint(document, "authorization_endpoint", issuer),
        token=_endpoint(document, "token_endpoint", issuer),
        keys=_endpoint(document, "jwks_uri", issuer),
        profile=_endpoint(document, "userinfo_endpoint", issuer) if document.get("userinfo_endpoint") else "",
        posts_secret=posts,
        says_issuer=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _endpoint(document: Mapping[str, Any], name: str, issuer: str) -> str:
    url = document.get(name)
    if not isinstance(url, str) or not is_web_address(url):
        raise Unavailable(f"{issuer} has no usable {name}; expected an https address")
    return url


def is_web_address(url: str) -> bool:
    """Whether it is https, without a name or password in it, and no longer than is sensible."""
    try:
        parts = urlsplit(url)
        whole = parts.scheme == "https" and bool(_HOST.fullmatch(parts.hostname or "")) and parts.username is None and parts.port != 0
    except ValueError:
        return False
    return whole and len(url) <= URL_MOST and url.isascii() and url.isprintable() and " " not in url


def identity_of(provider: str, claims: Mapping[str, Any], account: str) -> Identity:
    """An identity out of claims whose origin has been proven.

    Args:
        provider: name in the settings.
        claims: with ``name``, ``email`` and ``email_verified``, as far as the provider tells them.
        account: the ``sub`` or id.
    """
    kept = account if len(account) <= ACCOUNT_MOST and account.isprintable() else sha256(account.encode()).hexdigest()
    email = "" if claims.get("email_verified") in (False, "false") else line(claims.get("email"), EMAIL_MOST)
    return Identity(provider, kept, line(claims.get("name"), NAME_MOST), email if "@" in email else "")


def line(told: object, most: int) -> str:
    """What a provider says, as one line without what cannot be seen."""
    text = told if isinstance(told, str) else ""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text[: 4 * most]).split())[:most]
