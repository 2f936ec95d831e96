"""Asks the server about devices by their MAC address, and lets in those that it accepts, without a page (`mac_auth`).

Sightings come by the thousand, in threads that must not wait: a look into a dictionary turns nearly all of them away, the rest go into
a bounded queue, and one thread asks for one after the other. A device that was turned down is not asked about again for a while,
nor is one that has just signed out or been shown out.
"""

import logging
import queue
import threading
from collections.abc import Callable

from routerd.core.clock import Clock
from routerd.core.errors import BadInput, Denied, RouterdError
from routerd.core.events import SessionEnded
from routerd.core.terms import Device

log = logging.getLogger(__name__)

WAITING_MOST = 256
"""Devices waiting to be asked about; one that finds the queue full comes again with its next packet."""

REMEMBERED_MOST = 65_536
"""Devices remembered; at more, all are forgotten: a flood of invented addresses fills no memory."""

ONLINE_S = 30.0
"""A device that is online is not looked up again for so long."""

TROUBLE_S = 15.0
"""Nor one about which no answer came."""

PACE_S = 0.02
"""Between two questions: 50 in a second at most, whatever guests invent."""

GONE_FOR_GOOD = frozenset(("logout", "kicked", "removed", "expired", "data-limit"))


class MacAuth:
    """A Part: the thread that asks.

    Args:
        admit: asks about a device and lets it in; raises Denied when it is turned down.
        online: whether the device has a session.
        clock: for durations.
        again_s: seconds until a device that was turned down is asked about again.
    """

    name = "RADIUS MAC authentication"

    def __init__(self, admit: Callable[[Device], None], online: Callable[[Device], bool], clock: Clock, again_s: float) -> None:
        self._admit = admit
        self._online = online
        self._clock = clock
        self._again_s = again_s
        self._rest: dict[tuple[str, str], float] = {}
        self._waiting: queue.Queue[Device] = queue.Queue(WAITING_MOST)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def sighted(self, mac: str, address: str, network: str) -> None:
        """A device was seen; never waits."""
        if not address or self._rest.get((mac, network), 0.0) > self._clock.monotonic():
            return
        device = Device(mac, address, network)
        self._pause(device, TROUBLE_S)
        try:
            self._waiting.put_nowait(device)
        except queue.Full:
            self._rest.pop((mac, network), None)

    def session_ended(self, event: SessionEnded) -> None:
        """A session was closed: who was shown out, or went, is not let in again at once."""
        if event.reason in GONE_FOR_GOOD:
            self._pause(event.device, self._again_s)

    def start(self) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=2)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                device = self._waiting.get(timeout=0.5)
            except queue.Empty:
                continue
            try:
                self.ask(device)
            except Exception:
                log.exception("asking about %s failed", device.mac)
            self._stopping.wait(PACE_S)

    def ask(self, device: Device) -> None:
        """Ask about one device now, unless it is online."""
        if self._online(device):
            self._pause(device, ONLINE_S)
            return
        try:
            self._admit(device)
            self._pause(device, ONLINE_S)
        except (Denied, BadInput) as error:
            log.debug("%s is not let in by its MAC address: %s", device.mac, error)
            self._pause(device, self._again_s)
        except RouterdError as error:
            log.debug("nobody could be asked about %s: %s", device.mac, error)
            self._pause(device, TROUBLE_S)

    def _pause(self, device: Device, seconds: float) -> None:
        if len(self._rest) >= REMEMBERED_MOST:
            self._rest.clear()
        self._rest[device.mac, device.network] = self._clock.monotonic() + seconds
