"""(f) What the daemon weighs and how soon it serves: idle, with 10,000 sessions, after being killed; and how soon it lists them.

Resident memory is the daemon's own; its dnsmasq is told beside it. Start-up runs from the command line to READY=1.
"""

import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import Figure, at_most, median, spread
from tests.bench.site import Site, site
from tests.bench.streams import Ticks

ONLINE = 10_000
STARTS = 5
LISTINGS = 7
IDLE_MIB, FULL_MIB, START_S, ADOPT_S, LIST_S = 96, 160, 2, 2, 0.5
SETTLE_S = 12
"""Longer than a round of accounting."""

PORT = 7400


def run() -> list[Figure]:
    """The figures."""
    return [*_idle(), *_full()]


def _idle() -> list[Figure]:
    with site(0) as here:
        here.sign_in(here.devices[0])
        starts = [here.gateway.restart() for _ in range(STARTS)]
        time.sleep(SETTLE_S)
        weight = _weight(here)
    return [
        at_most("memory idle, capture on", weight.mib, "MiB", IDLE_MIB, weight.note),
        at_most("start-up idle", median(starts), "s", START_S, spread(starts, 2)),
    ]


def _full() -> list[Figure]:
    with site(ONLINE - 1) as here:
        here.sign_in(here.devices[0])
        listings = [_listing(here) for _ in range(LISTINGS)]
        ticks = Ticks(here.devices[0].where, here.lab.net, PORT)
        ticks.start()
        adoptions = [_adopt(here) for _ in range(STARTS)]
        ticks.stop()
        _listing(here)
        time.sleep(SETTLE_S)
        weight = _weight(here)
    sent = sum(ticks.sent.values())
    return [
        at_most("memory with 10,000 sessions", weight.mib, "MiB", FULL_MIB, weight.note),
        at_most("adopting 10,000 sessions after SIGKILL", median(adoptions), "s", ADOPT_S, spread(adoptions, 2)),
        Figure(
            "packets lost on a running stream meanwhile",
            ticks.lost,
            "packets",
            sent,
            "sent",
            most=0,
            note=f"{STARTS} times SIGKILL, both ways",
        ),
        at_most("listing 10,000 guests", median(listings), "s", LIST_S, spread(listings, 2)),
    ]


def _adopt(here: Site) -> float:
    """Seconds from starting a killed daemon until it is ready and knows everybody."""
    here.gateway.kill()
    time.sleep(0.5)
    took = here.gateway.start()
    if len(here.gateway.active()) != ONLINE:
        raise RuntimeError(f"adopted {len(here.gateway.active())} of {ONLINE} sessions")
    return took


def _listing(here: Site) -> float:
    """Seconds for one list, made anew: within a second an unchanged one would be served again."""
    time.sleep(1.1)
    begun = time.monotonic()
    guests = here.gateway.api("get_active_guests")["data"]
    took = time.monotonic() - begun
    if len(guests) != ONLINE:
        raise RuntimeError(f"{len(guests)} of {ONLINE} guests were listed")
    return took


@dataclass(frozen=True, slots=True)
class Weight:
    """Resident memory of the daemon, at present and at most, and of dnsmasq, in MiB."""

    mib: float
    peak_mib: float
    dnsmasq_mib: float

    @property
    def note(self) -> str:
        return f"peak {self.peak_mib:.0f} MiB; dnsmasq besides {self.dnsmasq_mib:.1f} MiB"


def _weight(here: Site) -> Weight:
    pid = here.gateway.pid
    servers = [int(path.read_text(encoding="ascii")) for path in here.directory.glob("run/**/main.pid")]
    return Weight(_status(pid, "VmRSS"), _status(pid, "VmHWM"), sum(_status(server, "VmRSS") for server in servers))


def _status(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return 0.0
