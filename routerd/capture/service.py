"""Capture: listens on every guest interface and publishes what it learns. One thread, which never falls behind for long.

A flood costs at most half a core: beyond FRAMES_PER_S, or when dissecting takes long, the rest waits in the kernel's buffer and, when
that is full, is dropped and counted. An interface that goes away is listened to again when it is back.
"""

import logging
import select
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from routerd.capture.decode import decode
from routerd.capture.listener import Listener
from routerd.capture.recent import Recent
from routerd.core.clock import Clock
from routerd.core.errors import Unavailable
from routerd.core.events import HostSighted

log = logging.getLogger(__name__)

FRAMES_PER_S = 4000
"""About a fifth of a slow core; a full hotel in the morning makes a few hundred."""

AT_ONCE = 200
REOPEN_S = 2.0


@dataclass(slots=True)
class Counts:
    """What capture has done: frames read, sightings published, frames that the kernel dropped."""

    frames: int = 0
    sightings: int = 0
    dropped: int = 0


class Capture:
    """The capture thread, as a Part.

    Args:
        interfaces: interface name to guest network name.
        publish: takes each sighting.
        clock: for monotonic time.
    """

    name = "capture"

    def __init__(self, interfaces: Mapping[str, str], publish: Callable[[HostSighted], None], clock: Clock) -> None:
        self._interfaces = dict(interfaces)
        self._publish = publish
        self._clock = clock
        self._recent = Recent()
        self._listeners: dict[int, Listener] = {}
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.counts = Counts()

    def start(self) -> None:
        for interface, network in self._interfaces.items():
            self._open(interface, network)
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=2)
        for listener in self._listeners.values():
            listener.close()
        self._listeners.clear()

    def _open(self, interface: str, network: str) -> None:
        listener = Listener(interface, network)
        self._listeners[listener.socket.fileno()] = listener

    def _run(self) -> None:
        looked_at = self._clock.monotonic()
        while not self._stopping.is_set():
            frames, busy_s = self._round()
            if frames:
                self._stopping.wait(max(frames / FRAMES_PER_S - busy_s, busy_s))
            if self._clock.monotonic() - looked_at > REOPEN_S:
                looked_at = self._clock.monotonic()
                self._look_after()

    def _round(self) -> tuple[int, float]:
        """Wait for frames and take them in; how many there were, and the seconds that it took."""
        if not self._listeners:
            self._stopping.wait(0.5)
            return 0, 0.0
        waiting = select.poll()  # not select(): it ends at file number 1023
        for number in self._listeners:
            waiting.register(number, select.POLLIN)
        ready = waiting.poll(500)
        begun = self._clock.monotonic()
        return sum(self._read(number) for number, _events in ready), self._clock.monotonic() - begun

    def _read(self, number: int) -> int:
        listener = self._listeners[number]
        try:
            frames = listener.frames(AT_ONCE)
        except OSError as error:
            log.warning("capture on %s ended: %s", listener.interface, error)
            self._listeners.pop(number).close()
            return 0
        self.counts.frames += len(frames)
        for frame in frames:
            self._tell(listener.network, frame)
        return len(frames)

    def _tell(self, network: str, frame: bytes) -> None:
        try:
            sighting = decode(network, frame)
            if sighting is not None and self._recent.is_news(sighting, self._clock.monotonic()):
                self.counts.sightings += 1
                self._publish(sighting)
        except Exception:
            log.exception("a frame could not be taken in")

    def _look_after(self) -> None:
        for listener in self._listeners.values():
            dropped = listener.dropped()
            if dropped:
                self.counts.dropped += dropped
                log.info("capture on %s: %d frames were more than it takes", listener.interface, dropped)
        listening = {listener.interface for listener in self._listeners.values()}
        for interface, network in self._interfaces.items():
            if interface not in listening:
                try:
                    self._open(interface, network)
                    log.info("capture on %s goes on", interface)
                except Unavailable as error:
                    log.debug("%s", error)
