"""Traffic over time: reads the uplink's counters every few seconds and writes one row a minute.

What passed while the daemon was dead is in no row: nobody knows when it passed. A crash loses the minute that runs.
"""

import threading

from routerd.core.clock import Clock
from routerd.store.database import Store
from routerd.telemetry import records
from routerd.telemetry.model import MINUTE_S, SPANS, Sample, Speed, grown, step_of
from routerd.telemetry.ports import Online, Uplink

SPEED_LEAST_S = 1.5
"""Speeds are told over at least so long: shorter ones jump about."""

SPEED_MOST_S = 15.0
"""A reading older than that tells of the past; the sampler takes one every ten seconds."""

Reading = tuple[float, int, int]
"""Monotonic time, octets received, octets sent."""


class Traffic:
    """Samples.

    Args:
        store: where they are kept.
        clock: tells the time.
        uplink: has the counters; None on a box that is no gateway.
        online: how many guests there are.
    """

    def __init__(self, store: Store, clock: Clock, uplink: Uplink | None, online: Online) -> None:
        self._store = store
        self._clock = clock
        self._uplink = uplink
        self._online = online
        self._lock = threading.Lock()
        self._counted: tuple[int, int] | None = None
        self._minute = Sample(0, 0, 0, 0)
        self._before: Reading | None = None
        self._speed = Speed()

    def sample(self) -> None:
        """Count what passed since the last time; called every ten seconds."""
        reading = self._read()
        online = self._online()
        with self._lock:
            down, up = self._count(reading)
            at = step_of(self._clock.now(), MINUTE_S)
            finished = self._minute if self._minute.at not in (0, at) else None
            running = Sample(at, 0, 0, 0) if finished or not self._minute.at else self._minute
            self._minute = Sample(at, running.down_octets + down, running.up_octets + up, max(running.online, online))
        if finished:
            self._keep(finished)

    def flush(self) -> None:
        """Write down the minute that runs; at the end."""
        with self._lock:
            running, self._minute = self._minute, Sample(0, 0, 0, 0)
        if running.at:
            self._keep(running)

    def speed(self) -> Speed:
        """What passes now; at most a few seconds old."""
        now = self._clock.monotonic()
        with self._lock:
            before = self._before
            if before is not None and now - before[0] < SPEED_LEAST_S:
                return self._speed
        reading = self._read()
        with self._lock:
            self._tell_speed(reading)
            return self._speed

    def series(self, span: str) -> list[Sample]:
        """The steps of a chart, oldest first, the one that runs included; `span` is a key of SPANS."""
        step_s, length_s = SPANS[span]
        first = step_of(self._clock.now() - length_s, step_s)
        found = list(records.series(self._store.db, step_s, first))
        with self._lock:
            running = self._minute
        return _with(found, running, step_s) if running.at >= first and running.at else found

    def _read(self) -> Reading | None:
        counters = self._uplink.counters() if self._uplink is not None else None
        return None if counters is None else (self._clock.monotonic(), *counters)

    def _count(self, reading: Reading | None) -> tuple[int, int]:
        if reading is None:
            return 0, 0
        self._tell_speed(reading)
        before, self._counted = self._counted, reading[1:]
        if before is None:
            return 0, 0
        return grown(before[0], reading[1]), grown(before[1], reading[2])

    def _tell_speed(self, reading: Reading | None) -> None:
        if reading is None:
            self._before, self._speed = None, Speed()
            return
        before = self._before
        took_s = reading[0] - before[0] if before else 0.0
        if before is None or took_s > SPEED_MOST_S:
            self._before, self._speed = reading, Speed()
        elif took_s >= SPEED_LEAST_S:
            down, up = grown(before[1], reading[1]), grown(before[2], reading[2])
            self._before, self._speed = reading, Speed(int(down * 8 / took_s / 1000), int(up * 8 / took_s / 1000))

    def _keep(self, sample: Sample) -> None:
        def change() -> None:
            records.add(self._store.db, sample)
            records.forget(self._store.db, int(self._clock.now()))

        self._store.write(change)


def _with(found: list[Sample], running: Sample, step_s: int) -> list[Sample]:
    """A series with the minute that runs added to its step."""
    at = running.at // step_s * step_s
    last = found[-1] if found and found[-1].at == at else Sample(at, 0, 0, 0)
    merged = Sample(at, last.down_octets + running.down_octets, last.up_octets + running.up_octets, max(last.online, running.online))
    return [*(each for each in found if each.at < at), merged]
