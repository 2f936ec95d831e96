"""Large and endless things: memory stays bounded, who is ahead is paused, what trickles is passed on as it comes."""

import hashlib
import threading
import time
from pathlib import Path

import pytest

from routerd.edge.limits import Limits
from tests.edge.rig import Behind, FakeGuard, Line, edged, request

PIECE = bytes(range(256)) * 1_024
LARGE = 300_000_000 // len(PIECE) * len(PIECE)


def resident() -> int:
    """Octets of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096


class Watch:
    """The most memory while something runs, over what was there before."""

    def __enter__(self):
        self._before = self._most = resident()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _look(self):
        while not self._over.wait(0.01):
            self._most = max(self._most, resident())

    @property
    def extra(self) -> int:
        return self._most - self._before


def drain(line: Line, octets: int, pause_s: float = 0.0) -> None:
    """Read so much and keep none of it; `pause_s` now and then."""
    while octets > 0:
        octets -= len(line.take(min(octets, len(PIECE))))
        if pause_s and octets % (64 * len(PIECE)) == 0:
            time.sleep(pause_s)


def pour(line: Line) -> None:
    for _ in range(LARGE // len(PIECE)):
        line.send(PIECE)


@pytest.mark.parametrize("guard", [None, FakeGuard(body_octets=100_000)])
def test_a_large_upload_to_a_slow_upstream_takes_no_memory(guard):
    def serve(line: Line) -> None:
        line.head()
        drain(line, LARGE, 0.005)
        line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nthat")

    with edged(Behind(serve), guard=guard) as rig, Watch() as watch:
        client = rig.client()
        client.send(request(b"Content-Length: %d" % LARGE, method=b"PUT"))
        pour(client)
        assert client.answer()[1] == b"that"
    assert watch.extra < 20_000_000


@pytest.mark.parametrize("guard", [None, FakeGuard(response_octets=100_000)])
def test_a_large_answer_to_a_slow_client_takes_no_memory(guard):
    def serve(line: Line) -> None:
        line.head()
        line.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % LARGE)
        pour(line)
        line.head()

    with edged(Behind(serve), guard=guard) as rig, Watch() as watch:
        client = rig.client()
        client.send(request())
        client.head()
        drain(client, LARGE, 0.005)
    assert watch.extra < 20_000_000


def test_large_bodies_arrive_as_they_were_sent_both_ways_at_once():
    def serve(line: Line) -> None:
        line.head()
        line.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while size := int(line.until(b"\r\n"), 16):
            piece = line.take(size)
            line.take(2)
            line.send(b"%x\r\n%b\r\n" % (len(piece), piece))
        line.send(b"0\r\n\r\n")
        line.head()

    sent = hashlib.sha256()
    with edged(Behind(serve)) as rig:
        client = rig.client()
        client.send(request(b"Transfer-Encoding: chunked", method=b"POST"))

        def send() -> None:
            for at in range(1, 60):
                piece = PIECE[: at * 4_000]
                sent.update(piece)
                client.send(b"%x\r\n%b\r\n" % (len(piece), piece))
            client.send(b"0\r\n\r\n")

        thread = threading.Thread(target=send)
        thread.start()
        _, body = client.answer()
        thread.join()
    assert hashlib.sha256(body).digest() == sent.digest()


def test_events_are_passed_on_one_by_one():
    more = threading.Event()

    def serve(line: Line) -> None:
        line.head()
        line.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        for at in range(5):
            more.wait(5)
            more.clear()
            line.send(b"data: %d\n\n" % at)
        line.head()

    with edged(Behind(serve)) as rig:
        client = rig.client()
        client.send(request(b"Accept: text/event-stream"))
        head = client.head()
        assert b"Transfer-Encoding: chunked" in head
        for at in range(5):
            more.set()
            assert client.until(b"\n\n\r\n") == b"9\r\ndata: %d\n\n\r\n" % at


def test_a_client_that_leaves_an_endless_answer_frees_the_upstream():
    gone = threading.Event()

    def serve(line: Line) -> None:
        line.head()
        line.send(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                line.send(PIECE)
        except OSError:
            gone.set()

    with edged(Behind(serve), limits=Limits()) as rig:
        client = rig.client()
        client.send(request())
        client.take(1_000_000)
        client.reset()
        assert gone.wait(5)
