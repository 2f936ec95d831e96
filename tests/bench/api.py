"""(c) The action API beside its limits: what bottle on waitress can do at all, and what the disk takes in durable commits.

All servers run in the gateway's namespace with as many threads, and are asked by the same wrk, in turns.
"""

import contextlib
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figures import Figure, median, spread
from tests.bench.load import CONNECTIONS, wrk
from tests.bench.site import Site, site
from tests.lab import plan as place
from tests.lab.network import ROOT

ONLINE = 1_000
ROUNDS = 5
RUN_S = 2
COMMITS = 300
THREADS = 8
HALF = 0.5
API = f"http://127.0.0.1:{place.MANAGEMENT_PORT}/api/"


def run() -> list[Figure]:
    """The figures."""
    with site(ONLINE) as here:
        key = here.gateway.api_on()
        listing = {"api-key": key, "action": "get_active_guests"}
        octets = len(json.dumps(here.gateway.api("get_active_guests")))
        with _hello(here, 9001, 0) as hello, _hello(here, 9002, octets) as same_size:
            found = _rounds(here, listing, {"api-key": key, "action": "create_voucher"}, hello, same_size)
    return _figures(found, octets)


def _rounds(here: Site, listing: object, creating: object, hello: str, same_size: str) -> dict[str, list[float]]:
    gw = here.gateway.where
    found: dict[str, list[float]] = {name: [] for name in ("list", "hello", "size", "create", "create1", "commit")}
    for _ in range(ROUNDS):
        found["list"].append(wrk(gw, API, RUN_S, post=listing).per_second)
        found["hello"].append(wrk(gw, hello, RUN_S, post=listing).per_second)
        found["size"].append(wrk(gw, same_size, RUN_S, post=listing).per_second)
        found["create"].append(wrk(gw, API, RUN_S, post=creating, connections=CONNECTIONS).per_second)
        found["create1"].append(wrk(gw, API, RUN_S, post=creating, connections=1).per_second)
        found["commit"].append(commits_per_second(here.directory))
    return found


def _figures(found: dict[str, list[float]], octets: int) -> list[Figure]:
    middle = {name: median(values) for name, values in found.items()}
    kib = f"{octets / 1024:.0f} KiB"
    return [
        Figure(
            "get_active_guests, 1,000 guests",
            middle["list"],
            "/s",
            middle["hello"],
            "hello world",
            HALF,
            note=f"{kib} an answer; {spread(found['list'])}",
        ),
        Figure("get_active_guests, 1,000 guests", middle["list"], "/s", middle["size"], f"hello world of {kib}", HALF),
        Figure(
            "create_voucher",
            middle["create"],
            "/s",
            middle["hello"],
            "hello world",
            HALF,
            note=f"{CONNECTIONS} connections; {spread(found['create'])}",
        ),
        Figure(
            "create_voucher",
            middle["create"],
            "/s",
            middle["commit"],
            "bare SQLite commits",
            HALF,
            note=f"commits {spread(found['commit'])}",
        ),
        Figure(
            "create_voucher, one after the other",
            middle["create1"],
            "/s",
            middle["commit"],
            "bare SQLite commits",
            note=spread(found["create1"]),
        ),
    ]


@contextlib.contextmanager
def _hello(here: Site, port: int, octets: int) -> Iterator[str]:
    """A hello world in the gateway's namespace; its address."""
    words = (sys.executable, "-m", "tests.bench.hello", str(port), str(THREADS), str(octets))
    process = here.gateway.where.start(*words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.3)
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def commits_per_second(directory: Path) -> float:
    """Durable commits of one row each, one after the other, as the store's settings make them."""
    path = directory / "bare.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = wal")
        db.execute("PRAGMA synchronous = full")
        db.execute("CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, text TEXT)")
        begun = time.perf_counter()
        for _ in range(COMMITS):
            db.execute("INSERT INTO bare (text) VALUES ('one row')")
        return COMMITS / (time.perf_counter() - begun)
