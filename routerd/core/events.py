"""What has happened, as typed frozen values in the past tense, and the bus that hands them over.

Events are handed over in the publisher's thread. Inside `Store.write` that is the transaction that made them true, so a row
written by a handler (the login log) is committed with the fact or not at all. A handler therefore only writes rows, or
registers `Store.after_commit` work; it never waits for the outside. What a handler raises is logged and hurts nobody else.
`app.wiring` holds the one table of who hears what.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from routerd.core.terms import Device

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A session was opened.

    Attributes:
        session_id: the session's row.
        kind: sign-in method.
        subject: grant holder within `kind`.
        login: name shown.
        device: who signed in.
        resumed: True when the device came back within a living grant without signing in again.
    """

    session_id: int
    kind: str
    subject: str
    login: str
    device: Device
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """A session was closed.

    Attributes:
        reason: ``logout``, ``kicked``, ``expired``, ``data-limit``, ``idle``, ``replaced``, ``removed``,
            ``failed`` (the kernel did not take it).
        down_octets: the session's download as last read; its row gets what the kernel counted until it stopped.
        up_octets: likewise for what the device sent.
    """

    session_id: int
    kind: str
    subject: str
    login: str
    device: Device
    reason: str
    down_octets: int
    up_octets: int


@dataclass(frozen=True, slots=True)
class LoginRefused:
    """A sign-in was turned down; `reason` is `Denied.reason`, or ``limited``."""

    kind: str
    login: str
    device: Device
    reason: str


@dataclass(frozen=True, slots=True)
class LeaseChanged:
    """DHCP gave, renewed or took back an address.

    Attributes:
        network: guest network name.
        mac: device.
        address: IPv4 or IPv6 address.
        hostname: as the device calls itself; may be empty and is never to be trusted.
        ends_at: seconds since the epoch; None for an endless lease.
        gone: True when the lease ended or was released.
        requested_options: DHCP option 55 as ``1,3,6,…``: the fingerprint; empty unknown.
        vendor_class: DHCP option 60; empty unknown.
    """

    network: str
    mac: str
    address: str
    hostname: str = ""
    ends_at: int | None = None
    gone: bool = False
    requested_options: str = ""
    vendor_class: str = ""


@dataclass(frozen=True, slots=True)
class HostSighted:
    """A packet on a guest network told something about a device.

    Attributes:
        network: guest network name.
        mac: sender.
        address: IPv4 or IPv6 address that it claimed; empty when the packet told none.
        hostname: name that it gave; empty when none.
        requested_options: DHCP option 55; empty when none.
        vendor_class: DHCP option 60; empty when none.
        claims: True when the packet is one that binds the address (ARP, ND, DHCP), not merely uses it.
    """

    network: str
    mac: str
    address: str = ""
    hostname: str = ""
    requested_options: str = ""
    vendor_class: str = ""
    claims: bool = False


@dataclass(frozen=True, slots=True)
class CloneSuspected:
    """A second device seems to use a signed-in device's MAC address; `evidence` says what was seen."""

    device: Device
    evidence: str


@dataclass(frozen=True, slots=True)
class VoucherAdded:
    """A voucher was made."""

    voucher_id: int
    username: str


@dataclass(frozen=True, slots=True)
class VoucherRemoved:
    """A voucher was removed; whoever removed it ends its sessions in the same transaction."""

    voucher_id: int
    username: str


Handler = Callable[[Any], None]


class Bus:
    """Hands each event to its handlers in the order of the table."""

    def __init__(self) -> None:
        self._table: Mapping[type, Sequence[Handler]] = {}

    def connect(self, table: Mapping[type, Sequence[Handler]]) -> None:
        """Say who hears what; called once, by the wiring, when every service exists.

        Args:
            table: event type to handlers; a type that is missing is heard by nobody.
        """
        self._table = dict(table)

    def publish(self, event: object) -> None:
        """Hand `event` over; returns when every handler has had it."""
        for handler in self._table.get(type(event), ()):
            try:
                handler(event)
            except Exception:
                log.exception("a handler of %s failed", type(event).__name__)
