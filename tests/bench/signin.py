"""(b) From pressing the button to the first packet that passes: alone, with 10,000 guests online, fifty at once; and redirects.

The clock runs from the connection that carries the form until the echo of a datagram from the outside is back. Fetching the page
with its form token comes before, as in a browser, and is not part of it.
"""

import itertools
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

from tests.bench.crowd import Member, gather, static_leases
from tests.bench.figures import Figure, at_least, at_most, median, percentile, spread
from tests.bench.load import wrk
from tests.bench.site import Site, site
from tests.lab import plan as place

ALONE = 200
TURN = 20
"""Sign-ins on one site before the other has its turn."""

AT_ONCE = 50
ROUNDS_AT_ONCE = 5
CROWD = ALONE + AT_ONCE * ROUNDS_AT_ONCE
ONLINE = 10_000
P95_MS, SLOWER_MOST, SIGNINS_LEAST, REDIRECTS_LEAST = 10, 1.2, 200, 1000
REDIRECT_S, REDIRECT_RUNS = 2, 3
"""Together fewer connections than there are ports: each takes one for a minute."""


@dataclass(frozen=True, slots=True)
class Door:
    """A site, its crowd, and vouchers for each."""

    site: Site
    members: Iterator[Member]
    vouchers: Iterator[tuple[str, str]]

    def one(self) -> float:
        """Milliseconds of the next device's sign-in, nothing else going on."""
        post = next(self.members).form()
        return post.sign_in(*next(self.vouchers)) * 1000

    def many(self) -> tuple[float, list[float]]:
        """Fifty at once: sign-ins a second, and milliseconds of each."""
        posts = [next(self.members).form() for _ in range(AT_ONCE)]
        cards = [next(self.vouchers) for _ in posts]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            begun = time.perf_counter()
            took = list(pool.map(lambda post, card: post.sign_in(*card), posts, cards))
            return AT_ONCE / (time.perf_counter() - begun), [seconds * 1000 for seconds in took]


def run() -> list[Figure]:
    """The figures."""
    with ExitStack() as stack:
        few = _door(stack.enter_context(site(0, guests=2, static=static_leases(CROWD))))
        crowded = _door(stack.enter_context(site(ONLINE, guests=2, static=static_leases(CROWD))))
        alone, online = _in_turns((few, crowded))
        bursts = [few.many() for _ in range(ROUNDS_AT_ONCE)]
        full = [crowded.many() for _ in range(ROUNDS_AT_ONCE)]
        stranger = few.site.devices[1]
        stranger.join()
        url = f"http://{place.NET_ADDRESS}/generate_204"
        redirects = [wrk(stranger.where, url, REDIRECT_S).per_second for _ in range(REDIRECT_RUNS)]
    return [
        *_latency(alone, online),
        _at_once("50 at once", bursts),
        _at_once("50 at once, 10,000 online", full),
        at_least(
            "portal redirects", median(redirects), "/s", REDIRECTS_LEAST, f"a connection each, as the portal asks; {spread(redirects)}"
        ),
    ]


def _door(here: Site) -> Door:
    made = here.control("/vouchers", count=CROWD)["vouchers"]
    cards = [(str(voucher["username"]), str(voucher["passcode"])) for voucher in made]
    return Door(here, iter(gather(here.devices[0].where, CROWD)), iter(cards))


def _in_turns(doors: Sequence[Door]) -> list[list[float]]:
    """Milliseconds of ALONE sign-ins at each door, a few here, a few there."""
    found: list[list[float]] = [[] for _ in doors]
    for door, milliseconds in itertools.islice(itertools.cycle(zip(doors, found, strict=True)), len(doors) * ALONE // TURN):
        milliseconds += [door.one() for _ in range(TURN)]
    return found


def _latency(alone: list[float], online: list[float]) -> list[Figure]:
    p50, p95 = median(alone), percentile(alone, 95)
    note = f"10,000 online against alone, {ALONE} each"
    return [
        Figure("sign-in alone, p50", p50, "ms", P95_MS, "aim for p95", most=1, note=spread(alone, 1)),
        at_most("sign-in alone, p95", p95, "ms", P95_MS, spread(alone, 1)),
        Figure("sign-in p50, 10,000 online", median(online), "ms", p50, "alone", most=SLOWER_MOST, note=note),
        Figure("sign-in p95, 10,000 online", percentile(online, 95), "ms", p95, "alone", most=SLOWER_MOST, note=note),
    ]


def _at_once(name: str, bursts: list[tuple[float, list[float]]]) -> Figure:
    every = [milliseconds for _, each in bursts for milliseconds in each]
    waits = f"p50 {median(every):.0f} ms, p95 {percentile(every, 95):.0f} ms; {spread([rate for rate, _ in bursts])} rounds"
    return at_least(f"sign-ins, {name}", median([rate for rate, _ in bursts]), "/s", SIGNINS_LEAST, waits)
