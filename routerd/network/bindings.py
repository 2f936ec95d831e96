"""Which MAC address may use which IP address on a guest network. Decides; `network.service` tells kernel and firewall.

Configured and leased addresses are given; IPv6 addresses, and IPv4 where somebody else serves DHCP, are learned from what devices
claim: the first claim wins for as long as its holder is alive. Pure: time is passed in. What can grow is bounded:

    learned IPv4 addresses of one MAC address: LEARNED4_MOST; IPv6: LEARNED6_MOST; one more takes the place of the longest unseen.
    bindings of one network: BINDINGS_MOST; beyond that nothing more is learned until some are forgotten.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

LEARNED4_MOST = 4
LEARNED6_MOST = 16
"""A device makes a new temporary address a day and keeps each for a week (RFC 8981), besides its stable ones."""

BINDINGS_MOST = 50_000

ALIVE_S = 300
"""A holder that was heard within so many seconds keeps its learned address against other claims."""

FORGET_S = 86_400
"""A learned address that was not heard for so long is free again."""


class Source(IntEnum):
    """How a binding came about; a higher one is never displaced by a lower one."""

    LEARNED = 1
    LEASED = 2
    CONFIGURED = 3


class Binding(NamedTuple):
    """One address of one device."""

    network: str
    mac: str
    address: str


@dataclass(slots=True)
class _Held:
    mac: str
    source: Source
    heard_at: float


@dataclass(frozen=True, slots=True)
class Change:
    """What follows from something that happened.

    Attributes:
        bind: to be let through.
        unbind: no longer to be let through; take it back before `bind`.
        conflict: the MAC address that keeps an address which another one claimed; empty: no conflict.
    """

    bind: tuple[Binding, ...] = ()
    unbind: tuple[Binding, ...] = ()
    conflict: str = ""


NOTHING = Change()


class Bindings:
    """The table. Not thread-safe: the service holds a lock."""

    def __init__(self) -> None:
        self._held: defaultdict[str, dict[str, _Held]] = defaultdict(dict)
        self._of: defaultdict[tuple[str, str], set[str]] = defaultdict(set)

    def __iter__(self) -> Iterator[Binding]:
        for network, held in self._held.items():
            for address, holder in held.items():
                yield Binding(network, holder.mac, address)

    def __len__(self) -> int:
        return sum(len(held) for held in self._held.values())

    def holder(self, network: str, address: str) -> str:
        """The MAC address that holds `address`; empty when nobody does."""
        held = self._held[network].get(address)
        return held.mac if held else ""

    def leased(self, network: str) -> set[tuple[str, str]]:
        """Every leased (mac, address) of a network."""
        return {(held.mac, address) for address, held in self._held[network].items() if held.source is Source.LEASED}

    def addresses(self, network: str, mac: str) -> set[str]:
        """Every address that `mac` holds."""
        return set(self._of.get((network, mac), ()))

    def give(self, binding: Binding, source: Source, now: float) -> Change:
        """A configured or leased address: whoever else holds it loses it, unless that one is configured."""
        held = self._held[binding.network].get(binding.address)
        if held is not None and held.mac == binding.mac:
            held.source = max(held.source, source)
            held.heard_at = now
            return NOTHING
        if held is not None and held.source > source:
            return Change(conflict=held.mac)
        lost = (self._drop(binding.network, binding.address),) if held is not None else ()
        return Change(bind=(self._put(binding, source, now),), unbind=lost)

    def take(self, binding: Binding) -> Change:
        """A lease ended. A configured address stays bound."""
        held = self._held[binding.network].get(binding.address)
        if held is None or held.mac != binding.mac or held.source is Source.CONFIGURED:
            return NOTHING
        return Change(unbind=(self._drop(binding.network, binding.address),))

    def claim(self, binding: Binding, now: float) -> Change:
        """A device claims an address that may be learned."""
        held = self._held[binding.network].get(binding.address)
        if held is not None and held.mac == binding.mac:
            held.heard_at = now
            return NOTHING
        if held is not None and (held.source is not Source.LEARNED or now - held.heard_at < ALIVE_S):
            return Change(conflict=held.mac)
        lost = [self._drop(binding.network, binding.address)] if held is not None else []
        lost += self._make_room(binding)
        if len(self._held[binding.network]) >= BINDINGS_MOST:
            return Change(unbind=tuple(lost))
        return Change(bind=(self._put(binding, Source.LEARNED, now),), unbind=tuple(lost))

    def heard(self, binding: Binding, now: float) -> bool:
        """A device used an address.

        Returns:
            True when the address is its own.
        """
        held = self._held[binding.network].get(binding.address)
        if held is None or held.mac != binding.mac:
            return False
        held.heard_at = now
        return True

    def forget(self, now: float) -> Change:
        """Free learned addresses that were not heard for long."""
        old = [
            (network, address)
            for network, table in self._held.items()
            for address, held in table.items()
            if held.source is Source.LEARNED and now - held.heard_at > FORGET_S
        ]
        return Change(unbind=tuple(self._drop(network, address) for network, address in old))

    def _make_room(self, binding: Binding) -> Iterable[Binding]:
        six = ":" in binding.address
        table = self._held[binding.network]
        mine = [
            address
            for address in self._of.get((binding.network, binding.mac), ())
            if (":" in address) == six and table[address].source is Source.LEARNED
        ]
        surplus = len(mine) + 1 - (LEARNED6_MOST if six else LEARNED4_MOST)
        if surplus <= 0:
            return []
        oldest = sorted(mine, key=lambda address: table[address].heard_at)[:surplus]
        return [self._drop(binding.network, address) for address in oldest]

    def _put(self, binding: Binding, source: Source, now: float) -> Binding:
        self._held[binding.network][binding.address] = _Held(binding.mac, source, now)
        self._of[binding.network, binding.mac].add(binding.address)
        return binding

    def _drop(self, network: str, address: str) -> Binding:
        mac = self._held[network].pop(address).mac
        mine = self._of[network, mac]
        mine.discard(address)
        if not mine:
            del self._of[network, mac]
        return Binding(network, mac, address)
