"""The protections beside the rule sets, put together: bans, access lists, counters, custom rules, the guard against scans, countries.

Loaded only with [edge]. The management API finds their verbs here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import ip_interface
from typing import TYPE_CHECKING

from routerd.acl.service import Lists
from routerd.bans.service import Bans
from routerd.cc.service import Counters
from routerd.core.clock import Clock
from routerd.core.endpoints import listen_address
from routerd.core.parts import Part
from routerd.core.settings import Settings
from routerd.customrules.service import Conditions
from routerd.defence.building import Protections
from routerd.geo.service import Countries
from routerd.kernel.interfaces import interfaces
from routerd.scanguard.service import Errors
from routerd.store.database import Store

if TYPE_CHECKING:
    from routerd.bans.ports import Walls
    from routerd.cc.ports import Seal
    from routerd.waf.automaton import Finder
    from routerd.waf.regex.pattern import Pattern

Raise = Callable[[Sequence[int]], "Walls"]
"""Makes what drops packets to these ports in the kernel."""


class Shields:
    """The protections of one box.

    Args:
        settings: verified, with [edge].
        store: open.
        clock: for all of them.
        seal: seals what the store shall not tell.
        raised: makes walls; None: the kernel is left alone.
    """

    def __init__(self, settings: Settings, store: Store, clock: Clock, seal: "Seal", raised: Raise | None) -> None:
        ports = _ports(settings)
        walls = raised(ports) if raised is not None and settings.bans.kernel and ports else None
        proxies = settings.edge.trusted_proxies if settings.edge else ()
        self.countries = Countries(settings.geo.file)
        self.bans = Bans(store, clock, proxies, _own, walls)
        self.lists = Lists(store, clock, _pattern, _finder, self.countries, self.bans)
        self.counters = Counters(store, clock, self.bans, settings.cc, seal)
        self.conditions = Conditions(store, clock, _pattern, _finder)
        self.errors = Errors(settings.scanguard, clock, self.bans)

    def protections(self) -> Protections:
        """What the defence asks."""
        return Protections(self.bans, self.lists, self.counters, self.conditions, self.errors)

    def told(self) -> str:
        """Who is kept out, for `routerd status`."""
        return f"{len(self.bans.listing())}{', dropped in the kernel' if self.bans.walled else ''}"

    def parts(self) -> list[Part]:
        """What has to run, in this order, after the store and before the edge."""
        return [*self.countries.parts(), *self.bans.parts(), *self.counters.parts()]


def _pattern(text: str) -> "Pattern":
    """A compiled expression: of the engine only what rules need is loaded, once there are such rules."""
    from routerd.waf.regex.pattern import Pattern

    return Pattern(text)


def _finder(bits: Mapping[bytes, int]) -> "Finder":
    from routerd.waf.automaton import Finder

    return Finder(bits)


def _ports(settings: Settings) -> list[int]:
    if settings.edge is None:
        return []
    return [port for _host, port in map(listen_address, (*settings.edge.http, *settings.edge.https))]


def _own() -> Iterable[str]:
    """Addresses of this machine."""
    return [str(ip_interface(address).ip) for each in interfaces() for address in each.addresses]
