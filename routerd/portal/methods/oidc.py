"""Sign-in with an account of any provider that speaks OpenID Connect; one button for each."""

from routerd.portal.methods.account import AccountMethod


class OidcMethod(AccountMethod):
    """The providers of [[oidc]]."""

    name = "oidc"
    template = "oidc.tpl"
