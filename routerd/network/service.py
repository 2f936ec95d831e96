"""The network domain's verbs: addresses are set, dnsmasq serves, each guest keeps to its own addresses, and a device has a name.

The wiring starts its parts and lets it hear sightings; the portal asks it which device an address is.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Protocol

from routerd.core.clock import Clock
from routerd.core.errors import NotFound, RouterdError
from routerd.core.events import Bus, HostSighted, LeaseChanged
from routerd.core.parts import Every, Part
from routerd.core.providers import is_name
from routerd.core.providers import names as provider_names
from routerd.core.settings import GuestNetwork, Settings
from routerd.core.terms import Device
from routerd.kernel.links import LinkWatch
from routerd.network import addresses, places
from routerd.network.advertiser import Advertiser, advertisement
from routerd.network.dnsmasq import pool
from routerd.network.feed import LeaseFeed
from routerd.network.garden import WalledGarden
from routerd.network.guard import Guard
from routerd.network.ports import Binder, Garden, Links, Neighbours, Sysctl
from routerd.network.server import Servers, fifo_of, files_of
from routerd.store.database import Store

log = logging.getLogger(__name__)

FORGET_EVERY_S = 600.0


class Firewall(Binder, Garden, Protocol):
    """What is needed of the firewall."""


@dataclass(frozen=True, slots=True)
class Outside:
    """The kernel, as the network domain needs it."""

    links: Links
    neighbours: Neighbours
    sysctl: Sysctl


class Network:
    """Everything about the guest networks but the firewall.

    Args:
        settings: the whole tree; without [[guest]] there is nothing to do.
        store: has the walled garden.
        clock: what time it is.
        bus: `LeaseChanged` is published there.
        firewall: takes bindings and the walled garden's addresses.
        outside: the kernel.
        state_dir: for lease files; they outlive a reboot.
    """

    def __init__(
        self, settings: Settings, store: Store, clock: Clock, bus: Bus, firewall: Firewall, outside: Outside, state_dir: Path
    ) -> None:
        self._settings = settings
        self._bus = bus
        self._outside = outside
        guests, run_dir, https_url = settings.guest, Path(settings.daemon.run_dir), settings.portal.https_url
        self.garden = WalledGarden(store, clock, firewall, self._names_changed)
        self._guard = Guard(guests, clock, firewall, outside.links, outside.neighbours)
        self._providers = provider_names(settings)
        self._servers = Servers(
            *(guests, run_dir, state_dir, https_url, self.garden.names, clock, self._dnsmasq_started),
            providers=lambda: self._providers,
        )
        self._feed = LeaseFeed(_sources(guests, self._servers.directory, state_dir), clock, self._lease_changed, self._guard.leased)
        advertised = [network for network in guests if network.dhcp and network.address6 and https_url]
        self._advertiser = Advertiser(advertised, self._advertisement, clock)
        self._forgetting = Every("forgotten addresses", self._guard.forget, FORGET_EVERY_S)
        self._watch = LinkWatch(self.links_changed)

    def parts(self) -> list[Part]:
        """What has to run, in this order, once `install` was called and the firewall's table is there and `restore` was called."""
        if not self._settings.guest:
            return []
        return [self._feed, self._servers, self._advertiser, self._watch, self._forgetting]

    def install(self) -> None:
        """Set the gateway's own addresses and the kernel settings that guests need.

        Raises:
            Unavailable: the kernel refused.
        """
        addresses.install(self._settings, self._outside.links, self._outside.sysctl)

    def restore(self) -> None:
        """Bind what configuration, lease files and the kernel's own sets say, and hand the walled garden over; at start.

        Raises:
            Unavailable: the kernel did not answer.
        """
        self._guard.restore([lease for network in self._settings.guest for lease in self._feed.current(network.name)])
        self.garden.apply()

    def rebuild(self) -> None:
        """The firewall's table was made anew: restore bindings and walled garden.

        Raises:
            Unavailable: the kernel did not take it.
        """
        self._guard.rebind()
        self.garden.apply()
        self._servers.forget_answers()

    def links_changed(self) -> None:
        """An interface or its addresses changed: put right what is not."""
        try:
            self.install()
            self._guard.rebind()
        except RouterdError as error:
            log.warning("the interfaces are not as they should be: %s", error)

    def device_at(self, address: str) -> Device:
        """Who speaks from an address.

        Args:
            address: IPv4 or IPv6; link-local with its scope (``fe80::1%guest0`` or the interface's number).

        Raises:
            NotFound: it is not on a guest network, or nobody is known to have it.
        """
        try:
            parsed, scope = places.parse(address)
        except ValueError:
            raise NotFound(f"'{address}' is not an address") from None
        network = self._on_interface(scope) if scope else places.network_of(self._settings.guest, parsed)
        if network is None:
            raise NotFound(f"{address} is on none of the guest networks")
        mac = self._mac_of(network, str(parsed))
        if not mac:
            raise NotFound(f"no device is known at {address}")
        return Device(mac, str(parsed), network.name)

    def port_of(self, network: str, mac: str) -> str:
        """The bridge port behind which a device was last heard; empty when its network is no bridge, or nobody knows."""
        found = self._named(network)
        return self._outside.links.port_of(found.interface, mac) if found else ""

    def pools(self) -> dict[str, tuple[int, int]]:
        """Network name to addresses leased and addresses in the pool, of each network with our DHCP."""
        return {network.name: self._pool_use(network) for network in self._settings.guest if network.dhcp}

    def _pool_use(self, network: GuestNetwork) -> tuple[int, int]:
        first, last = pool(network)
        leased = {IPv4Address(address) for _mac, address in self._guard.leased(network.name) if ":" not in address}
        return sum(first <= address <= last for address in leased), int(last) - int(first) + 1

    def status(self) -> dict[str, str]:
        """What to show of the parts: name to words."""
        return {f"dnsmasq {name}": "running" if runs else "down" for name, runs in self._servers.running().items()}

    def leases(self, network: str) -> list[LeaseChanged]:
        """The DHCP leases of a network that have not ended."""
        return self._feed.current(network)

    def pool(self, network: str) -> tuple[IPv4Address, IPv4Address]:
        """First and last address that DHCP gives out there.

        Raises:
            NotFound: there is no such network.
        """
        found = self._named(network)
        if found is None:
            raise NotFound(f"there is no guest network '{network}'")
        return pool(found)

    def serving(self) -> dict[str, bool]:
        """Whether each network's DHCP and DNS server runs, by network."""
        return self._servers.running()

    def restart(self, network: str) -> None:
        """Start a network's DHCP and DNS server anew; leases stay.

        Raises:
            NotFound: there is none for that network.
        """
        self._servers.restart(network)

    def providers_are_at(self, hosts: Iterable[str]) -> None:
        """Providers of accounts were found to have pages there: whoever signs in with them may reach these names too.

        Args:
            hosts: as the providers say; what is no name is left out, for it would go into dnsmasq's configuration.
        """
        known = (*self._providers, *sorted({host for host in hosts if is_name(host)} - set(self._providers)))
        if known != self._providers:
            self._providers = known
            self._servers.names_changed(self.garden.names())

    def host_sighted(self, event: HostSighted) -> None:
        """A packet told of a device."""
        self._guard.sighted(event)

    def _lease_changed(self, lease: LeaseChanged) -> None:
        """Bind or unbind first; then the others hear of it."""
        self._guard.lease_changed(lease)
        self._bus.publish(lease)

    def _dnsmasq_started(self, network: GuestNetwork) -> None:
        if network.dhcp:
            self._feed.compare(network.name)

    def _names_changed(self, names: list[str]) -> None:
        self._servers.names_changed(names)

    def _advertisement(self, network: GuestNetwork) -> bytes:
        mtu = self._outside.sysctl.read(f"net/ipv6/conf/{network.interface}/mtu")
        mac = self._outside.links.hardware(network.interface)
        return advertisement(network, self._settings.portal.https_url, mac, int(mtu) if mtu.isdigit() else 0)

    def _mac_of(self, network: GuestNetwork, address: str) -> str:
        index = self._outside.links.index(network.interface)
        mac = self._outside.neighbours.mac_of(index, address) if index is not None else ""
        return mac or self._guard.holder(network.name, address)

    def _named(self, name: str) -> GuestNetwork | None:
        return next((network for network in self._settings.guest if network.name == name), None)

    def _on_interface(self, scope: str) -> GuestNetwork | None:
        name = self._outside.links.name_of(int(scope)) if scope.isascii() and scope.isdigit() else scope
        return next((network for network in self._settings.guest if network.interface == name), None)


def _sources(networks: Iterable[GuestNetwork], directory: Path, state_dir: Path) -> list[tuple[GuestNetwork, Path, Path]]:
    """Network, FIFO and lease file of each network with our DHCP."""
    return [(network, fifo_of(network, directory), files_of(network, directory, state_dir).leases) for network in networks if network.dhcp]
