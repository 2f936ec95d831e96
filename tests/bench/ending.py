"""(e) How soon it is over: from a kick to the last packet, and from the end of a grant to the last packet with the daemon dead.

Datagrams run both ways every two milliseconds, and during a kick a download at full speed as well.
"""

import time

from tests.bench import preload
from tests.bench.figures import Figure, at_most, median, spread
from tests.bench.limits import kick
from tests.bench.site import Site, site
from tests.bench.streams import Stream, Ticks

KICKS = 7
KICK_MS = 100
DEAD_RUNS = 3
EXPIRY_S = 2
LEFT_S = 6
ONLINE = 1_000
PORT = 7200


def run() -> list[Figure]:
    """The figures."""
    with site(ONLINE) as here:
        ends = [_kicked(here, PORT + 2 * number) for number in range(KICKS)]
        overruns = [_expired(here, PORT + 100 + number) for number in range(DEAD_RUNS)]
        here.gateway.start()
    note = f"median {median(ends):.0f} ms, {spread(ends)}; from the request, {ONLINE:,} others online"
    early = f"{spread(overruns, 2)} s after the grant's end"
    return [
        at_most("kick to last packet, slowest", max(ends), "ms", KICK_MS, note),
        at_most("expiry to last packet, daemon dead, slowest", max(overruns), "s", EXPIRY_S, early),
    ]


def _kicked(here: Site, port: int) -> float:
    """Milliseconds from the kick's request to the last packet."""
    device = here.devices[0]
    here.sign_in(device)
    ticks = Ticks(device.where, here.lab.net, port)
    stream = Stream(device.where, here.lab.net, port + 1, down=True)
    ticks.start()
    stream.start()
    time.sleep(0.7)
    begun = time.monotonic()
    here.control("/kick", who=device.mac)
    time.sleep(0.7)
    last = max(ticks.last_at, stream.arrived.last_at)
    ticks.stop()
    stream.close()
    return (last - begun) * 1000


def _expired(here: Site, port: int) -> float:
    """Seconds from the grant's end to the last packet, the daemon killed before it; negative when it was cut off before."""
    device = here.devices[0]
    if not here.gateway.alive:
        here.gateway.start()
    kick(here, device)
    login = here.sign_in(device)
    here.gateway.stop()
    here.gateway.nft("delete", "table", "inet", "routerd")
    ends_at = int(time.time()) + LEFT_S
    preload.end_at(here.directory, login, ends_at)
    here.gateway.start()
    ticks = Ticks(device.where, here.lab.net, port)
    here.gateway.kill()
    ticks.start()
    deadline = time.monotonic() + ends_at - time.time()
    time.sleep(max(0.0, deadline - time.monotonic()) + EXPIRY_S + 1.5)
    last = ticks.last_at
    ticks.stop()
    return last - deadline
