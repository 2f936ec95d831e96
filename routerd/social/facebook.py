"""Facebook: OAuth 2.0 and the Graph API, for it has no OpenID Connect that says the same as its profile.

Addresses without a version are those of the oldest version that the app may use, which Facebook moves along by itself.
"""

import logging
from typing import Any, cast

from authlib.common.errors import AuthlibBaseError

from routerd.core import tokens
from routerd.core.clock import Clock
from routerd.core.errors import Denied
from routerd.core.providers import FACEBOOK, FacebookSettings, host_of
from routerd.social import web
from routerd.social.model import Identity, identity_of
from routerd.social.oidc import CODE_MOST
from routerd.social.pending import Begun

log = logging.getLogger(__name__)

FIELDS = "id,name,email"


class Facebook:
    """The provider.

    Args:
        settings: [portal.social.facebook].
        clock: for time limits.
    """

    kind = FACEBOOK
    name = FACEBOOK
    label = "Facebook"
    is_known = True

    def __init__(self, settings: FacebookSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    def hosts(self) -> set[str]:
        """Where its sign-in pages are."""
        return {host_of(self._settings.dialog_url)}

    def address(self, begun: Begun, state: str) -> str:
        """Where the guest is sent."""
        url, _ = self._client(begun).create_authorization_url(self._settings.dialog_url, state=state, code_verifier=begun.verifier)
        return cast("str", url)

    def identity(self, code: str, begun: Begun, issuer: str | None) -> Identity:
        """Exchange a code for who the guest is. Facebook does not name itself in answers, so `issuer` is not looked at.

        Raises:
            Denied: what came back proves nothing.
            Unavailable: Facebook does not answer.
        """
        del issuer
        own = self._settings
        try:
            token = web.token(self._client(begun), own.token_url, code[:CODE_MOST], begun.verifier)
        except AuthlibBaseError as error:
            raise _refused(f"it refuses the code: {error}") from None
        access = token.get("access_token")
        if not isinstance(access, str) or not access:
            raise _refused("there is no access token")
        # Proves that the token is used by the app that it was given to (Graph API, "Secure Requests").
        proof = {"fields": FIELDS, "appsecret_proof": tokens.sign(own.app_secret.encode(), access)}
        told = web.document(self._clock, own.profile_url, access, proof)
        account = told.get("id")
        if not isinstance(account, str) or not 0 < len(account) <= 255:
            raise _refused("it names nobody")
        return identity_of(self.name, told, account)

    def _client(self, begun: Begun) -> Any:
        own = self._settings
        return web.client(
            self._clock,
            client_id=own.app_id,
            client_secret=own.app_secret,
            token_endpoint_auth_method="client_secret_post",  # noqa: S106 - the name of a way, not a secret
            scope=" ".join(own.scopes),
            redirect_uri=begun.redirect_uri,
        )


def _refused(why: str) -> Denied:
    log.warning("sign-in with Facebook refused: %s", why)
    return Denied("Your account could not be confirmed. Please try again.", "unconfirmed")
