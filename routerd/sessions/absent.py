"""Remembers devices that have nothing to resume, so that asking for each of their packets costs one look into a set.

Asked by `returns`, told by `ledger` when a session ends that may be resumed. It may forget, but never claims wrongly: what was read
before such an end is not remembered after it.
"""

import threading
from collections.abc import Iterable

from routerd.core.terms import Device

DEVICES_MOST = 65_536
"""About 10 MB; beyond it everything is forgotten and learned anew. A device that makes up addresses cannot fill memory."""


class Absent:
    """A set of (mac, network)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._devices: set[tuple[str, str]] = set()
        self.generation = 0

    def holds(self, device: Device) -> bool:
        """Whether the device is known to have nothing to resume."""
        return (device.mac, device.network) in self._devices

    def add(self, device: Device, generation: int) -> None:
        """Remember a device, unless something has ended since `generation` was read."""
        with self._lock:
            if generation != self.generation:
                return
            if len(self._devices) >= DEVICES_MOST:
                self._devices.clear()
            self._devices.add((device.mac, device.network))

    def forget(self, devices: Iterable[Device]) -> None:
        """These may have something to resume now."""
        with self._lock:
            self.generation += 1
            self._devices.difference_update((device.mac, device.network) for device in devices)
