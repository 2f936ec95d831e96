"""Thousands of sessions of frames that may or may not make sense: nothing raises, nothing is left behind, nobody is told twice."""

import asyncio
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hpack import Encoder

from routerd.edge.context import Context
from routerd.edge.forwarding import Proxies
from routerd.edge.head import Peer
from routerd.edge.http2.client import ClientConnection
from routerd.edge.http2.frames import (
    CONTINUATION,
    DATA,
    END_HEADERS,
    END_STREAM,
    GOAWAY,
    HEADERS,
    PING,
    PREFACE,
    PRIORITY,
    PUSH_PROMISE,
    SETTINGS,
)
from routerd.edge.http2.server import ServerConnection
from routerd.edge.limits import Limits
from routerd.edge.message import Answer, Request
from routerd.edge.plan import Plan, Site, Upstream
from tests.fakes.clock import FakeClock

NO_SETTINGS = b"\0\0\0\4\0\0\0\0\0"
UPSTREAM = Upstream("h2c", "x", 1)
SESSIONS = 500
NUMBERS = [0, 1, 100, 16_384, 65_535, 2**31 - 1]


class Transport:
    """Takes everything."""

    def __init__(self) -> None:
        self.closing = False

    def set_write_buffer_limits(self, high) -> None: ...
    def get_extra_info(self, name) -> None: ...
    def write(self, octets) -> None: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    abort = close


class Answering:
    """A connector, and a connection, that answers as soon as it has the whole request."""

    reused = False

    def __init__(self) -> None:
        self.taker: Any = None

    def connect(self, upstream, site, taker, *, fresh=False, switching=False) -> None:
        taker.connected(Answering())

    def forget(self, taker) -> None: ...
    def body(self, octets) -> None: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...

    def request(self, request, extra, length, taker) -> None:
        self.taker = taker
        if length == 0:
            self.body_ended()

    def body_ended(self) -> None:
        if self.taker is not None:
            self.taker.answered(Answer(200, (), (), 5))
            self.taker.answer_data(b"hello")
            self.taker.answer_ended()

    def abandon(self) -> None:
        self.taker = None


class Taker:
    """Asserts that it is told in order, and of one end."""

    def __init__(self) -> None:
        self.answers = self.ends = 0

    def answered(self, answer) -> None:
        self.answers += 1
        assert (self.answers, self.ends) == (1, 0)

    def answer_data(self, octets) -> None:
        assert (self.answers, self.ends) == (1, 0)

    def answer_flush(self) -> None:
        assert self.ends == 0

    def answer_ended(self) -> None:
        self.ends += 1
        assert (self.answers, self.ends) == (1, 1)

    def broke(self, reason, *, stale=False, late=False) -> None:
        self.ends += 1
        assert self.ends == 1
        assert not (stale and self.answers)

    def upstream_full(self) -> None: ...
    def upstream_drained(self) -> None: ...


class Keeper:
    def released(self, connection) -> None: ...
    def gone(self, connection) -> None: ...


@pytest.fixture
def context() -> Iterator[Context]:
    loop = asyncio.new_event_loop()
    failures: list[Any] = []
    loop.set_exception_handler(lambda _loop, said: failures.append(said))
    made = Context(loop, Limits(requests=50), FakeClock(), None, Proxies())
    made.connector = Answering()
    made.plan = Plan((Site("a", ("*",), (UPSTREAM,)),))
    yield made
    loop.close()
    assert failures == []


def frames(random: Random, head: list[tuple[bytes, bytes]], streams: list[int]) -> list[bytes]:
    """Frames of all kinds on few streams, in any order; heads take the next of `streams`."""
    encoder = Encoder()
    names, values = [b"a", b"content-length", b"expect", b"X", b"te"], [b"4", b"0", b"x", b"\r\n"]
    made = []
    left, begun = list(streams), [1]
    for _ in range(random.randint(1, 15)):
        more = [(random.choice(names), random.choice(values)) for _ in range(random.choice([0, 0, 0, 1]))]
        kind = random.choices(range(10), [4, 6, 0.2, 1, 0.5, 0.1, 0.3, 0.2, 1, 0.1])[0]
        flags = (random.random() < 0.4) * END_STREAM | (random.random() < 0.9) * END_HEADERS
        number = random.choice(NUMBERS).to_bytes(4)
        if kind == HEADERS and left and random.random() < 0.8:
            begun.append(left.pop(0))
        stream = 0 if kind in {SETTINGS, PING, GOAWAY} else begun[-1] if kind == HEADERS else random.choice(begun)
        payload = {
            DATA: bytes(random.choice([0, 4, 300])),
            HEADERS: encoder.encode([*head, *more]),
            PRIORITY: number + b"x",
            SETTINGS: bytes([0, random.choice([1, 3, 4, 4, 5, 6, 77])]) + number,
            PUSH_PROMISE: b"\0\0\0\2" + encoder.encode(head),
            PING: bytes(8),
            GOAWAY: number + number,
            CONTINUATION: encoder.encode(more),
        }.get(kind, number)
        if random.random() < 0.02:
            stream = random.choice([0, 2, 99])
        flags &= {DATA: END_STREAM, SETTINGS: 0, PING: 0, GOAWAY: 0}.get(kind, 255)
        made.append(len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload)
    return made


def pieces(random: Random, octets: bytes, spared: int = 0) -> Iterator[bytes]:
    """The octets, some of them changed, as they might arrive."""
    changed = bytearray(octets)
    for _ in range(random.choice([0, 0, 0, 0, 1, 3])):
        changed[random.randrange(spared, len(changed))] = random.randrange(256)
    while changed:
        size = random.choice([1, 9, 60, 100_000])
        yield bytes(changed[:size])
        del changed[:size]


def turn(context: Context) -> None:
    context.loop.run_until_complete(asyncio.sleep(0))


def test_clients(context):
    peer = Peer(b"192.0.2.1", b"192.0.2.1", 1, b"192.0.2.2", 443, b"https", tls="1.3")
    head = [(b":method", b"POST"), (b":scheme", b"https"), (b":authority", b"a"), (b":path", b"/")]
    for seed in range(SESSIONS):
        random = Random(seed)
        connection = ServerConnection(context, peer)
        connection.connection_made(Transport())
        for piece in pieces(random, b"".join([PREFACE, NO_SETTINGS, *frames(random, head, list(range(1, 99, 2)))]), len(PREFACE)):
            connection.data_received(piece)
            turn(context)
        connection.overdue(context.now)
        connection.connection_lost(None)
        turn(context)
        assert (context.running, len(context.crowd)) == (0, 0), seed
    assert context.answers[200] > SESSIONS // 10
    assert context.answers[400] > SESSIONS // 50


def test_upstreams(context):
    answered = broken = 0
    for seed in range(SESSIONS):
        random = Random(seed)
        connection, takers = ClientConnection(context, UPSTREAM, Keeper()), [Taker() for _ in range(3)]
        connection.connection_made(Transport())
        for taker, length in zip(takers, [0, 5, None], strict=True):
            stream = connection.stream()
            stream.request(Request(b"POST", b"/", b"HTTP/1.1", (), (), b"h", b"h", length), b"", length, taker)
            if length != 0:
                stream.body(b"12345")
                if random.random() < 0.7:
                    stream.body_ended()
        for piece in pieces(random, NO_SETTINGS + b"".join(frames(random, [(b":status", b"200")], [1, 3, 5]))):
            connection.data_received(piece)
            turn(context)
        connection.connection_lost(None)
        turn(context)
        assert [taker.ends for taker in takers] == [1, 1, 1], seed
        assert not connection.streams
        answered += sum(taker.answers for taker in takers)
        broken += sum(not taker.answers for taker in takers)
    assert min(answered, broken) > SESSIONS // 4
