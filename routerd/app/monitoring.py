"""Telemetry and what the admin page shows of it, put together; and what has to run for them."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from routerd.admin.admission import Admission
from routerd.admin.board import Board
from routerd.admin.data import Data
from routerd.admin.streams import Streams
from routerd.admin.table import Table
from routerd.core.clock import Clock
from routerd.core.jobs import Jobs
from routerd.core.settings import Settings
from routerd.guests.service import Guests
from routerd.preferences.service import Preferences
from routerd.sessions.service import Sessions
from routerd.sheets.printer import Printer
from routerd.store.database import Store
from routerd.telemetry.service import Outlook, Telemetry

if TYPE_CHECKING:  # a box that is no gateway does not load these
    from routerd.network.service import Network

RESOLV = Path("/etc/resolv.conf")


def watch(
    preferences: Preferences,
    clock: Clock,
    store: Store,
    sessions: Sessions,
    guests: Guests,
    outlook: Outlook | None,
    printer: Printer,
) -> Data:
    """Everything that watches, and lets in by hand."""
    settings = preferences.settings
    telemetry = Telemetry(store, clock, sessions.count, outlook)
    return Data(
        current=lambda: preferences.settings,
        jobs=Jobs(clock),
        printer=printer,
        telemetry=telemetry,
        admission=Admission(clock, settings.guest, guests, sessions),
        table=Table(clock, sessions, guests),
        board=Board(settings, clock, sessions, guests, telemetry),
        streams=Streams(clock),
        erase=partial(_erase, store),
    )


def _erase(store: Store, _names: Sequence[str], macs: Sequence[str]) -> None:
    """Have RADIUS forget a person's devices, whether or not it is switched on now."""
    from routerd.radius.erase import erase as erase_radius

    erase_radius(store, macs)


def outlook(settings: Settings, network: "Network") -> Outlook:
    """What telemetry sees of the outside on a gateway."""
    from routerd.kernel.uplink import Uplink

    assert settings.uplink is not None
    named = [server for each in settings.guest for server in each.dns_upstream]
    return Outlook(settings.uplink.interface, Uplink(settings.uplink.interface), lambda: named or resolvers(), network.pools)


def resolvers(path: Path = RESOLV) -> list[str]:
    """The system's name servers; none when nobody knows."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return [words[1] for words in map(str.split, lines) if len(words) > 1 and words[0] == "nameserver"]
