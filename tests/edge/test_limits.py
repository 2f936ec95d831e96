"""Slow, silent and many clients: each limit is met by the answer that `edge.limits` states, and memory is let go of."""

import contextlib
import dataclasses
import socket
import time

import pytest

from routerd.core.edge import EdgeSettings
from routerd.edge.http1 import server
from routerd.edge.limits import Limits
from routerd.edge.plan import Plan, Site, Upstream
from tests.edge.rig import HELLO, Behind, Line, answering, edged, request, until

SHORT = Limits(head_s=0.5, body_s=0.5, keep_alive_s=0.5, answer_s=0.5, upstream_idle_s=0.5, tunnel_idle_s=0.5, connect_s=0.5, stop_s=0.2)


def silent(line: Line) -> None:
    line.all()


def half(line: Line) -> None:
    line.head()
    line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
    line.all()


SLOW = {
    "nothing at all": (answering(), b"", b""),
    "half a head": (answering(), b"GET / HTTP/1.1\r\nHost: a", b"HTTP/1.1 408 "),
    "half a second head": (answering(), request() + b"GET /", b"HTTP/1.1 408 "),
    "half a body": (silent, request(b"Content-Length: 9", method=b"PUT", body=b"half"), b"HTTP/1.1 408 "),
    "no second request": (answering(), request(), HELLO[:9]),
    "an upstream that does not answer": (silent, request(b"Connection: close"), b"HTTP/1.1 504 "),
    "an upstream that falls silent": (half, request(), b"HTTP/1.1 200 "),
}


@pytest.mark.parametrize("case", SLOW)
def test_who_is_slow_is_let_go_of(case):
    serve, sent, answered = SLOW[case]
    with edged(Behind(serve), limits=SHORT) as rig:
        began = time.monotonic()
        answer = rig.ask(sent)
        assert 0.4 < time.monotonic() - began < 4
        state = rig.edge.state()
    last = answer[answer.rfind(b"HTTP/1.1 ") :]
    assert last.startswith(answered)
    assert state.requests == 0


def test_a_head_in_drops_does_not_outlast_its_time():
    with edged(Behind(answering()), limits=SHORT) as rig:
        client = rig.client()
        client.socket.settimeout(0.05)
        began = time.monotonic()
        answer = b""
        for octet in request(b"X: " + b"a" * 1_000):
            client.send(bytes([octet]))
            with contextlib.suppress(TimeoutError):
                answer = client.take(1)
                break
        assert answer
        assert time.monotonic() - began < 4
        assert rig.edge.state().answers[408] == 1


def test_a_body_in_drops_is_too_slow_however_steady(monkeypatch):
    monkeypatch.setattr(server, "GRACE_S", 0.3)
    with edged(Behind(silent), limits=dataclasses.replace(SHORT, body_rate=1_000, answer_s=10)) as rig:
        client = rig.client()
        client.socket.settimeout(0.1)
        client.send(request(b"Content-Length: 1000", method=b"PUT"))
        began = time.monotonic()
        answer = b""
        while not answer and time.monotonic() - began < 5:
            client.send(b"x")
            with contextlib.suppress(TimeoutError):
                answer = client.take(13)
    assert answer == b"HTTP/1.1 408 "


def test_an_upstream_that_cannot_be_reached_in_time_is_a_late_one():
    """Its queue of connections is full, so the kernel drops what else comes."""
    with contextlib.ExitStack() as held:
        full = held.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            waiting = held.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        rig = held.enter_context(edged(limits=SHORT))
        rig.edge.use(Plan((Site("main", ("*",), (Upstream("http", *full.getsockname()),)),)))
        assert rig.ask(request(b"Connection: close")).startswith(b"HTTP/1.1 504 ")


def test_a_client_that_takes_nothing_is_let_go_of_with_its_upstream():
    def endless(line: Line) -> None:
        line.head()
        line.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            line.send(b"x" * 100_000)

    with edged(Behind(endless), limits=SHORT) as rig:
        client = rig.client()
        client.send(request())
        client.head()
        until(lambda: rig.edge.state().connections == 0)
        assert rig.edge.state().upstream_connections == 0


def test_connections_of_one_client_are_bounded():
    with edged(Behind(answering()), limits=dataclasses.replace(SHORT, connections_client=3, keep_alive_s=30, head_s=30)) as rig:
        clients = [rig.client() for _ in range(5)]
        until(lambda: rig.edge.state().connections == 3)
        for client in clients[:3]:
            client.send(request())
            assert client.answer()[1] == b"hello"
        assert clients[3].all() == b""


def test_at_the_limit_the_oldest_idle_connection_makes_room():
    with edged(Behind(answering()), limits=dataclasses.replace(SHORT, connections=2, keep_alive_s=30)) as rig:
        first, second = rig.client(), rig.client()
        for client in (first, second):
            client.send(request())
            client.answer()
        third = rig.client()
        third.send(request())
        assert third.answer()[1] == b"hello"
        assert first.all() == b""
        second.send(request())
        assert second.answer()[1] == b"hello"


def test_a_connection_ends_after_so_many_requests():
    with edged(Behind(answering()), limits=Limits(requests=3, stop_s=0.2)) as rig:
        client = rig.client()
        for at in range(3):
            client.send(request())
            assert (b"Connection: close" in client.answer()[0]) == (at == 2)
        assert client.all() == b""


def test_bodies_are_bounded_where_the_owner_says_so():
    with edged(Behind(answering()), limits=Limits(body_octets=10, stop_s=0.2)) as rig:
        assert rig.ask(request(b"Content-Length: 11", method=b"PUT")).startswith(b"HTTP/1.1 413 ")
        coded = b"b\r\n01234567890\r\n0\r\n\r\n"
        assert rig.ask(request(b"Transfer-Encoding: chunked", method=b"PUT", body=coded)).startswith(b"HTTP/1.1 413 ")


def test_what_an_owner_may_change_is_by_default_what_the_edge_takes():
    settings, limits = dataclasses.asdict(EdgeSettings()), dataclasses.asdict(Limits())
    same = settings.keys() & limits.keys()
    assert len(same) > 10
    assert {name: settings[name] for name in same} == {name: limits[name] for name in same}
