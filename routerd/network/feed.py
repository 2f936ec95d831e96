"""Hears of lease changes: live through a FIFO that dnsmasq's lease script writes into, and from the lease files themselves.

The files are the truth; the FIFO is quick. What the FIFO lost (it was full, or nobody listened) the next look at the file makes good.
"""

import contextlib
import logging
import os
import select
import stat
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from routerd.core.clock import Clock
from routerd.core.events import LeaseChanged
from routerd.core.settings import GuestNetwork
from routerd.network.leases import parse_file, parse_record, records

log = logging.getLogger(__name__)

READ_OCTETS = 65_536
OLD = b"aold\0"
"""How a record of a lease begins that is not new. When dnsmasq starts it makes one for every lease of its file: ten thousand records
that say nothing which the file has not said. A renewal is told from them by its new end."""

COMPARE_S = 30.0
"""Seconds between looks at lease files that were changed since the last look."""

ROUND_S = 0.5
SETTLED_S = 1.0
"""A lease file that was written longer ago is complete."""

SETTLE_S, SETTLE_TRIES = 0.03, 20
"""A younger one is read again until nothing changes any more: ten thousand leases take dnsmasq about 10 ms to write."""


@dataclass(slots=True)
class _Source:
    network: GuestNetwork
    fifo: Path
    leases: Path
    descriptor: int = -1
    rest: bytes = b""
    read_at: int = -1


class LeaseFeed:
    """Tells of lease changes; a Part, started before dnsmasq.

    Args:
        sources: network, FIFO and lease file of each network with our DHCP.
        clock: wall time, to tell leases that have ended.
        changed: told of each change, on the feed's thread or on that of whoever calls `compare`.
        known: asked for the (mac, address) pairs that count as leased on a network.
    """

    name = "leases"

    def __init__(
        self,
        sources: Sequence[tuple[GuestNetwork, Path, Path]],
        clock: Clock,
        changed: Callable[[LeaseChanged], None],
        known: Callable[[str], set[tuple[str, str]]],
    ) -> None:
        self._sources = [_Source(network, fifo, leases) for network, fifo, leases in sources]
        self._clock = clock
        self._changed = changed
        self._known = known
        self._ends: dict[tuple[str, str, str], int | None] = {}
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stopping.clear()
        for source in self._sources:
            source.descriptor = _open_fifo(source.fifo)
        if self._sources:
            self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=2)
            self._thread = None
        for source in self._sources:
            if source.descriptor >= 0:
                os.close(source.descriptor)
                source.descriptor = -1

    def current(self, network: str) -> list[LeaseChanged]:
        """The leases of a network that have not ended, from its file."""
        now = self._clock.now()
        leases = [
            lease
            for source in self._sources
            if source.network.name == network
            for lease in parse_file(network, self._text(source.leases))
            if lease.ends_at is None or lease.ends_at > now
        ]
        self._ends.update((_key(lease), lease.ends_at) for lease in leases)
        return leases

    def compare(self, network: str) -> None:
        """Read a network's lease file and tell of everything in which it differs from what is known."""
        known = self._known(network)  # first: what is learned while the file is read must not count as gone
        there = {(lease.mac, lease.address): lease for lease in self.current(network)}
        for mac, address in known - there.keys():
            self._tell(LeaseChanged(network=network, mac=mac, address=address, gone=True))
        for pair in there.keys() - known:
            self._tell(there[pair])

    def _text(self, path: Path) -> str:
        """The file as a whole: dnsmasq empties it and writes it anew at each change, and half a file would end the other half's leases."""
        text = _read(path)
        for _ in range(SETTLE_TRIES):
            changed_at = _modified(path)
            if self._clock.now() - changed_at / 1e9 > SETTLED_S:
                break
            self._stopping.wait(SETTLE_S)
            before, text = text, _read(path)
            if text == before and _modified(path) == changed_at:
                break
        return text

    def _run(self) -> None:
        due = self._clock.monotonic() + COMPARE_S
        by_descriptor = {source.descriptor: source for source in self._sources}
        while not self._stopping.is_set():
            ready, _, _ = select.select(list(by_descriptor), [], [], ROUND_S)
            for descriptor in ready:
                self._receive(by_descriptor[descriptor])
            if self._clock.monotonic() >= due:
                due = self._clock.monotonic() + COMPARE_S
                self._look()

    def _look(self) -> None:
        for source in self._sources:
            changed_at = _modified(source.leases)
            if changed_at != source.read_at:
                source.read_at = changed_at
                self.compare(source.network.name)

    def _receive(self, source: _Source) -> None:
        try:
            octets = os.read(source.descriptor, READ_OCTETS)
        except BlockingIOError:
            return
        whole, source.rest = records(source.rest + octets)
        for raw in whole:
            lease = parse_record(source.network.name, raw)
            if lease is None:
                log.warning("%s: a lease record that is none was skipped", source.network.name)
            elif lease.ends_at is not None and lease.ends_at <= self._clock.now():
                self._tell(replace(lease, gone=True))
            elif not (raw.startswith(OLD) and lease.ends_at is not None and self._ends.get(_key(lease)) == lease.ends_at):
                self._tell(lease)

    def _tell(self, lease: LeaseChanged) -> None:
        if lease.gone:
            self._ends.pop(_key(lease), None)
        else:
            self._ends[_key(lease)] = lease.ends_at
        try:
            self._changed(lease)
        except Exception:
            log.exception("a lease change of %s was not dealt with", lease.mac)


def _key(lease: LeaseChanged) -> tuple[str, str, str]:
    return lease.network, lease.mac, lease.address


def _open_fifo(path: Path) -> int:
    """Make it unless it is there, and hold both ends: a script that opens it must not wait, nor we when the last script goes."""
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISFIFO(path.stat().st_mode):
            path.unlink()
    path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.mkfifo(path, 0o600)
    return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _modified(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return -1
