"""Large and endless things: memory stays bounded, who is ahead is paused, what trickles is passed on as it comes."""

import asyncio
import hashlib
import threading
import time
from pathlib import Path

import pytest

from routerd.edge import service
from routerd.edge.context import Context
from routerd.edge.exchange import Exchange
from routerd.edge.forwarding import Proxies
from routerd.edge.head import Peer
from routerd.edge.limits import Limits
from routerd.edge.message import Request
from routerd.edge.plan import Site, Upstream
from tests.edge.rig import Behind, FakeGuard, Line, edged, request
from tests.fakes.clock import FakeClock

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


@pytest.mark.parametrize("guard", [None, FakeGuard(response_octets=100_000)])
def test_a_client_that_pipelines_and_takes_nothing_takes_no_memory(guard):
    """The first answers fit into buffers; the next must not begin before these were taken."""

    def serve(line: Line) -> None:
        while True:
            line.head()
            line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n" + bytes(500_000))

    with edged(Behind(serve), guard=guard) as rig, Watch() as watch:
        client = rig.client()
        client.send(request() * 400)
        time.sleep(1)
        assert watch.extra < 20_000_000
        for _ in range(400):
            assert len(client.answer()[1]) == 500_000


@pytest.mark.parametrize("loop", [service.new_loop, asyncio.new_event_loop])
def test_an_upstream_that_takes_nothing_takes_no_memory(loop, monkeypatch):
    monkeypatch.setattr(service, "new_loop", loop)
    wait = threading.Event()

    def serve(line: Line) -> None:
        wait.wait(5)
        line.head()
        drain(line, LARGE)
        line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nthat")

    with edged(Behind(serve), guard=FakeGuard(body_octets=4_000_000)) as rig, Watch() as watch:
        client = rig.client()
        client.send(request(b"Content-Length: %d" % LARGE, method=b"PUT"))
        thread = threading.Thread(target=pour, args=(client,))
        thread.start()
        time.sleep(1)
        held = watch.extra
        wait.set()
        assert client.answer()[1] == b"that"
        thread.join()
    assert held < 24_000_000  # of which 4 MB were collected, joined, and handed over


class Ends:
    """Both sides of an exchange in one; the upstream is full as soon as it is sent anything."""

    reused = False
    peer = Peer(b"192.0.2.1", b"192.0.2.1", 1, b"", 80, b"http")

    def __init__(self):
        self.reading = True
        self.taker = None

    def pause_reading(self):
        self.reading = False

    def resume_reading(self):
        self.reading = True

    def connect(self, _upstream, _site, taker, **_):
        self.taker = taker

    def request(self, *_):
        pass

    def body(self, _octets):
        self.taker.upstream_full()


def test_a_client_is_not_told_to_go_on_while_the_upstream_is_full():
    ends = Ends()
    context = Context(asyncio.new_event_loop(), Limits(), FakeClock(), None, Proxies())
    context.connector = ends
    site = Site("main", ("*",), (Upstream("http", "192.0.2.2", 80),))
    exchange = Exchange(context, site, Request(b"PUT", b"/", b"HTTP/1.1", (), (), b"a", b"a", None), ends)
    exchange.begin()
    exchange.body(bytes(100_000))
    assert not ends.reading
    exchange.connected(ends)
    assert not ends.reading
    exchange.upstream_drained()
    assert ends.reading
    context.loop.close()
