"""What the owner should know, derived from how things stand: an alert is there for as long as its cause is, and is told once.

Nothing is kept on the disk: after a restart what is still wrong is found again.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from shutil import disk_usage

from routerd.core.clock import Clock
from routerd.core.events import CloneSuspected
from routerd.telemetry.model import Alert, Wan
from routerd.telemetry.ports import Pools

POOL_SHARE = 0.9
CLONE_S = 3600.0
CLONES_MOST = 10
"""Devices told of at once; the one suspected longest ago is left out first."""

DISK_LOW_OCTETS, DISK_OUT_OCTETS = 200 * 1024 * 1024, 20 * 1024 * 1024
"""A year of the log and of sessions takes 50 MB, and a migration's backup as much again."""

RESTARTED_S = 900
LATE_S = 30.0
"""Accounting runs every second or so, at worst every nine; with none for so long something is wrong."""

FRESH_S = 5.0

Source = Callable[[], Iterator[Alert]]


class Alerts:
    """The list.

    Args:
        clock: tells the time.
        wan: how the uplink is; None on a box that is no gateway.
        pools: how full the networks' pools are.
        directory: of the database.
        ran_before: whether an earlier run of the daemon left traces.
    """

    def __init__(self, clock: Clock, wan: Callable[[], Wan] | None, pools: Pools, directory: Path, *, ran_before: bool) -> None:
        self._clock = clock
        self._wan = wan
        self._pools = pools
        self._directory = directory
        self._started_at = int(clock.now()) if ran_before else None
        self._clones: OrderedDict[str, tuple[float, Alert]] = OrderedDict()
        self._accounting: tuple[float, str] = (clock.monotonic(), "")
        self._lock = threading.Lock()
        self._kept: tuple[float, tuple[Alert, ...]] = (float("-inf"), ())

    def now(self) -> tuple[Alert, ...]:
        """All alerts, the gravest first; at most some seconds old."""
        with self._lock:
            if self._clock.monotonic() - self._kept[0] > FRESH_S:
                self._kept = (self._clock.monotonic(), self._derived(self._kept[1]))
            return self._kept[1]

    def clone_suspected(self, event: CloneSuspected) -> None:
        """Hear of a second device with a signed-in MAC address."""
        device = event.device
        values = {"mac": device.mac, "network": device.network, "evidence": event.evidence}
        text = f"A second device seems to use the address {device.mac} on {device.network}: {event.evidence}"
        alert = Alert(f"clone:{device.mac}", "clone", "warning", int(self._clock.now()), values, text)
        with self._lock:
            since = self._clones[device.mac][1].since if device.mac in self._clones else alert.since
            self._clones[device.mac] = (self._clock.monotonic(), replace(alert, since=since))
            self._clones.move_to_end(device.mac)
            while len(self._clones) > CLONES_MOST:
                self._clones.popitem(last=False)

    def watched(self, sweep: Callable[[], float]) -> Callable[[], float]:
        """Accounting's round, which tells here when it fails."""

        def round_() -> float:
            try:
                pause_s = sweep()
            except Exception as error:
                self._accounting = (self._accounting[0], str(error) or type(error).__name__)
                raise
            self._accounting = (self._clock.monotonic(), "")
            return pause_s

        return round_

    def _derived(self, before: Sequence[Alert]) -> tuple[Alert, ...]:
        since = {alert.id: alert.since for alert in before}
        sources: tuple[Source, ...] = (self._of_wan, self._of_accounting, self._of_disk, self._of_pools, self._of_clones, self._of_start)
        found = [replace(alert, since=since.get(alert.id, alert.since)) for source in sources for alert in source()]
        return tuple(sorted(found, key=lambda alert: ("error", "warning", "info").index(alert.level)))

    def _of_wan(self) -> Iterator[Alert]:
        wan = self._wan() if self._wan is not None else None
        if wan is None or wan.state != "down":
            return
        what, words = next((pair for pair in _WAN if getattr(wan, pair[0]) is False), _WAN[0])
        yield Alert("wan", "wan", "error", wan.since, {"what": what}, words)

    def _of_accounting(self) -> Iterator[Alert]:
        done, why = self._accounting
        if why and self._clock.monotonic() - done > LATE_S:
            yield self._alert("accounting", "accounting", "error", {"why": why}, f"Sessions cannot be counted: {why}")

    def _of_disk(self) -> Iterator[Alert]:
        try:
            disk = disk_usage(self._directory)
        except OSError:
            return
        if disk.free >= DISK_LOW_OCTETS:
            return
        level = "error" if disk.free < DISK_OUT_OCTETS else "warning"
        values = {"free": disk.free, "size": disk.total}
        yield self._alert("disk", "disk", level, values, f"The disk is nearly full: {disk.free // 2**20} MB are free")

    def _of_pools(self) -> Iterator[Alert]:
        for network, (used, size) in _tried(self._pools).items():
            if size and used > size * POOL_SHARE:
                values = {"network": network, "used": used, "size": size}
                text = f"{used} of {size} addresses of {network} are in use"
                yield self._alert(f"pool:{network}", "pool", "error" if used >= size else "warning", values, text)

    def _of_clones(self) -> Iterator[Alert]:
        oldest = self._clock.monotonic() - CLONE_S
        for mac in [mac for mac, (heard, _alert) in self._clones.items() if heard < oldest]:
            del self._clones[mac]
        yield from (alert for _heard, alert in self._clones.values())

    def _of_start(self) -> Iterator[Alert]:
        if self._started_at is not None and self._clock.now() - self._started_at < RESTARTED_S:
            yield Alert("restarted", "restarted", "info", self._started_at, {"at": self._started_at}, "The gateway was restarted")

    def _alert(self, name: str, kind: str, level: str, values: Mapping[str, object], text: str) -> Alert:
        return Alert(name, kind, level, int(self._clock.now()), values, text)


_WAN = (
    ("carrier", "The uplink has no link: check the cable to the internet"),
    ("route", "The uplink has no default route: check the modem or its DHCP"),
    ("dns", "No name server answers: guests cannot open web sites"),
)


def _tried(pools: Pools) -> Mapping[str, tuple[int, int]]:
    try:
        return pools()
    except OSError:
        return {}
