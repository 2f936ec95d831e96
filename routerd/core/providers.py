"""Settings of sign-in with somebody else's account: [[oidc]] and [portal.social]."""

from dataclasses import dataclass

from routerd.core.grants import GrantSettings
from routerd.core.knobs import knob


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """[[oidc]]: one provider of accounts."""

    name: str = knob(why="short name: lower-case letters, digits, -; at most 32")


@dataclass(frozen=True, slots=True)
class SocialSettings(GrantSettings):
    """[portal.social]: what a guest with such an account gets."""
