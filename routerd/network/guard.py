"""Each guest speaks from its own addresses only: keeps the table of bindings and makes firewall and neighbour table follow it.

The firewall drops what is not bound. The same pairs are pinned in the kernel's neighbour table, so that no forged ARP or ND answer
diverts a guest's packets. One lock is held over deciding and telling, so that the kernel hears changes in the order of the table.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from routerd.core.clock import Clock
from routerd.core.errors import RouterdError
from routerd.core.events import HostSighted, LeaseChanged
from routerd.core.settings import GuestNetwork
from routerd.core.terms import mac_address
from routerd.network import places
from routerd.network.bindings import Binding, Bindings, Change, Source
from routerd.network.ports import Binder, Links, Neighbours

log = logging.getLogger(__name__)

PROBE_APART_S = 5.0
"""An address that is used but not bound is asked for at most that often."""

CONFLICT_APART_S = 60.0
"""A conflict about the same address with the same device is logged once in so long."""

REMEMBERED_MOST = 4_096
"""Probes and conflicts that are remembered, to hold back their repetitions."""


class Guard:
    """The bindings of all guest networks.

    Args:
        networks: all guest networks.
        clock: for when a holder was last heard.
        firewall: lets through what is bound.
        links: numbers of interfaces.
        neighbours: the kernel's neighbour table.
    """

    def __init__(self, networks: Sequence[GuestNetwork], clock: Clock, firewall: Binder, links: Links, neighbours: Neighbours) -> None:
        self._networks = {network.name: network for network in networks}
        self._clock = clock
        self._firewall = firewall
        self._links = links
        self._neighbours = neighbours
        self._lock = threading.RLock()
        self._bindings = Bindings()
        self._probed: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._complained: OrderedDict[tuple[str, str], float] = OrderedDict()

    def restore(self, leases: Iterable[LeaseChanged]) -> None:
        """Learn what is bound from configuration, leases and the kernel's own sets, and make all three agree; at start.

        Raises:
            Unavailable: the kernel did not answer.
        """
        now = self._clock.monotonic()
        with self._lock:
            held = self._firewall.bindings()
            for network in self._networks.values():
                for static in network.static:
                    self._bindings.give(Binding(network.name, mac_address(static.mac), str(static.address)), Source.CONFIGURED, now)
            for lease in leases:
                self._bindings.give(Binding(lease.network, lease.mac, lease.address), Source.LEASED, now)
            stale = [pair for pair in held if not self._relearn(*pair, now)]
            self.rebind()
            for mac, address in stale:
                network_or_none = places.network_of(list(self._networks.values()), places.parse(address)[0])
                if network_or_none is not None:
                    self._unbind(Binding(network_or_none.name, mac, address))

    def rebind(self) -> None:
        """Tell firewall and neighbour table everything anew: at start, and after the table or an interface was made anew.

        Raises:
            Unavailable: the kernel did not take it.
        """
        with self._lock:
            everything = list(self._bindings)
            self._firewall.bind_many([(binding.network, binding.mac, binding.address) for binding in everything])
            for network in self._networks.values():
                index = self._links.index(network.interface)
                if index is not None:
                    wanted = {(binding.mac, binding.address) for binding in everything if binding.network == network.name}
                    self._neighbours.pin(index, wanted - self._neighbours.pinned(index))

    def lease_changed(self, lease: LeaseChanged) -> None:
        """A lease was given, renewed or ended."""
        binding = Binding(lease.network, lease.mac, lease.address)
        with self._lock:
            given = not lease.gone
            now = self._clock.monotonic()
            self._apply(self._bindings.give(binding, Source.LEASED, now) if given else self._bindings.take(binding), binding)

    def sighted(self, event: HostSighted) -> None:
        """A packet told of a device: learn its address where addresses are learned; ask for one that is used but not bound."""
        network = self._networks.get(event.network)
        if network is None or not event.address:
            return
        try:
            parsed, _ = places.parse(event.address)
        except ValueError:
            return
        binding = Binding(network.name, event.mac, str(parsed))
        now = self._clock.monotonic()
        with self._lock:
            if self._bindings.heard(binding, now) or not places.learnable(network, parsed):
                return
            if event.claims:
                self._apply(self._bindings.claim(binding, now), binding)
            elif _seldom(self._probed, (binding.network, binding.address), now, PROBE_APART_S):
                index = self._links.index(network.interface)
                if index is not None:
                    self._neighbours.probe(index, binding.address)

    def forget(self) -> None:
        """Free learned addresses that were not heard for long; called now and then."""
        with self._lock:
            for binding in self._bindings.forget(self._clock.monotonic()).unbind:
                self._apply(Change(unbind=(binding,)), binding)

    def holder(self, network: str, address: str) -> str:
        """The MAC address that an address is bound to; empty when it is not."""
        with self._lock:
            return self._bindings.holder(network, address)

    def leased(self, network: str) -> set[tuple[str, str]]:
        """Every (mac, address) of a network that is bound by a lease."""
        with self._lock:
            return self._bindings.leased(network)

    def _relearn(self, mac: str, address: str, now: float) -> bool:
        """Whether a pair that the kernel holds is still right; one that was learned before the restart is learned again."""
        parsed, _ = places.parse(address)
        network = places.network_of(list(self._networks.values()), parsed)
        if network is None:
            return False
        if self._bindings.holder(network.name, address) == mac:
            return True
        return places.learnable(network, parsed) and bool(self._bindings.claim(Binding(network.name, mac, address), now).bind)

    def _apply(self, change: Change, wanted: Binding) -> None:
        if change.conflict:
            self._complain(wanted, change.conflict)
        try:
            for binding in change.unbind:
                self._unbind(binding)
            for binding in change.bind:
                self._firewall.bind(binding.network, binding.mac, binding.address)
        except RouterdError as error:
            log.warning("the firewall did not take %s of %s: %s", wanted.address, wanted.mac, error)
        for binding in change.bind:
            index = self._links.index(self._networks[binding.network].interface)
            if index is not None:
                self._neighbours.pin(index, [(binding.mac, binding.address)])

    def _unbind(self, binding: Binding) -> None:
        index = self._links.index(self._networks[binding.network].interface)
        if index is not None:
            self._neighbours.unpin(index, binding.address)
        self._firewall.unbind(binding.network, binding.mac, binding.address)

    def _complain(self, wanted: Binding, holder: str) -> None:
        if _seldom(self._complained, (wanted.mac, wanted.address), self._clock.monotonic(), CONFLICT_APART_S):
            log.warning("%s: %s claims %s, which %s holds; refused", wanted.network, wanted.mac, wanted.address, holder)


def _seldom(times: OrderedDict[tuple[str, str], float], key: tuple[str, str], now: float, apart_s: float) -> bool:
    """Whether `key` was not let through within `apart_s`; remembers the newest REMEMBERED_MOST keys."""
    if now - times.get(key, now - apart_s) < apart_s:
        return False
    times[key] = now
    times.move_to_end(key)
    while len(times) > REMEMBERED_MOST:
        times.popitem(last=False)
    return True
