"""(l) The web application firewall beside nginx with ModSecurity: the same rules, upstream and requests, in turns, in one run.

What counts is requests for each second of processor time that the proxy used, whatever else the machine does meanwhile. Each has one
worker, speaks HTTP/1.1 on both sides over connections that stay open, and lets everything through; no value is sent twice.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench import peer
from tests.bench.figures import Figure, at_most, median, spread
from tests.proof.box import ROOT, Box, asked, crs, free_port

SCRIPT = Path(__file__).with_name("unseen.lua")
CRS = Path(os.environ.get("CRS_DIR") or ROOT.parent / "shared" / "data" / "crs-4.29")
BASE = ROOT / "rules" / "waf-base.conf"
KINDS = {
    "get": ("small GET", 2.5),
    "get5": ("GET, 5 parameters", 2.5),
    "form": ("form, 1 KB", 2.5),
    "json243": ("JSON, 8 KB, 243 leaves", 10),
    "json11": ("JSON, 8 KB, 11 long leaves", 2.5),
}
"""Each with the multiple of nginx that is aimed at."""

ROUNDS = 3
RUN_S = 4
WARM_S = 1
PATIENCE_S = 20
"""nginx takes a second for wide JSON when the machine has other work."""

CONNECTIONS = 8
PLAIN_LEAST = 0.4
START_S, RSS_MIB, SITES = 1.0, 120, 10
STARTS = 3
FIRST_S = 4
RELOADS = 5
OWN = 'SecRule ARGS "@rx number{}[a-z]" "id:5,phase:2,deny,status:403"\n'
"""A rule that each reload has otherwise, so that its pattern makes all databases anew."""
ATTACK = b"/?id=1%27%20union%20select%201,2,3--"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run of wrk showed.

    Attributes:
        per_cpu_s: requests for each second of processor time.
        p50_ms: latency that half of them did not exceed.
        p99_ms: that all but one of a hundred did not exceed.
        count: requests.
    """

    per_cpu_s: float
    p50_ms: float
    p99_ms: float
    count: int


def run() -> list[Figure]:
    """The figures."""
    if not peer.MODULE.exists():
        raise RuntimeError("libnginx-mod-http-modsecurity is not installed; make bench-waf does that")
    if not CRS.is_dir():
        raise RuntimeError(f"there is no copy of the OWASP CRS in {CRS}; CRS_DIR says where it is")
    with tempfile.TemporaryDirectory() as place:
        return [*_judging(Path(place)), *_plain(Path(place)), *_resting(Path(place))]


def _judging(place: Path) -> Iterator[Figure]:
    """Rules of the CRS at paranoia level 1."""
    with ExitStack() as running:
        behind = running.enter_context(_upstream(place))
        theirs = running.enter_context(
            _nginx(place / "judging", behind, (BASE, CRS / "crs-setup.conf.example", *sorted((CRS / "rules").glob("*.conf"))))
        )
        box = Box(place / "box", behind, {"mode": "on", "rules": crs(CRS)})
        running.enter_context(box)
        for port in (theirs.port, box.port):
            if asked(port, ATTACK) != 403:
                raise RuntimeError(f"the proxy on port {port} lets an attack through")
        for kind, (name, least) in KINDS.items():
            found = _rounds(kind, (theirs.pid, theirs.port), (box.pid, box.port))
            yield from _compared(f"{name}: requests a CPU second", found, least)
            yield _latency(name, found)
        yield Figure(
            "memory after that", peer.resident_mib(box.pid), "MiB", peer.resident_mib(theirs.pid), "nginx", note="PSS; rules just compiled"
        )


def _plain(place: Path) -> Iterator[Figure]:
    """No rules on either side."""
    with ExitStack() as running:
        behind = running.enter_context(_upstream(place))
        theirs = running.enter_context(_nginx(place / "plain", behind))
        box = running.enter_context(Box(place / "off", behind))
        found = _rounds("get", (theirs.pid, theirs.port), (box.pid, box.port))
        yield from _compared("WAF off, small GET: requests a CPU second", found, PLAIN_LEAST)


def _resting(place: Path) -> Iterator[Figure]:
    """Memory and start-up: the first time, with databases that were kept from a start before, and after reloads."""
    with _upstream(place) as behind:
        sites = [{"name": f"site{at}", "domain": f"site{at}.test", "target_url": f"http://127.0.0.1:{behind}"} for at in range(1, SITES)]
        own = place / "own.conf"
        own.write_text(OWN.format(0), encoding="utf-8")
        waf = {"mode": "on", "rules": [*crs(CRS), str(own)]}
        box = Box(place / "ten", behind, waf, extra={"sites": [*sites, {**sites[0], "name": "rest", "domain": "*"}]})
        first_s = box.start(settled=False)
        box.settle()
        first = peer.resident_mib(box.pid)
        starts, engine, work = [], [], []
        for _ in range(STARTS):
            box.stop()
            starts.append(box.start())
            work.append(peer.cpu_s(box.pid))
            engine.append(float(box.waf()["took_s"]))
        ask(box.port, box.pid, "get5", WARM_S, 1)
        weight = peer.resident_mib(box.pid)
        for number in range(1, RELOADS + 1):
            own.write_text(OWN.format(number), encoding="utf-8")
            box.reread()
        box.settle()
        ask(box.port, box.pid, "get5", WARM_S, 2)
        reloaded = peer.resident_mib(box.pid)
        box.stop()
    yield at_most("first start, nothing kept: until it judges", first_s, "s", FIRST_S, "the whole daemon, by the clock")
    yield at_most("memory after it, matchers made", first, "MiB", RSS_MIB, "PSS")
    whole = f"the whole daemon {median(starts):.2f} s, {median(work):.2f} s of processor time"
    yield at_most("engine cold start, databases kept", median(engine), "s", START_S, f"{spread(engine, 2)}; {whole}")
    yield at_most(f"memory with the CRS and {SITES} sites", weight, "MiB", RSS_MIB, "PSS")
    yield at_most(f"memory after {RELOADS} reloads with other patterns", reloaded, "MiB", RSS_MIB, "PSS; matchers made anew")


@contextmanager
def _upstream(place: Path) -> Iterator[int]:
    port = free_port()
    server = peer.upstream(place / f"upstream{port}", port)
    try:
        yield port
    finally:
        server.stop()


@contextmanager
def _nginx(place: Path, behind: int, rules: tuple[Path, ...] = ()) -> Iterator[peer.Nginx]:
    server = peer.proxy(place, free_port(), behind, rules)
    try:
        yield server
    finally:
        server.stop()


Server = tuple[int, int]
"""Process and port."""


def _rounds(kind: str, theirs: Server, ours: Server) -> list[tuple[Asked, Asked]]:
    """Both in turns, theirs first."""
    for pid, port in (theirs, ours):
        ask(port, pid, kind, WARM_S, 0)
    return [(ask(theirs[1], theirs[0], kind, RUN_S, seed), ask(ours[1], ours[0], kind, RUN_S, seed)) for seed in range(1, ROUNDS + 1)]


def _compared(name: str, found: list[tuple[Asked, Asked]], least: float) -> Iterator[Figure]:
    theirs, ours = ([each.per_cpu_s for each in side] for side in zip(*found, strict=True))
    ratios = [mine / other for other, mine in zip(theirs, ours, strict=True)]
    yield Figure(name, median(ours), "/s", median(theirs), "nginx", least=least, note=f"ratios {spread(ratios, 2)}")


def _latency(name: str, found: list[tuple[Asked, Asked]]) -> Figure:
    theirs, ours = ([each.p99_ms for each in side] for side in zip(*found, strict=True))
    halves = [median([each.p50_ms for each in side]) for side in zip(*found, strict=True)]
    note = f"{CONNECTIONS} connections; p50 {halves[1]:.2f} ms, nginx {halves[0]:.2f} ms"
    return Figure(f"{name}: p99", median(ours), "ms", median(theirs), "nginx", most=1, note=note)


def ask(port: int, pid: int, kind: str, seconds: float, seed: int, connections: int = CONNECTIONS) -> Asked:
    """Ask a proxy for some seconds; RuntimeError when it did not answer all with 200."""
    words = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds:g}s", "--timeout", f"{PATIENCE_S}s", "--latency", "-s", str(SCRIPT)]
    words.append(f"http://127.0.0.1:{port}/")
    before = peer.cpu_s(pid)
    told = subprocess.run([*words, "--", kind, str(seed)], check=True, capture_output=True, text=True).stdout
    used = peer.cpu_s(pid) - before
    if "Non-2xx" in told or "Socket errors" in told:
        raise RuntimeError(f"{kind} at port {port}: {told}")
    count = int(_found(r"(\d+) requests in", told)[1])
    return Asked(count / used, _ms("50%", told), _ms("99%", told), count)


def _found(pattern: str, text: str) -> re.Match[str]:
    match = re.search(pattern, text)
    if match is None:
        raise RuntimeError(f"wrk said nothing of {pattern}: {text}")
    return match


def _ms(which: str, text: str) -> float:
    match = _found(rf"{which}\s+([\d.]+)(us|ms|s|m)\b", text)
    return float(match[1]) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}[match[2]]
