"""The services that every box has, gateway or not, made in the order in which they need one another."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from routerd.admin.data import Data
from routerd.app import monitoring
from routerd.app.preferring import prefer
from routerd.brand.service import Brands
from routerd.core.clock import Clock
from routerd.core.events import Bus
from routerd.core.settings import Settings
from routerd.guests.ports import Barrier, Ports
from routerd.guests.service import Guests
from routerd.identity.accounts import Accounts
from routerd.identity.accounts import furnish as accounts
from routerd.identity.audit import Audit
from routerd.identity.seal import Box
from routerd.identity.service import ApiAccess
from routerd.kernel.asides import Asides
from routerd.portal.languages import NAMES
from routerd.preferences.service import Preferences
from routerd.sessions.ports import Gate
from routerd.sessions.service import Sessions
from routerd.sheets.printer import Printer
from routerd.store.database import Store
from routerd.telemetry.service import Outlook
from routerd.vouchers.service import Vouchers
from routerd.web.limits import Attempts


@dataclass(frozen=True, slots=True)
class House:
    """The services by name."""

    settings: Settings
    clock: Clock
    bus: Bus
    store: Store
    access: ApiAccess
    audit: Audit
    accounts: Accounts
    vouchers: Vouchers
    sessions: Sessions
    guests: Guests
    preferences: Preferences
    brands: Brands
    data: Data
    asides: Asides


class Kernel(Gate, Barrier, Protocol):
    """What sessions and guests need of the firewall, in one."""


def furnish(
    settings: Settings,
    clock: Clock,
    bus: Bus,
    store: Store,
    kernel: Kernel,
    ports: Ports,
    preferences: Preferences | None = None,
    outlook: Outlook | None = None,
) -> House:
    """Make the services.

    Args:
        settings: verified.
        clock: for all of them.
        bus: not yet connected.
        store: open.
        kernel: the firewall, or what stands in its place.
        ports: tells behind which port a device is.
        preferences: what `settings` came out of; None: made now.
        outlook: what telemetry sees of the outside; None on a box that is no gateway.
    """
    sessions = Sessions(store, kernel, clock, bus)
    guests = Guests(
        store,
        clock,
        bus,
        activity=lambda: {(each.session.device.mac, each.session.device.network): each.idle_s for each in sessions.online()},
        signed_in=lambda mac, network: sessions.current(mac, network) is not None,
        barrier=kernel,
        ports=ports,
    )
    box = Box(Path(settings.daemon.key_file))
    access, audit = ApiAccess(store, clock, Path(settings.daemon.key_file)), Audit(store, clock)
    preferences = preferences or prefer(settings, clock, store)
    asides = Asides(clock)
    lan = [settings.lan.address.network] if settings.lan else []
    return House(
        settings=settings,
        clock=clock,
        bus=bus,
        store=store,
        access=access,
        audit=audit,
        accounts=accounts(store, clock, box, audit, access, partial(Attempts, clock), lan),
        vouchers=Vouchers(store, clock, bus, settings.vouchers),
        sessions=sessions,
        guests=guests,
        preferences=preferences,
        brands=Brands(store, clock, tuple(NAMES), [network.name for network in settings.guest]),
        data=monitoring.watch(preferences, clock, store, sessions, guests, outlook, Printer(asides.sheets)),
        asides=asides,
    )
