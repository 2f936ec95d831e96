"""(m) The WAF engine alone: CPU time of a request with values that it has not seen before, under the OWASP CRS at paranoia level 1.

One process, no socket: what is measured is judging, in CPU milliseconds, for the five kinds of request that `bench-waf` sends through the
edge. Header fields repeat from request to request, as those of a browser do; paths, arguments and bodies never do.
"""

import gc
import json
import os
import random
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from routerd.waf.engine import RuleSet, compiled
from routerd.waf.gate.matchers import Matchers
from routerd.waf.loading import build, gather, read
from routerd.waf.request import Request
from tests.bench.figures import Figure, at_most, percentile

CRS = Path(os.environ.get("CRS_DIR") or Path(__file__).parents[3] / "shared" / "data" / "crs-4.29")
ROUNDS = 300
WARM = 60
NOW = 1_790_000_000.0

AIMS_MS: Mapping[str, float] = {
    "small GET": 0.65,
    "GET, 5 parameters": 1.0,
    "form, 1 KB": 2.1,
    "JSON, 243 leaves": 5.7,
    "JSON, long text": 5.6,
}
"""What a request may cost, without the edge, to come out at 2.5 times the requests of nginx with libmodsecurity 3.0.9, 10 on wide JSON."""

_TEXT = """about account after again animal answer apple area autumn bag bank beach bird book bread bridge brother building camera card
castle chair change city clock cloud coffee colour company corner country dance daughter dinner doctor door dream early earth engine evening
family farmer father field finger flower forest friend garden glass green guitar happy harbour house island jacket journey kitchen lake
language letter library light little market meadow morning mountain music neighbour office orange painting paper pencil people picture
planet pocket present question quiet rain river road school season shadow silver sister snow spring station stone story street summer
sunday table teacher tower town train travel tree village visitor water weather white window winter wonder yellow"""
WORDS = tuple(_TEXT.split())

HEADERS = (
    (b"Host", b"shop.example.test"),
    (b"User-Agent", b"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
    (b"Accept", b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    (b"Accept-Language", b"en-GB,en;q=0.7,de;q=0.3"),
    (b"Accept-Encoding", b"gzip, deflate"),
    (b"Connection", b"keep-alive"),
)


def run() -> list[Figure]:
    """The figures."""
    rules = crs()
    return [figure for kind in KINDS for figure in _measured(rules, kind)]


class _Databases(dict[str, bytes]):
    """Matchers' databases, kept for the next rule set of this process."""

    def put(self, key: str, content: bytes) -> None:
        self[key] = content


_KEPT = _Databases()


def crs() -> RuleSet:
    """The OWASP CRS as it is delivered."""
    gathered, faults = gather([str(CRS)])
    rules, faults = build(gathered, read(gathered, faults), faults, compile_=partial(compiled, matchers=Matchers(_KEPT)))
    if rules is None:
        raise SystemExit("\n".join(map(str, faults)))
    return rules


def _measured(rules: RuleSet, kind: str) -> list[Figure]:
    chance = random.Random(kind)
    for _ in range(WARM):
        judge(rules, *KINDS[kind](chance))
    costs = []
    gc.collect()
    for _ in range(ROUNDS):
        request, body = KINDS[kind](chance)
        begun = time.process_time()
        judge(rules, request, body)
        costs.append((time.process_time() - begun) * 1000)
    mean = sum(costs) / len(costs)
    note = f"p50 {percentile(costs, 50):.2f}, p99 {percentile(costs, 99):.2f} ms of {ROUNDS}"
    return [at_most(f"CPU of judging: {kind}", mean, "ms", AIMS_MS[kind], note)]


def judge(rules: RuleSet, request: Request, body: bytes) -> None:
    """Takes a request through the phases that a request alone goes through.

    Raises:
        RuntimeError: a rule blocked it, so that it was cheaper than it may be.
    """
    transaction = rules.begin(request, NOW)
    if transaction.headers() or transaction.body(body):
        raise RuntimeError(f"blocked: {[(match.rule, match.data) for match in transaction.matches]}")
    transaction.log()


def text(chance: random.Random, octets: int) -> str:
    """Prose of about so many octets."""
    found: list[str] = []
    while octets > 0:
        found.append(chance.choice(WORDS) + (str(chance.randrange(10_000)) if chance.random() < 0.2 else ""))
        octets -= len(found[-1]) + 1
    return " ".join(found)


def _small(chance: random.Random) -> tuple[Request, bytes]:
    return Request(b"GET", f"/{chance.choice(WORDS)}/{chance.randrange(10**9)}".encode(), headers=HEADERS), b""


def _parameters(chance: random.Random) -> tuple[Request, bytes]:
    values = [text(chance, 12).replace(" ", "+") for _ in range(5)]
    query = "&".join(f"{name}={value}" for name, value in zip(("q", "page", "sort", "shop", "ref"), values, strict=True))
    return Request(b"GET", f"/search?{query}".encode(), headers=HEADERS), b""


def _posted(content_type: bytes, path: bytes, body: bytes) -> tuple[Request, bytes]:
    headers = (*HEADERS, (b"Content-Type", content_type), (b"Content-Length", b"%d" % len(body)))
    return Request(b"POST", path, headers=headers), body


def _form(chance: random.Random) -> tuple[Request, bytes]:
    body = "&".join(f"field{at}={text(chance, 90).replace(' ', '+')}" for at in range(10))
    return _posted(b"application/x-www-form-urlencoded", b"/order", body.encode())


def _wide(chance: random.Random) -> tuple[Request, bytes]:
    """27 objects of nine members."""
    rows = [
        {
            "id": chance.randrange(10**6),
            "name": text(chance, 14),
            "city": text(chance, 8),
            "street": text(chance, 16),
            "price": round(chance.random() * 100, 2),
            "active": chance.random() < 0.5,
            "tag": chance.choice(WORDS),
            "note": text(chance, 50),
            "count": chance.randrange(1000),
        }
        for _ in range(27)
    ]
    return _posted(b"application/json", b"/api/rows", json.dumps({"rows": rows}, indent=1).encode())


def _long(chance: random.Random) -> tuple[Request, bytes]:
    body = json.dumps({f"part{at}": text(chance, 720) for at in range(11)})
    return _posted(b"application/json", b"/api/text", body.encode())


KINDS: Mapping[str, Callable[[random.Random], tuple[Request, bytes]]] = {
    "small GET": _small,
    "GET, 5 parameters": _parameters,
    "form, 1 KB": _form,
    "JSON, 243 leaves": _wide,
    "JSON, long text": _long,
}
