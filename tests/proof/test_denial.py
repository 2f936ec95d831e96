"""What is meant to tie the box up: each is answered or cut off, others are served meanwhile, and memory stays bounded."""

import contextlib
import gzip
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bench.peer import resident_mib
from tests.proof.box import Box, asked
from tests.proof.recorder import Recorder

MEMORY_MIB = 64
"""That all of it together may add."""

ANSWER_S = 10
SLOW = 400
SERVED_S = 2.0
FORM = "application/x-www-form-urlencoded"
LAUGHS = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10 if at else "ha" * 10}">' for at in range(10))
KNOWN_BODIES: dict[str, tuple[str, bytes]] = {
    "an XML of a billion laughs": ("text/xml", f'<?xml version="1.0"?><!DOCTYPE x [{LAUGHS}]><x>&l9;</x>'.encode()),
    "an XML with one entity many times": (
        "text/xml",
        b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 50_000 + b'">]><x>' + b"&a;" * 20_000 + b"</x>",
    ),
    "an XML of many levels": ("text/xml", b"<a>" * 30_000 + b"</a>" * 30_000),
    "an XML of many attributes": ("text/xml", b"<a " + b" ".join(b'a%d="b"' % at for at in range(9_000)) + b"/>"),
    "a JSON of many levels": ("application/json", b"[" * 100_000 + b"]" * 100_000),
    "a JSON of many levels that never end": ("application/json", b'{"a":' * 20_000),
    "a JSON of many members": ("application/json", b"{" + b",".join(b'"a%d":1' % at for at in range(100_000)) + b"}"),
    "a JSON of many empty lists": ("application/json", b"[" + b",".join([b"[]"] * 40_000) + b"]"),
    "a JSON of a long number": ("application/json", b"[" + b"9" * 120_000 + b"]"),
    "a form of 100,000 parameters": (FORM, b"&".join(b"a%d=1" % at for at in range(100_000))),
    "a form of 100,000 parameters of one name": (FORM, b"&".join([b"a=1"] * 100_000)),
    "a form of separators": (FORM, b"&" * 130_000),
    "a form of percent signs": (FORM, b"a=" + b"%25" * 40_000),
    "a form of entities": (FORM, b"a=" + b"%26lt%3B" * 15_000),
    "a multipart of many parts": (
        "multipart/form-data; boundary=b",
        b"".join(b'--b\r\nContent-Disposition: form-data; name="a%d"\r\n\r\nx\r\n' % at for at in range(2_000)) + b"--b--\r\n",
    ),
    "a multipart of many headers": (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="a"\r\n' + b"X-Y: z\r\n" * 10_000 + b"\r\nx\r\n--b--\r\n",
    ),
    "a multipart of half boundaries": ("multipart/form-data; boundary=" + "-" * 60, b"\r\n" + b"-" * 120_000),
    "a body of ${": (FORM, b"a=" + b"${" * 60_000),
    "a body of tags": (FORM, b"a=" + b"<a onload=" * 12_000),
    "a body of quotes": (FORM, b"a=" + b"' or '" * 20_000),
    "a zip bomb": ("application/json", gzip.compress(b"[" + b"1," * 3_000_000 + b"1]")),
}


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with Recorder() as recorder:
        yield recorder


@pytest.fixture(scope="module")
def box(recorder: Recorder, tmp_path_factory: pytest.TempPathFactory, matchers: Path) -> Iterator[Box]:
    with Box(Path(tmp_path_factory.mktemp("box")) / "box", recorder.port, {"mode": "on", "rules": ["builtin"]}, matchers=matchers) as box:
        yield box


def post(port: int, kind: str, body: bytes, *fields: str) -> tuple[int, float]:
    """The status of an answer, and seconds until it came."""
    begun = time.monotonic()
    lines = [
        "POST /in HTTP/1.1",
        "Host: main.test",
        "Connection: close",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        *fields,
        "",
        "",
    ]
    with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_S) as connection:
        with contextlib.suppress(OSError):
            connection.sendall("\r\n".join(lines).encode() + body)
        head = connection.recv(4_096)
    return int(head[9:12] or 0), time.monotonic() - begun


@pytest.mark.parametrize("name", KNOWN_BODIES)
def test_a_body_that_is_a_bomb_is_answered(box: Box, name: str) -> None:
    kind, body = KNOWN_BODIES[name]
    coding = ["Content-Encoding: gzip"] if name == "a zip bomb" else []
    before = resident_mib(box.pid)
    status, took_s = post(box.port, kind, body, *coding)
    assert 200 <= status < 500
    assert took_s < SERVED_S
    assert resident_mib(box.pid) - before < MEMORY_MIB
    assert asked(box.port) == 200


def test_a_query_of_100_000_parameters_is_answered(box: Box) -> None:
    assert asked(box.port, b"/?" + b"&".join([b"a=1"] * 100_000)) in (414, 431)
    assert asked(box.port, b"/?" + b"&".join([b"a=1"] * 4_000)) in (200, 403, 413, 414)


def dripping(port: int, count: int, first: bytes, source: str) -> list[socket.socket]:
    """Connections that have sent so much of a request and go on slowly."""
    found = []
    for _ in range(count):
        connection = socket.socket()
        connection.bind((source, 0))
        connection.connect(("127.0.0.1", port))
        connection.sendall(first)
        found.append(connection)
    return found


def is_over(connection: socket.socket) -> bool:
    """Whether the other side has answered or closed it."""
    connection.setblocking(False)
    try:
        connection.recv(4_096)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def drip(connections: list[socket.socket], piece: bytes) -> None:
    for connection in connections:
        try:
            connection.setblocking(True)
            connection.send(piece)
        except OSError:
            pass


def test_slow_requests_are_cut_off_and_keep_nobody_out(box: Box) -> None:
    before = resident_mib(box.pid)
    heads = dripping(box.port, SLOW // 2, b"GET / HTTP/1.1\r\nHost: main.test\r\nX", "127.0.2.1")
    silent = dripping(box.port, SLOW // 4, b"", "127.0.3.1")
    bodies = dripping(box.port, SLOW // 4, b"POST / HTTP/1.1\r\nHost: main.test\r\nContent-Length: 100000\r\n\r\na", "127.0.4.1")
    slowest = 0.0
    for _ in range(13):
        time.sleep(1)
        drip(heads, b"x")
        drip(bodies, b"a")
        begun = time.monotonic()
        assert asked(box.port) == 200
        slowest = max(slowest, time.monotonic() - begun)
    assert resident_mib(box.pid) - before < MEMORY_MIB
    assert slowest < SERVED_S
    # A head has ten seconds in all; a body has to keep a pace after its first ten.
    for each, least in ((heads, 1.0), (silent, 1.0), (bodies, 1.0)):
        assert sum(map(is_over, each)) >= least * len(each)
        for connection in each:
            connection.close()


def test_one_client_may_not_take_all_connections(box: Box) -> None:
    held = dripping(box.port, 300, b"", "127.0.5.1")
    time.sleep(0.3)
    assert sum(map(is_over, held)) >= 40
    assert asked(box.port) == 200
    for connection in held:
        connection.close()


@pytest.mark.parametrize(
    "sent",
    [
        lambda: b"GET / HTTP/1.1\r\nHost: main.test\r\n" + b"X: y\r\n" * 100_000,
        lambda: b"GET / HTTP/1.1\r\nHost: main.test\r\nX: " + b"a" * 10_000_000,
        lambda: b"GET /" + b"a" * 10_000_000,
        lambda: b"\r\n" * 1_000_000,
        lambda: b"\x00" * 5_000_000,
        lambda: b"POST / HTTP/1.1\r\nHost: main.test\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 300_000,
        lambda: b"POST / HTTP/1.1\r\nHost: main.test\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"a" * 5_000_000,
        lambda: b"POST / HTTP/1.1\r\nHost: main.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * 500_000,
        lambda: b"GET / HTTP/1.1\r\nHost: main.test\r\n\r\n" * 20_000,
    ],
    ids=[
        "many fields",
        "a long field",
        "a long target",
        "empty lines",
        "zeros",
        "tiny chunks",
        "a long extension",
        "many trailers",
        "a long pipeline",
    ],
)
def test_a_flood_on_one_connection_is_bounded(box: Box, sent: Callable[[], bytes]) -> None:
    before = resident_mib(box.pid)
    flood = memoryview(sent())
    with socket.create_connection(("127.0.0.1", box.port), timeout=1) as connection:
        until = time.monotonic() + 3
        while flood and time.monotonic() < until:
            try:
                flood = flood[connection.send(flood[:65_536]) :]
            except OSError:
                break
        assert resident_mib(box.pid) - before < MEMORY_MIB
    assert asked(box.port) == 200
