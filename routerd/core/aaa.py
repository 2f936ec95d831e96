"""Settings of the RADIUS client: [radius] and [portal.radius]."""

from dataclasses import dataclass

from routerd.core.grants import GrantSettings
from routerd.core.knobs import knob


@dataclass(frozen=True, slots=True)
class RadiusSettings:
    """[radius]: the server that knows the accounts."""

    servers: tuple[str, ...] = knob((), why='authentication servers, "address:port", asked in this order; empty: none')


@dataclass(frozen=True, slots=True)
class RadiusMethodSettings(GrantSettings):
    """[portal.radius]: what a guest gets where the server's answer leaves it open."""
