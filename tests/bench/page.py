"""(i) The admin page's data: how soon vouchers are on paper and guests are gone, and what it costs to show ten thousand of them.

Everything is asked over HTTP on the management address, as the page asks it. A round of the live stream is measured by the daemon's own
processor time, with one listener against without; every guest's count changes meanwhile for none of them, so what is measured is the
looking and comparing.
"""

import json
import os
import socket
import time
from pathlib import Path

from tests.bench import preload
from tests.bench.figures import Figure, at_most, median, spread
from tests.bench.site import Site, site
from tests.lab.owner import Owner

VOUCHERS, PRINT_S, PRINTS = 500, 3, 3
KICKED, KICK_S = 400, 1
ONLINE, LIST_S, LISTINGS = 10_000, 0.3, 5
ANEW_S = 12
WATCH_S = 20
CORE_SHARE = 10
"""Per cent of one core that a listener may cost with 10,000 online."""


def run() -> list[Figure]:
    """The figures."""
    return [*_few(), *_many()]


def _few() -> list[Figure]:
    with site(KICKED) as here:
        page = Owner(here.gateway)
        prints = [_print(page) for _ in range(PRINTS)]
        kicks = [_kick(here, page)]
    first, rest = prints[0], prints[1:]
    note = f"the first loads the printer: {first:.2f} s; then {spread(rest, 2)}; sheets of 24 with QR codes"
    return [
        at_most(f"{VOUCHERS} vouchers created and their PDF fetched, slowest", max(prints), "s", PRINT_S, note),
        at_most(f"{KICKED} sessions kicked", kicks[0], "s", KICK_S, "from the request to the answer; the kernel holds none of them then"),
    ]


def _print(page: Owner) -> float:
    """Seconds from the request for vouchers to the last octet of their PDF."""
    begun = time.monotonic()
    batch = f"bench {begun}"
    page.post("/vouchers", {"count": VOUCHERS, "batch": batch, "valid_for": "1 day", "down_limit_mb": 500})
    job = page.post("/vouchers/print", {"batch": batch, "paper": "a4"})["job"]
    while (state := page.get(f"/jobs/{job}")["state"]) in ("waiting", "running"):
        time.sleep(0.02)
    document = page.ask("GET", f"/jobs/{job}/result")
    took = time.monotonic() - begun
    if state != "done" or not document.startswith(b"%PDF"):
        raise RuntimeError(f"printing ended as {state}")
    return took


def _kick(here: Site, page: Owner) -> float:
    """Seconds until everybody is gone, from the kernel's sets too."""
    begun = time.monotonic()
    ended = page.post("/guests/kick", {"macs": [preload.mac(number) for number in range(1, KICKED + 1)]})["ended"]
    took = time.monotonic() - begun
    left = here.gateway.active()
    if ended != KICKED or left:
        raise RuntimeError(f"{ended} of {KICKED} were kicked, {len(left)} are left")
    return took


def _many() -> list[Figure]:
    with site(ONLINE) as here:
        page = Owner(here.gateway)
        listings = [_list(page) for _ in range(LISTINGS)]
        silent = _busy(here)
        stream = page.listen("/live?topics=guests,overview")
        _drain(stream, 5)
        watched = _busy(here, stream)
        stream.close()
    cost = max(0.0, watched - silent)
    note = f"{watched:.1f} % of a core with a listener, {silent:.1f} % without; a round every 2 s or later: {cost * 20:.0f} ms in each 2 s"
    return [
        at_most(f"GET /guests, {ONLINE:,} rows, made anew", median(listings), "s", LIST_S, spread(listings, 2)),
        at_most(f"a listener to guests and overview, {ONLINE:,} online", cost, "% of a core", CORE_SHARE, note),
    ]


def _list(page: Owner) -> float:
    """Seconds for one list, made anew: a list is served again for twenty times as long as it took."""
    time.sleep(ANEW_S)
    begun = time.monotonic()
    octets = page.ask("GET", "/guests")
    took = time.monotonic() - begun
    found = json.loads(octets)["total"]
    if found < ONLINE:
        raise RuntimeError(f"{found} of {ONLINE} guests were listed")
    return took


def _busy(here: Site, stream: socket.socket | None = None) -> float:
    """Per cent of one core that the daemon uses, over a while in which the stream is read."""
    before, begun = _work(here.gateway.pid), time.monotonic()
    if stream is None:
        time.sleep(WATCH_S)
    else:
        _drain(stream, WATCH_S)
    return (_work(here.gateway.pid) - before) / (time.monotonic() - begun) * 100


def _drain(stream: socket.socket, seconds: float) -> None:
    until = time.monotonic() + seconds
    stream.settimeout(0.2)
    while time.monotonic() < until:
        try:
            if not stream.recv(1 << 20):
                raise RuntimeError("the stream ended")
        except TimeoutError:
            continue


def _work(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
