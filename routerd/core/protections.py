"""Settings of what protects sites beside the rule sets: [bans], [cc], [scanguard], [geo]."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from routerd.core.knobs import Problem, knob


@dataclass(frozen=True, slots=True)
class BansSettings:
    """[bans]: who is kept out for a while."""

    kernel: bool = knob(True, why="have the kernel drop what banned and blocked addresses send to the edge's ports; needs root")


@dataclass(frozen=True, slots=True)
class CcSettings:
    """[cc]: how often a client may ask."""

    difficulty: int = knob(
        12, why="work of a challenge: each step up doubles it; at 12 a browser tries 33,000 numbers, well below a second", least=4, most=20
    )
    pass_s: int = knob(3600, why="seconds for which a browser that passed a challenge gets no other", least=60, most=604_800)


@dataclass(frozen=True, slots=True)
class ScanGuardSettings:
    """[scanguard]: clients that ask again and again for what they do not get."""

    enabled: bool = knob(True, why="ban them")
    errors: int = knob(30, why="answers with an error status that one client gets in the window before it is banned", least=2, most=100_000)
    window_s: int = knob(10, why="the window, seconds", least=1, most=3600)
    ban_s: int = knob(600, why="how long, seconds", least=1, most=2_592_000)
    statuses: tuple[int, ...] = knob((), why="statuses that count; empty: 400 to 499")
    trusted: tuple[str, ...] = knob((), why="addresses and prefixes of clients that are never banned for it, such as a monitor's")


@dataclass(frozen=True, slots=True)
class GeoSettings:
    """[geo]: where addresses are."""

    file: str = knob("", why="a database in the MaxMind DB format (.mmdb), of countries or cities; empty: nobody knows")


def problems(scanguard: ScanGuardSettings) -> Iterator[Problem]:
    """What is wrong with [scanguard]."""
    for at, status in enumerate(scanguard.statuses):
        if not 400 <= status <= 599:
            yield Problem(f"scanguard.statuses[{at}]", str(status), "an error status from 400 to 599")
    for at, prefix in enumerate(scanguard.trusted):
        try:
            ipaddress.ip_network(prefix)
        except ValueError:
            yield Problem(f"scanguard.trusted[{at}]", f'"{prefix}"', 'an address or a prefix such as "10.1.0.0/16"')
