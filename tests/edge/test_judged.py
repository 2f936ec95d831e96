"""Guarded sites: what is shown to the guard and when, what it may stop, and that it is told of the end, once and last."""

import time

import pytest

from routerd.edge.limits import INLINE_OCTETS, Limits
from routerd.edge.ports import UNSEEN, Refusal
from tests.edge.rig import HELLO, Behind, FakeGuard, Line, answering, edged, request

NO = Refusal(403, ((b"X-Why", b"no"),), b"not you")


def echoing(line: Line) -> None:
    while True:
        _, body = line.answer()
        line.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))


def ended(guard: FakeGuard, times: int = 1) -> list[tuple]:
    """What the guard was asked, once that came to its end so many times."""
    until = time.monotonic() + 5
    while sum(asked[0] in {"done", "malformed"} for asked in guard.asked) < times:
        assert time.monotonic() < until
        time.sleep(0.005)
    return guard.asked


def test_a_request_without_body_goes_through_all_phases():
    guard = FakeGuard(body_octets=100, response_octets=100)
    with edged(Behind(answering()), guard=guard) as rig:
        client = rig.client()
        client.send(request(b"X-A: b", target=b"/p?q"))
        assert client.answer()[1] == b"hello"
        assert ended(guard) == [
            ("begin", "main"),
            ("headers",),
            ("body", b"", True),
            ("response", 200),
            ("response_body", b"hello", True),
            ("done", 200),
        ]
    head = guard.heads[0]
    assert (head.method, head.target, head.protocol, head.host, head.scheme) == (b"GET", b"/p?q", b"HTTP/1.1", b"a.test", b"http")
    assert head.headers == ((b"Host", b"a.test"), (b"X-A", b"b"))
    assert (head.client, head.peer, head.server_port) == (b"127.0.0.1", b"127.0.0.1", rig.port)


def test_a_guard_that_wants_to_see_no_more_is_told_of_the_end_alone():
    guard = FakeGuard(body_octets=UNSEEN)
    with edged(Behind(answering()), guard=guard) as rig:
        client = rig.client()
        client.send(request(b"Content-Length: 5", method=b"POST", body=b"hello"))
        assert client.answer()[1] == b"hello"
        assert ended(guard) == [("begin", "main"), ("headers",), ("done", 200)]


@pytest.mark.parametrize("phase", ["begin", "headers", "body", "response", "response_body"])
def test_what_is_refused_is_answered_so_and_the_connection_stays(phase):
    guard = FakeGuard(response_octets=100, **{phase: NO})
    behind = Behind(answering())
    with edged(behind, guard=guard) as rig:
        client = rig.client()
        for _ in range(2):
            client.send(request())
            head, body = client.answer()
            assert head.startswith(b"HTTP/1.1 403 Forbidden\r\nX-Why: no\r\n")
            assert body == b"not you"
        if phase != "begin":
            assert ended(guard, 2).count(("done", 403)) == 2
            assert guard.asked[-1] == ("done", 403)
    assert len(behind.lines) == (0 if phase in {"begin", "headers", "body"} else len(behind.lines))


@pytest.mark.parametrize("phase", ["begin", "headers", "body", "response", "response_body"])
def test_a_guard_that_fails_lets_nothing_pass(phase):
    def fail():
        raise RuntimeError("broken rules")

    guard = FakeGuard(response_octets=100, **{phase: fail})
    with edged(Behind(answering()), guard=guard) as rig:
        answer = rig.ask(request(b"Connection: close"))
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"hello" not in answer
    assert b"broken" not in answer


def test_a_dropped_client_gets_no_answer():
    guard = FakeGuard(headers=Refusal(0))
    with edged(Behind(answering()), guard=guard) as rig:
        assert rig.ask(request()) == b""
        assert ended(guard)[-1] == ("done", 0)


@pytest.mark.parametrize("size", [10, 1_000, INLINE_OCTETS + 1])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_is_seen_before_anything_goes_on(size, chunked):
    body = b"x" * size
    guard = FakeGuard(body_octets=1_000_000, body=NO)
    behind = Behind(echoing)
    coded = b"%x\r\n%b\r\n0\r\n\r\n" % (size, body) if chunked else body
    framing = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % size
    with edged(behind, guard=guard) as rig:
        client = rig.client()
        client.send(request(framing, method=b"POST", body=coded))
        assert client.answer()[1] == b"not you"
        client.send(request())
        assert client.answer()[1] == b"not you"
        assert ("body", body, True) in ended(guard)
    assert behind.lines == []
    judged_in = guard.threads[guard.asked.index(("body", body, True))]
    assert judged_in.startswith("edge-judge") == (size > INLINE_OCTETS)


@pytest.mark.parametrize("size", [10, 1_000, 300_000])
@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("wanted", [0, 100, 20_000, 1_000_000])
def test_what_passes_arrives_whole_and_in_order(size, chunked, wanted):
    body = bytes(range(250)) * (size // 250) or b"0123456789"
    guard = FakeGuard(body_octets=wanted, response_octets=wanted)
    coded = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if chunked else body
    framing = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % len(body)
    behind = Behind(echoing)
    with edged(behind, guard=guard) as rig:
        client = rig.client()
        client.send(request(framing, method=b"POST", body=coded))
        assert client.answer()[1] == body
        whole = wanted >= len(body)
        seen = body[:wanted]
        assert ("body", seen, whole) in ended(guard)
        assert ("response_body", seen, whole) in guard.asked
    told = b"transfer-encoding" if chunked and not whole else b"content-length"
    assert told in behind.lines[0].heads[0].lower()


def test_a_client_that_waits_is_told_to_go_on_when_its_body_is_to_be_seen():
    guard = FakeGuard(body_octets=100)
    with edged(Behind(echoing), guard=guard) as rig:
        client = rig.client()
        client.send(request(b"Expect: 100-continue", b"Content-Length: 3", method=b"PUT"))
        assert client.head() == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.send(b"abc")
        assert client.answer()[1] == b"abc"


def test_a_client_that_waits_is_not_told_to_go_on_when_it_is_refused():
    with edged(Behind(echoing), guard=FakeGuard(headers=NO)) as rig:
        client = rig.client()
        client.send(request(b"Expect: 100-continue", b"Content-Length: 3", method=b"PUT"))
        assert client.head().startswith(b"HTTP/1.1 403 ")


def test_an_event_stream_is_not_held_back():
    def serve(line: Line) -> None:
        line.head()
        line.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        line.send(b"data: 1\n\n")
        line.head()

    guard = FakeGuard(response_octets=100_000)
    with edged(Behind(serve), guard=guard) as rig:
        client = rig.client()
        client.send(request())
        client.head()
        assert client.until(b"\n\n\r\n") == b"9\r\ndata: 1\n\n\r\n"
        assert ("response_body", b"", False) in guard.asked


def test_a_client_that_leaves_while_it_is_judged_is_told_of_afterwards():
    guard = FakeGuard(body_octets=1_000_000, body=lambda: time.sleep(0.2))
    with edged(Behind(echoing), guard=guard) as rig:
        client = rig.client()
        client.send(request(b"Content-Length: 20000", method=b"POST", body=b"x" * 20_000))
        time.sleep(0.1)
        client.reset()
        assert [asked[0] for asked in ended(guard)] == ["begin", "headers", "body", "done"]
        assert guard.asked[-1] == ("done", 0)
        assert rig.edge.state().requests == 0


def test_others_are_served_while_a_large_body_is_judged():
    guard = FakeGuard(body_octets=1_000_000, body=lambda: time.sleep(0.3) if len(guard.asked) == 3 else None)
    with edged(Behind(echoing), guard=guard) as rig:
        slow, quick = rig.client(), rig.client()
        slow.send(request(b"Content-Length: 20000", method=b"POST", body=b"x" * 20_000))
        time.sleep(0.1)
        began = time.monotonic()
        quick.send(request())
        quick.answer()
        assert time.monotonic() - began < 0.15
        assert slow.answer()[1] == b"x" * 20_000


def test_bodies_that_are_collected_are_bounded_in_all():
    guard = FakeGuard(body_octets=1_000_000)
    with edged(Behind(echoing), guard=guard, limits=Limits(collected_octets=100_000)) as rig:
        first, second = rig.client(), rig.client()
        first.send(request(b"Content-Length: 90000", method=b"POST", body=b"x" * 80_000))
        time.sleep(0.1)
        second.send(request(b"Content-Length: 90000", method=b"POST", body=b"x" * 80_000))
        assert second.answer()[0].startswith(b"HTTP/1.1 503 ")
        first.send(b"x" * 10_000)
        assert first.answer()[1] == b"x" * 90_000


def test_malformed_requests_are_told_as_far_as_they_can_be_read():
    guard = FakeGuard()
    with edged(Behind(answering()), guard=guard) as rig:
        answer = rig.ask(b"POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\nContent-Length: NaN\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert ended(guard) == [("malformed", "two-lengths")]
    head = guard.heads[0]
    assert (head.method, head.target, head.host) == (b"POST", b"/x", b"a.test")
    assert (b"Content-Length", b"NaN") in head.headers


def test_a_body_that_turns_out_malformed_ends_the_visit():
    guard = FakeGuard(body_octets=1_000)
    with edged(Behind(answering(HELLO)), guard=guard) as rig:
        answer = rig.ask(request(b"Transfer-Encoding: chunked", method=b"POST", body=b"3\r\nabcX"))
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert ended(guard) == [("begin", "main"), ("headers",), ("done", 400)]
