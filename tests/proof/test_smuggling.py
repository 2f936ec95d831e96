"""No request whose framing can be read in two ways reaches an upstream that way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proof import downgrade
from tests.proof.box import Box, free_port
from tests.proof.parsers import READERS, requests
from tests.proof.recorder import Recorder
from tests.proof.smuggling import Case, faults, table, tried

LEAST = 200


@pytest.fixture(scope="module", params=["plain", "judged"])
def edge(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, matchers: Path) -> Iterator[tuple[Box, Recorder]]:
    """The daemon, as a proxy that streams and as one that collects bodies to judge them."""
    waf = {"mode": "detect", "rules": ["builtin"]} if request.param == "judged" else None
    secure = {"edge": {"https": [f"127.0.0.1:{free_port()}"]}}
    with (
        Recorder() as recorder,
        Box(Path(tmp_path_factory.mktemp("box")) / "box", recorder.port, waf, extra=secure, matchers=matchers) as box,
    ):
        yield box, recorder


def test_the_table_is_large_and_names_each_case_once() -> None:
    cases = table()
    assert len({case.name for case in cases}) == len(cases)
    assert sum(case.want != "normalised" for case in cases) >= LEAST


def test_nothing_ambiguous_is_forwarded(edge: tuple[Box, Recorder]) -> None:
    box, recorder = edge
    assert tried(box.port, recorder, table()) == {}


def test_nothing_comes_out_of_http2_as_something_else(edge: tuple[Box, Recorder]) -> None:
    box, recorder = edge
    assert downgrade.tried(box.secure_port, recorder, downgrade.table()) == {}


def test_a_client_that_sends_all_of_a_stream_is_answered(edge: tuple[Box, Recorder]) -> None:
    box, _ = edge
    plain = next(stream for stream in downgrade.table() if stream.case.name == "plain")
    assert downgrade.sent(box.secure_port, plain) == ([200], False)


@pytest.mark.parametrize(
    "raw",
    [
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 0\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: y\nContent-Length: 3\r\n\r\nabc",
        b"GET / HTTP/1.1\r\nContent-Length : 3\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;\nabc\r\n0\r\n\r\n",
    ],
)
def test_the_readers_differ_on_what_is_ambiguous(raw: bytes) -> None:
    assert len({tuple(requests(reader, raw)[0]) for reader in READERS}) > 1
    assert list(faults(Case("x", raw, "normalised"), [200], True, [raw]))
