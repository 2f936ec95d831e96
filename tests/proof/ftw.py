"""All regression tests of the OWASP CRS through the real daemon: sent over loopback, judged by the rule ids of its audit log.

python -m tests.proof.ftw [--only PATTERN] [--show]

Each stage of a test comes from an address of its own below 127.0.0.0/8, by which its line in the log is found. The rules only detect, so
that all are heard; what the edge refuses with 400 they are shown all the same. Exit status 0: exactly those of `known.toml` fail.
"""

import argparse
import json
import os
import re
import socket
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from routerd.waf.ftw.reader import read
from routerd.waf.ftw.tests import Expected, Stage, Test
from routerd.waf.ftw.wire import octets
from tests.proof.backend import Backend
from tests.proof.box import ROOT, Box, crs

CRS = Path(os.environ.get("CRS_DIR") or ROOT.parent / "shared" / "data" / "crs-4.29")
SETUP = ROOT / "tests" / "waf" / "crs" / "setup.conf"
KNOWN = Path(__file__).with_name("known.toml")
LEAST_PASSED = 5030
AT_ONCE = 4
ANSWER_S = 10
PATIENCE_S = 2
SETTLE_S = 1.5
_ANY = r'\[id "\d+"\]'
_ID = re.compile(r'\[?id "(\d+)')
_UNREADABLE = 200002
"""Of what every rule set starts from: a body that cannot be read. Its log line tells what the reader said."""


def tests(only: str) -> list[Test]:
    """Those of the rules; `*.yml` holds tests of exclusions that the CRS ships switched off."""
    files = sorted((CRS / "tests").rglob("*.yaml"))
    found = [test for file in files for test in read(file.read_text(encoding="utf-8"), str(file.relative_to(CRS)))]
    return [test for test in found if re.search(only, test.name)]


def addresses() -> Iterator[str]:
    """Of loopback, each once; 127.0.0.1 itself is one that rules make exceptions for."""
    return (f"127.{high}.{middle}.{low}" for high in range(1, 250) for middle in range(256) for low in range(1, 255))


def send(port: int, client: str, raw: bytes) -> int:
    """Send a request, read its answer; returns the status, 0 for none."""
    answer = b""
    with socket.socket() as connection:
        connection.bind((client, 0))
        connection.connect(("127.0.0.1", port))
        try:
            connection.sendall(raw)
            answer = _answer(connection)
        except OSError:
            pass
    found = re.match(rb"HTTP/1\.[01] (\d{3})", answer)
    return int(found[1]) if found else 0


def _answer(connection: socket.socket) -> bytes:
    """What came until the answer was whole. A server that waits for more of the request is told after a while that none will come."""
    answer = b""
    connection.settimeout(PATIENCE_S)
    while not _whole(answer):
        try:
            piece = connection.recv(65_536)
        except TimeoutError:
            if connection.gettimeout() == ANSWER_S:
                return answer
            connection.settimeout(ANSWER_S)
            connection.shutdown(socket.SHUT_WR)
            continue
        if not piece:
            return answer
        answer += piece
    return answer


def _whole(answer: bytes) -> bool:
    head, blank, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    return bool(blank) and length is not None and len(body) >= int(length[1])


def logged(audit: Path) -> dict[str, set[int]]:
    """Rule ids by client."""
    found: dict[str, set[int]] = defaultdict(set)
    for line in audit.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        found[told["client"]] |= set(told["rule_ids"])
    return found


def wrong(expected: Expected, test: Test, ids: set[int]) -> list[str]:
    """In what a stage came out otherwise; log lines count by the rule that they are of, as the audit log holds ids alone."""
    found = [f"rule {each} did not match" for each in expected.ids if each not in ids]
    found += [f"rule {each} matched" for each in expected.not_ids if each in ids]
    if expected.pattern and not (ids if expected.pattern == _ANY else ids & _meant(expected.pattern, test)):
        found.append(f"nothing was logged that fits {expected.pattern}")
    if expected.not_pattern and (ids if expected.not_pattern == _ANY else ids & _meant(expected.not_pattern, test) - {_UNREADABLE}):
        found.append(f"what was logged fits {expected.not_pattern}")
    if expected.alone and len(ids) != 1:
        found.append(f"not one rule matched but {sorted(ids)}")
    return found


def _meant(pattern: str, test: Test) -> set[int]:
    unreadable = {_UNREADABLE} if "parsing error" in pattern else set()
    return {int(each) for each in _ID.findall(pattern)} | unreadable or {test.rule}


def played(chosen: Sequence[Test], matcher: str = "") -> dict[str, tuple[list[str], list[set[int]], list[int]]]:
    """What came of each test: what was wrong, and by stage rule ids and statuses."""
    with tempfile.TemporaryDirectory() as place, Backend() as backend:
        waf = {"mode": "detect", "rules": crs(CRS, SETUP), "audit_log": f"{place}/box/audit.jsonl"}
        box = Box(Path(place) / "box", backend.port, waf)
        with box:
            sources = addresses()
            work: list[tuple[Test, Stage, str]] = [(test, stage, next(sources)) for test in chosen for stage in test.stages]
            with ThreadPoolExecutor(AT_ONCE) as threads:
                statuses = list(threads.map(lambda each: send(box.port, each[2], octets(each[1].sent)), work))
            time.sleep(SETTLE_S)
        ids = logged(Path(f"{place}/box/audit.jsonl"))
    found: dict[str, tuple[list[str], list[set[int]], list[int]]] = {}
    for (test, stage, client), status in zip(work, statuses, strict=True):
        mine = found.setdefault(test.name, ([], [], []))
        mine[0].extend(wrong(stage.expected, test, ids[client]))
        mine[1].append(ids[client])
        mine[2].append(status)
    return found


def main() -> int:
    """Print what failed, and how many passed."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof.ftw", description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="", help="tests whose name matches this regular expression")
    arguments = parser.parse_args()
    chosen = tests(arguments.only)
    known = {name: why for name, why in tomllib.loads(KNOWN.read_text(encoding="utf-8")).items() if re.search(arguments.only, name)}
    begun = time.monotonic()
    found = played(chosen)
    failed = {name: (faults, statuses) for name, (faults, _, statuses) in found.items() if faults}
    for name, (faults, statuses) in failed.items():
        print(f"{name} (answered {statuses}): {'; '.join(faults)}{' - known: ' + known[name] if name in known else ''}")
    for name in known.keys() - failed.keys():
        print(f"{name} passes, and is in {KNOWN.name} as one that fails")
    print(f"{len(chosen) - len(failed)} of {len(chosen)} tests passed in {time.monotonic() - begun:.0f} s")
    enough = arguments.only or len(chosen) - len(failed) >= LEAST_PASSED
    return 0 if failed.keys() == known.keys() and enough else 1


if __name__ == "__main__":
    sys.exit(main())
