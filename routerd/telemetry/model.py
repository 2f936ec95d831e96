"""Samples and alerts, as frozen values, and the arithmetic about them. Pure: time and readings are passed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MINUTE_S, HOUR_S = 60, 3600

MINUTES_KEPT_S = 25 * HOUR_S
"""A day and a little, so that a chart of 24 hours is whole."""

HOURS_KEPT_S = 32 * 24 * HOUR_S

SPANS = {"day": (MINUTE_S, 24 * HOUR_S), "month": (HOUR_S, 31 * 24 * HOUR_S)}
"""Chart to its step and its length in seconds."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What passed the uplink in one step; `at` is when the step began, in seconds since the epoch.

    Attributes:
        online: the most guests at once.
    """

    at: int
    down_octets: int
    up_octets: int
    online: int


@dataclass(frozen=True, slots=True)
class Speed:
    """Kbit/s through the uplink, towards guests and from them."""

    down_kbit: int = 0
    up_kbit: int = 0


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that the owner should know, for as long as it is so.

    Attributes:
        id: the same for as long as it is the same trouble.
        kind: ``wan``, ``pool``, ``clone``, ``disk``, ``accounting``, ``restarted``.
        level: ``info``, ``warning``, ``error``.
        since: seconds since the epoch.
        values: what the words are made of.
        text: the words, in English.
    """

    id: str
    kind: str
    level: str
    since: int
    values: Mapping[str, object] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, slots=True)
class Wan:
    """The way to the internet.

    Attributes:
        state: ``up``, ``down``, ``unknown``.
        carrier: whether there is a link; None unknown.
        route: whether a default route leads out; None unknown.
        dns: whether a name server answers; None unknown.
        since: since when `state` is what it is, in seconds since the epoch.
    """

    state: str = "unknown"
    carrier: bool | None = None
    route: bool | None = None
    dns: bool | None = None
    since: int = 0


def state_of(carrier: bool | None, route: bool | None, dns: bool | None) -> str:
    """The state of the uplink: down when anything is known to be missing, up when all is known to be there."""
    known = (carrier, route, dns)
    if False in known:
        return "down"
    return "unknown" if carrier is None or route is None else "up"


def grown(before: int, now: int) -> int:
    """How far a counter got; one that is smaller than before began anew."""
    return now - before if now >= before else now


def step_of(now: float, step_s: int) -> int:
    """When the step that holds `now` began."""
    return int(now // step_s) * step_s
