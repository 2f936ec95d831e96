"""(n) The most that a request of 128 KiB can cost: the table of hostile requests that the tests count, timed, and requests made at random.

CPU time of judging alone, with the budget as it is delivered, under the OWASP CRS at paranoia level 1. Every request is new to the rule set
that judges it, but another one has seen it before, since patterns are compiled when they are first needed. Requests at random put several
pieces of the table in one place.
"""

import random
import time
from collections.abc import Iterator

from routerd.waf.engine import RuleSet
from routerd.waf.request import Request
from tests.bench.engine import NOW, crs
from tests.bench.figures import Figure, at_most
from tests.waf import hostile

WORST_MS = 150.0
RANDOM = 1_500
SEED = 128
TIMES = 3
"""Rule sets that judge each request; its best time counts: other processes slow a machine, nothing speeds it up."""


def run() -> list[Figure]:
    """The figures."""
    warm, *sets = [crs() for _ in range(TIMES + 1)]
    figures = []
    for what, requests in (("table", list(hostile.requests())), (f"{RANDOM} at random", list(_random(RANDOM)))):
        times = []
        for name, request, body in requests:
            _judged_ms(warm, request, body)
            took = _judged_ms(sets[0], request, body)
            if took > WORST_MS / 2:
                took = min(took, *(_judged_ms(rules, request, body) for rules in sets[1:]))
            times.append((took, name))
        figures.append(_worst(what, times))
    return figures


def _worst(what: str, times: list[tuple[float, str]]) -> Figure:
    took, name = max(times)
    over = sum(each > WORST_MS for each, _ in times)
    return at_most(f"dearest request, {what}", took, "ms CPU", WORST_MS, f"{name}; {over} of {len(times)} over")


def _judged_ms(rules: RuleSet, request: Request, body: bytes) -> float:
    begun = time.process_time()
    transaction = rules.begin(request, NOW)
    if transaction.headers() is None:
        transaction.body(body)
    transaction.log()
    return (time.process_time() - begun) * 1000


def _random(count: int) -> Iterator[tuple[str, Request, bytes]]:
    chance = random.Random(SEED)
    places = list(hostile.PLACES.items())
    for number in range(count):
        place, put = chance.choice(places)
        piece = b"".join(chance.choices(hostile.PIECES, k=chance.choice((2, 2, 3, 5, 8, 20))))
        yield f"{number}, {place}: {piece[:40]!r}", *put(piece)
