"""Requests whose framing can be read in more than one way, sent raw to the edge; and what of them its upstream could make.

The table is `smuggling.yaml`. Of each case nothing reaches the upstream, or only what all readers of `parsers` take for the same
requests.
"""

import re
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.proof.parsers import READERS, Seen, requests
from tests.proof.recorder import Recorder

TABLE = Path(__file__).with_name("smuggling.yaml")
LAST = b"GET /last HTTP/1.1\r\nHost: main.test\r\nConnection: close\r\n\r\n"
IDLE_S = 3.0
"""A case that neither ends nor goes on for so long waits for what will not come."""

_REPEATED = re.compile(r"\{\*(\d+) (.*?)\}", re.DOTALL)
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


@dataclass(frozen=True)
class Case:
    """One line of the table.

    Attributes:
        name: what is odd about it.
        raw: what is sent.
        want: see the table.
        seen: method, target and body of what the upstream is to see when it is forwarded.
    """

    name: str
    raw: bytes
    want: str
    seen: tuple[bytes, ...] = ()


def table() -> list[Case]:
    """All cases."""
    return [Case(each["name"], _octets(each["raw"]), each["want"], tuple(map(_octets, each.get("seen", ())))) for each in _read()]


def _read() -> list[dict]:
    return yaml.load(TABLE.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _octets(text: str) -> bytes:
    return _REPEATED.sub(lambda found: found[2] * int(found[1]), text).encode("latin-1")


def sent(port: int, case: Case) -> tuple[list[int], bool]:
    """Send a case and the last request; returns the statuses that came back, and whether the edge closed the connection."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.settimeout(IDLE_S)
        closed = False
        try:
            connection.sendall(case.raw + LAST)
            while piece := connection.recv(65_536):
                answer += piece
            closed = True
        except TimeoutError:
            pass
        except OSError:
            closed = True
    return [int(each) for each in _STATUS.findall(answer)], closed


def faults(case: Case, statuses: Sequence[int], closed: bool, streams: Sequence[bytes]) -> Iterator[str]:
    """What is wrong with how a case was dealt with.

    Args:
        case: which.
        statuses: of the answers.
        closed: whether the connection was.
        streams: what reached the upstream, by connection.
    """
    read = {reader.name: [seen for stream in streams for seen in requests(reader, stream)[0]] for reader in READERS}
    strict = read[READERS[0].name]
    yield from (f"{name} reads {found}, strict {strict}" for name, found in read.items() if found != strict)
    shown = [_shown(seen) for seen in strict]
    allowed = {
        "refused": [[]],
        "unfinished": [[]],
        "normalised": [list(case.seen)],
        "refused-later": [list(case.seen)],
        "either": [[], list(case.seen)],
    }
    if shown not in allowed[case.want]:
        yield f"the upstream saw {shown}"
    if case.want in ("refused", "refused-later") and not (closed and statuses and 400 <= statuses[-1] < 600):
        yield f"answered {statuses}, {'closed' if closed else 'left open'}"
    if statuses.count(200) != len(strict):
        yield f"{statuses.count(200)} answers of the upstream to {len(strict)} requests"


def _shown(seen: Seen) -> bytes:
    return seen.method + b" " + seen.target + b" " + seen.body


def tried(port: int, recorder: Recorder, cases: Sequence[Case]) -> dict[str, list[str]]:
    """Send cases one after another; returns what was wrong, by case."""
    recorder.taken()
    found: dict[str, list[str]] = {}
    for case in cases:
        statuses, closed = sent(port, case)
        if wrong := list(faults(case, statuses, closed, recorder.taken())):
            found[case.name] = wrong
    return found
