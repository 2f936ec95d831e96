"""One provider that speaks OpenID Connect: authorization code with PKCE, and an ID token that is believed only when all of it is right.

What is found about a provider (metadata, keys) is kept for a while, so that a sign-in costs the exchange of a code and no more. The
clock may differ from the provider's by LEEWAY_S. Only signatures by a key pair count: neither ``none`` nor a shared secret.
"""

import logging
import threading
from typing import Any, cast

from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from routerd.core.clock import Clock
from routerd.core.errors import Denied, RouterdError, Unavailable
from routerd.core.providers import ProviderSettings, host_of
from routerd.social import web
from routerd.social.model import Endpoints, Identity, endpoints, identity_of
from routerd.social.pending import Begun

log = logging.getLogger(__name__)

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")

LEEWAY_S = 120
"""Seconds by which a provider's clock and ours may differ."""

KEPT_S, KEYS_AGAIN_S, AGAIN_S = 86_400.0, 60.0, 5.0
"""Metadata and keys are looked up again after a day; keys that lack the one that signed, once a minute; a provider that did not answer
is left alone for some seconds, so that a queue of guests does not wait for it one after the other."""

CODE_MOST = 4096
TOKEN_MOST = 65_536
"""Characters of a code and of an ID token that are looked at."""


class OpenId:
    """The provider.

    Args:
        settings: one of [[oidc]].
        clock: judges times.
    """

    kind = "oidc"

    def __init__(self, settings: ProviderSettings, clock: Clock) -> None:
        self.name = settings.name
        self.label = settings.label or settings.name
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._found: Endpoints | None = None
        self._found_at = self._asked_at = float("-inf")
        self._keys: KeySet | None = None
        self._keys_at = float("-inf")

    @property
    def is_known(self) -> bool:
        """Whether its metadata was found once."""
        return self._found is not None

    def hosts(self) -> set[str]:
        """Where its sign-in pages are, as it says.

        Raises:
            Unavailable: it does not answer, or not as a provider does.
        """
        return {host_of(self._endpoints().authorize)}

    def address(self, begun: Begun, state: str) -> str:
        """Where the guest is sent.

        Raises:
            Unavailable: as `hosts`.
        """
        found = self._endpoints()
        client = self._client(found, begun)
        url, _ = client.create_authorization_url(found.authorize, state=state, code_verifier=begun.verifier, nonce=begun.nonce)
        return cast("str", url)

    def identity(self, code: str, begun: Begun, issuer: str | None) -> Identity:
        """Exchange a code for who the guest is.

        Args:
            code: as the guest brought it.
            begun: what the sign-in began with.
            issuer: who the guest says that it comes from (RFC 9207); None when it does not.

        Raises:
            Denied: what came back proves nothing.
            Unavailable: as `hosts`.
        """
        found = self._endpoints()
        if issuer != self._settings.issuer and (issuer is not None or found.says_issuer):
            raise self._refused(f"the guest was sent back by {issuer!r}")
        token = self._exchange(found, code, begun)
        claims = self._judged(token, begun)
        account = str(claims["sub"])
        told = dict(claims)
        if found.profile and not (told.get("email") and told.get("name")):
            told |= self._profile(found, str(token.get("access_token", "")), account)
        return identity_of(self.name, told, account)

    def _exchange(self, found: Endpoints, code: str, begun: Begun) -> dict[str, Any]:
        try:
            return web.token(self._client(found, begun), found.token, code[:CODE_MOST], begun.verifier)
        except AuthlibBaseError as error:
            raise self._refused(f"it refuses the code: {error}") from None

    def _judged(self, token: dict[str, Any], begun: Begun) -> CodeIDToken:
        """The claims of the ID token, every one of which was looked at (OpenID Connect Core 1.0, 3.1.3.7)."""
        text = token.get("id_token")
        if not isinstance(text, str) or len(text) > TOKEN_MOST:
            raise self._refused("there is no ID token")
        own = self._settings
        options: Any = {
            "iss": {"essential": True, "value": own.issuer},
            "aud": {"essential": True, "value": own.client_id},
            "sub": {"essential": True},
        }
        try:
            signed = self._verified(text)
            params = {"nonce": begun.nonce, "client_id": own.client_id, "access_token": token.get("access_token")}
            claims = CodeIDToken(signed.claims, signed.header, options, params)
            claims.validate(int(self._clock.now()), LEEWAY_S)
        except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError) as error:
            raise self._refused(f"its ID token is not right: {error}") from None
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise self._refused("its ID token names nobody")
        return claims

    def _verified(self, text: str) -> jwt.Token:
        """Signature checked by the provider's keys; looked up once more when they do not fit, for keys are exchanged now and then."""
        try:
            return jwt.decode(text, self._key_set(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if self._clock.monotonic() < self._keys_at + KEYS_AGAIN_S:
                raise
        return jwt.decode(text, self._key_set(again=True), algorithms=ALGORITHMS)

    def _profile(self, found: Endpoints, access: str, account: str) -> dict[str, Any]:
        """Name and address, where the ID token lacks them; a guest is not turned away for want of them."""
        try:
            told = web.document(self._clock, found.profile, access)
        except RouterdError as error:
            log.warning("%s: name and address cannot be asked for: %s", self.name, error)
            return {}
        return {key: told[key] for key in ("name", "email", "email_verified") if key in told} if told.get("sub") == account else {}

    def _endpoints(self) -> Endpoints:
        now = self._clock.monotonic()
        with self._lock:
            if self._found is not None and now < self._found_at + KEPT_S:
                return self._found
            if now < self._asked_at + AGAIN_S:
                if self._found is not None:
                    return self._found
                raise Unavailable(f"{self._settings.issuer} did not answer a moment ago")
            self._asked_at = now
        return self._look()

    def _look(self) -> Endpoints:
        """Ask for the metadata; what was known before does for as long as there is no answer."""
        issuer = self._settings.issuer
        try:
            found = endpoints(web.document(self._clock, f"{issuer.rstrip('/')}/.well-known/openid-configuration"), issuer)
        except Unavailable as error:
            if self._found is None:
                raise
            log.warning("%s: going on with what was known: %s", self.name, error)
            return self._found
        with self._lock:
            self._found, self._found_at = found, self._clock.monotonic()
        return found

    def _key_set(self, *, again: bool = False) -> KeySet:
        now = self._clock.monotonic()
        with self._lock:
            if self._keys is not None and not again and now < self._keys_at + KEPT_S:
                return self._keys
        document = web.document(self._clock, self._endpoints().keys)
        try:
            keys = KeySet.import_key_set(cast("Any", document))
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise Unavailable(f"{self._settings.issuer} has no keys that can be used: {error}") from None
        with self._lock:
            self._keys, self._keys_at = keys, now
        return keys

    def _client(self, found: Endpoints, begun: Begun) -> OAuth2Client:
        own = self._settings
        way = "none" if not own.client_secret else "client_secret_post" if found.posts_secret else "client_secret_basic"
        return web.client(
            self._clock,
            client_id=own.client_id,
            client_secret=own.client_secret or None,
            token_endpoint_auth_method=way,
            scope=" ".join(own.scopes),
            redirect_uri=begun.redirect_uri,
        )

    def _refused(self, why: str) -> Denied:
        log.warning("sign-in with %s refused: %s", self.name, why)
        return Denied("Your account could not be confirmed. Please try again.", "unconfirmed")
