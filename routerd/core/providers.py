"""Settings of sign-in with somebody else's account: [[oidc]], [portal.social] and [portal.social.facebook]."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from routerd.core.grants import GrantSettings
from routerd.core.knobs import Problem, knob

if TYPE_CHECKING:
    from routerd.core.settings import Settings

FACEBOOK = "facebook"
"""The provider of that name is built in."""

NAME_MOST = 253
"""Characters of a host's name (RFC 1035)."""

_NAME = re.compile(r"[a-z0-9-]{1,32}")
_HOST = re.compile(r"(?:(?!-)[a-z0-9_-]{1,63}(?<!-)\.)+(?!-)(?![0-9]+$)[a-z0-9-]{1,63}(?<!-)")
_URL = re.compile(r"https://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~%/-]*)?")


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """[[oidc]]: one provider of accounts that speaks OpenID Connect."""

    name: str = knob(why="short name: lower-case letters, digits, -; at most 32; accounts are known by it, so it must stay")
    issuer: str = knob(why='the provider, such as "https://accounts.google.com"; the rest is found there')
    client_id: str = knob(why="what the provider knows this portal by")
    client_secret: str = knob("", why="the password that goes with it; empty: the provider gave none", secret=True)
    label: str = knob("", why="what the button says; empty: the name")
    scopes: tuple[str, ...] = knob(("openid", "email", "profile"), why="what is asked for; openid must be among it")
    domains: tuple[str, ...] = knob((), why="names besides the issuer's own that its sign-in pages need; opened to whoever is signing in")


@dataclass(frozen=True, slots=True)
class FacebookSettings:
    """[portal.social.facebook]: the app at Facebook."""

    app_id: str = knob("", why="the app's id; empty: no sign-in with Facebook")
    app_secret: str = knob("", why="the app's secret", secret=True)
    scopes: tuple[str, ...] = knob(("public_profile", "email"), why="what is asked for")
    domains: tuple[str, ...] = knob(
        ("facebook.com", "facebook.net", "fbcdn.net", "fbsbx.com"), why="names that its sign-in pages need; opened to whoever is signing in"
    )
    dialog_url: str = knob("https://www.facebook.com/dialog/oauth", why="where guests are sent")
    token_url: str = knob("https://graph.facebook.com/oauth/access_token", why="where a code is exchanged")
    profile_url: str = knob("https://graph.facebook.com/me", why="where the account is asked for")


@dataclass(frozen=True, slots=True)
class SocialSettings(GrantSettings):
    """[portal.social]: what a guest with such an account gets."""

    renew_s: int = knob(
        0, why="seconds from a grant's start until the same account may have a new one; 0: when it is over", least=0, most=31_536_000
    )
    devices: int = knob(3, why="devices that may be online at once with one account", least=1, most=1000)
    facebook: FacebookSettings = knob(why="the app at Facebook", factory=FacebookSettings)


def offered(settings: "Settings") -> frozenset[str]:
    """Of ``oidc`` and ``facebook``, the methods that any network offers."""
    methods = {*settings.portal.methods, *(method for network in settings.guest for method in network.portal.methods)}
    return frozenset(methods & {"oidc", FACEBOOK})


def names(settings: "Settings") -> tuple[str, ...]:
    """Names that whoever is signing in may reach, as far as the settings tell: the providers' own and what they need besides."""
    found: list[str] = []
    used, social = offered(settings), settings.portal.social
    for provider in settings.oidc if "oidc" in used else ():
        found += [host_of(provider.issuer), *provider.domains]
    if FACEBOOK in used:
        found += [host_of(social.facebook.dialog_url), *social.facebook.domains]
    return tuple(dict.fromkeys(found))


def is_name(host: str) -> bool:
    """Whether it can be the name of a host that others reach, and nothing else that a line of configuration would take it for."""
    return len(host) <= NAME_MOST and _HOST.fullmatch(host) is not None


def host_of(url: str) -> str:
    """The host of a URL, lower case; empty when there is none."""
    return (urlsplit(url).hostname or "").lower()


def problems(settings: "Settings") -> Iterator[Problem]:
    """What is wrong with them, also with regard to the methods that are offered."""
    used, own = offered(settings) if settings.guest else frozenset(), settings.portal.social.facebook
    if "oidc" in used and not settings.oidc:
        yield Problem("oidc", "nothing", 'at least one provider, since the portal offers "oidc"')
    if FACEBOOK in used and not (own.app_id and own.app_secret):
        yield Problem("portal.social.facebook", "nothing", 'app_id and app_secret, since the portal offers "facebook"')
    yield from _domains("portal.social.facebook", own.domains)
    for key in ("dialog_url", "token_url", "profile_url"):
        yield from _url(f"portal.social.facebook.{key}", getattr(own, key))
    for at, provider in enumerate(settings.oidc):
        taken = [*(each.name for each in settings.oidc[:at]), FACEBOOK]
        yield from _provider(f"oidc[{at}]", provider, taken)


def _provider(key: str, provider: ProviderSettings, taken: Sequence[str]) -> Iterator[Problem]:
    if not _NAME.fullmatch(provider.name):
        yield Problem(f"{key}.name", f'"{provider.name}"', "lower-case letters, digits and -, at most 32")
    if provider.name in taken:
        yield Problem(f"{key}.name", f'"{provider.name}"', f'a name that no other provider has; "{FACEBOOK}" is built in')
    if not provider.client_id:
        yield Problem(f"{key}.client_id", "nothing", "what the provider calls this portal")
    if "openid" not in provider.scopes:
        yield Problem(f"{key}.scopes", " ".join(provider.scopes) or "nothing", '"openid" among them')
    yield from _url(f"{key}.issuer", provider.issuer)
    yield from _domains(key, provider.domains)


def _url(key: str, url: str) -> Iterator[Problem]:
    if not _URL.fullmatch(url) or not is_name(host_of(url)):
        yield Problem(key, f'"{url}"', 'an https address without query, such as "https://accounts.example.com/guests"')


def _domains(key: str, domains: Sequence[str]) -> Iterator[Problem]:
    for at, domain in enumerate(domains):
        if not is_name(domain):
            yield Problem(f"{key}.domains[{at}]", f'"{domain}"', 'a lower-case name such as "example.com"; it stands for all below it too')
