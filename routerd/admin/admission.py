"""Lets devices in without a portal: by an owner's hand, or because they are on the bypass list.

Called by the guests' section, and by the wiring whenever a device shows itself. What the guest network says about speed and idle
time holds for these devices too.
"""

import logging
from collections.abc import Sequence

from routerd.core.clock import Clock
from routerd.core.errors import Conflict, NotFound, RouterdError
from routerd.core.events import HostSighted, LeaseChanged
from routerd.core.settings import GuestNetwork
from routerd.core.terms import Device, Terms
from routerd.guests.service import Guests
from routerd.sessions.model import Session
from routerd.sessions.service import Sessions

log = logging.getLogger(__name__)

STAFF, BYPASS = "staff", "bypass"

IDLE_S = 3600
"""On a network that has just been taken out of the settings."""


class Admission:
    """Lets devices in.

    Args:
        clock: tells the time.
        networks: the guest networks, for their defaults.
        guests: the devices, and which of them need no portal.
        sessions: opens sessions.
    """

    def __init__(self, clock: Clock, networks: Sequence[GuestNetwork], guests: Guests, sessions: Sessions) -> None:
        self._clock = clock
        self._networks = {network.name: network for network in networks}
        self._guests = guests
        self._sessions = sessions

    def sign_in(self, mac: str, valid_for_s: int, down_kbit: int, up_kbit: int) -> Session:
        """Sign a device in by hand.

        Raises:
            NotFound: it was never seen.
            Conflict: it is online or blocked, or has no address.
            Unavailable: the kernel refused.
        """
        device = self._device(mac)
        if self._sessions.current(mac, device.network) is not None:
            raise Conflict(f"{mac} is online already; give it more time instead")
        now = int(self._clock.now())
        host = self._guests.find(mac)
        login = (host.label if host else "") or mac
        terms = self._terms(STAFF, mac, login, device.network, now, now + valid_for_s, down_kbit, up_kbit)
        return self._sessions.open(terms, device)

    def heard(self, event: HostSighted | LeaseChanged) -> None:
        """Hear of a device; one that needs no portal is let in. Cheap for all others: one look into a set."""
        if event.address and not getattr(event, "gone", False) and self._guests.bypass.holds(event.mac):
            self._let_in(Device(event.mac, event.address, event.network))

    def appeared(self, mac: str) -> None:
        """A device was put on the bypass list: let it in if it is known where it is."""
        try:
            device = self._device(mac)
        except (NotFound, Conflict):
            return
        self._let_in(device)

    def restore(self) -> None:
        """Let in every device of the bypass list whose place is known; at the start."""
        for each in self._guests.bypass.list():
            self.appeared(each.mac)

    def _let_in(self, device: Device) -> None:
        if self._sessions.current(device.mac, device.network) is not None or self._blocked(device.mac):
            return
        terms = self._terms(BYPASS, device.mac, device.mac, device.network, int(self._clock.now()), None, 0, 0)
        try:
            self._sessions.open(terms, device)
        except RouterdError as error:
            log.warning("%s needs no portal, but could not be let in: %s", device.mac, error)

    def _device(self, mac: str) -> Device:
        host = self._guests.find(mac)
        if host is None:
            raise NotFound(f"{mac} was never seen here")
        address = host.address or next(iter(host.addresses6), "")
        if host.blocked:
            raise Conflict(f"{mac} is blocked; unblock it first")
        if not address or host.network not in self._networks:
            raise Conflict(f"{mac} has no address on a guest network yet; connect it to the Wi-Fi first")
        return Device(mac, address, host.network)

    def _blocked(self, mac: str) -> bool:
        host = self._guests.find(mac)
        return host is not None and host.blocked

    def _terms(
        self, kind: str, mac: str, login: str, network: str, starts_at: int, ends_at: int | None, down_kbit: int, up_kbit: int
    ) -> Terms:
        there = self._networks.get(network)
        return Terms(
            kind=kind,
            subject=mac,
            login=login,
            starts_at=starts_at,
            ends_at=ends_at,
            down_kbit=down_kbit or (there.down_kbit if there else 0),
            up_kbit=up_kbit or (there.up_kbit if there else 0),
            idle_timeout_s=there.idle_timeout_s if there else IDLE_S,
        )
