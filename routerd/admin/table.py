"""The guests' table: devices joined with sessions as compact rows, and which of them changed since a listener last looked.

Kept in memory once for all listeners. Nothing is computed while nobody asks; who asks again within a moment gets what is there.
Rows are compared with their predecessors, so a listener is sent what differs and nothing else, with ten thousand guests online too.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Protocol

from routerd.core.clock import Clock
from routerd.guests.model import Host, state_of
from routerd.sessions.model import Online

COLUMNS = (
    *("mac", "network", "address", "name", "hostname", "vendor", "os", "state", "bypass", "login", "kind", "since", "until"),
    *("down", "up", "down_left", "up_left", "last_seen", "first_seen"),
)

Row = tuple[object, ...]

FRESH_S = 1.5
COST_SHARE = 20
"""A look is followed by a pause of so many times its own cost: listeners take at most a twentieth of one core."""

FIRST_S = 10.0
"""Age of the counts that a list may begin with: accounting reads them every few seconds, and asking the kernel for ten thousand takes
longer than anything else about the list."""

SEEN_S = 60
"""When a device was last seen is told to the minute, or every row would change all the time."""

GONE_MOST = 1000
"""Devices remembered as gone; a listener who missed more gets all rows anew."""


class Sessions(Protocol):
    """`sessions.service.Sessions`."""

    def online(self, within_s: float = ...) -> Sequence[Online]: ...


class Bypass(Protocol):
    """`guests.bypass.Bypass`."""

    def holds(self, mac: str) -> bool: ...


class Guests(Protocol):
    """`guests.service.Guests`."""

    @property
    def bypass(self) -> Bypass: ...

    def known(self) -> Sequence[Host]: ...


@dataclass(frozen=True, slots=True)
class Delta:
    """What a listener lacks.

    Attributes:
        revision: to ask with the next time.
        reset: `rows` are all there are.
        rows: those that are new or differ; with `reset` those seen last first.
        gone: MAC addresses of rows that are no more.
    """

    revision: int
    reset: bool
    rows: Sequence[Row]
    gone: Sequence[str]


class Table:
    """The table.

    Args:
        clock: tells how old what is known is.
        sessions: who is online.
        guests: the devices.
    """

    def __init__(self, clock: Clock, sessions: Sessions, guests: Guests) -> None:
        self._clock = clock
        self._sessions = sessions
        self._guests = guests
        self._lock = threading.Lock()
        self._rows: dict[str, Row] = {}
        self._changed: OrderedDict[str, int] = OrderedDict()  # what changed last stands last
        self._gone: OrderedDict[str, int] = OrderedDict()
        self._revision = 0
        self._floor = 0
        self._due = float("-inf")

    def all(self) -> list[Row]:
        """Every row as it is now, the devices seen last first."""
        with self._lock:
            self._refresh(FIRST_S)
            return list(reversed(self._rows.values()))

    def row(self, mac: str) -> Row | None:
        """One device's row as it is now."""
        with self._lock:
            self._due = float("-inf")
            self._refresh()
            return self._rows.get(mac)

    def since(self, revision: int) -> Delta:
        """What changed since a revision; everything for one that is too old, or 0."""
        with self._lock:
            self._refresh(FRESH_S if revision else FIRST_S)
            if revision <= self._floor:
                return Delta(self._revision, True, list(reversed(self._rows.values())), ())
            newer = [mac for mac, _ in takewhile(lambda each: each[1] > revision, reversed(self._changed.items()))]
            gone = [mac for mac, _ in takewhile(lambda each: each[1] > revision, reversed(self._gone.items()))]
            return Delta(self._revision, False, [self._rows[mac] for mac in newer], gone)

    def _refresh(self, within_s: float = FRESH_S) -> None:
        began = self._clock.monotonic()
        if began < self._due:
            return
        self._look(within_s)
        ended = self._clock.monotonic()
        self._due = ended + max(FRESH_S, COST_SHARE * (ended - began))

    def _look(self, within_s: float) -> None:
        online = {(each.session.device.mac, each.session.device.network): each for each in self._sessions.online(within_s)}
        now, before = self._clock.now(), self._rows
        revision = self._revision + 1
        rows = {str(row[0]): row for row in _rows(self._guests.known(), online, self._guests.bypass, now)}
        for mac, row in rows.items():
            if before.get(mac) != row:
                self._changed[mac] = revision
                self._changed.move_to_end(mac)
                self._gone.pop(mac, None)
        for mac in before.keys() - rows.keys():
            self._changed.pop(mac, None)
            self._gone[mac] = revision
        while len(self._gone) > GONE_MOST:
            self._floor = max(self._floor, self._gone.popitem(last=False)[1])
        self._rows = rows
        self._revision = max(revision, 1)


def _rows(hosts: Sequence[Host], online: Mapping[tuple[str, str], Online], bypass: Bypass, now: float) -> Iterator[Row]:
    for host in hosts:
        entry = online.get((host.mac, host.network))
        idle_s = None if entry is None else entry.idle_s
        seen = host.last_seen if idle_s is None else max(host.last_seen, int(now - idle_s))
        yield (
            *(host.mac, host.network, host.address, host.label, host.hostname, host.vendor, host.os_guess),
            state_of(blocked=host.blocked, idle_s=idle_s, unseen_s=now - seen),
            bypass.holds(host.mac),
            *(_NOBODY if entry is None else _session(entry)),
            seen // SEEN_S * SEEN_S,
            host.first_seen,
        )


_NOBODY = (None,) * 8


def _session(entry: Online) -> Row:
    session = entry.session
    grant = session.grant
    left = (entry.down_left_octets, entry.up_left_octets)
    return (grant.login, grant.kind, session.started_at, grant.ends_at, entry.down_octets, entry.up_octets, *left)
