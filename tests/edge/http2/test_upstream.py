"""HTTP/2 to upstreams: requests share connections, and what goes wrong with one does not touch the others."""

import contextlib
import threading
import time
from collections.abc import Iterator

import h2.events
import h2.exceptions
import pytest

from routerd.edge.http2.frames import goaway
from routerd.edge.limits import UNSENT_OCTETS, WAITING_OCTETS, Limits
from routerd.edge.plan import Listener, Plan, Site, Upstream
from routerd.edge.service import Edge
from tests.edge.http2.behind import Behind2, Talk
from tests.edge.rig import HELLO, Behind, Line, Rig, answering, request
from tests.edge.secure import certificate, edged_with_tls
from tests.fakes.clock import FakeClock


@contextlib.contextmanager
def edged_to(*upstreams: Upstream, limits: Limits | None = None, **site) -> Iterator[Rig]:
    """An edge of plain HTTP/1.1 in front of `upstreams`."""
    edge = Edge([Listener("127.0.0.1", 0)], limits or Limits(), FakeClock())
    edge.use(Plan((Site("main", ("a.test",), upstreams, verify_upstream=False, **site),)))
    edge.start()
    rig = Rig(edge, edge.addresses()[0][1])
    try:
        yield rig
    finally:
        rig.close()
        edge.stop()


@contextlib.contextmanager
def spoken_to(serve, limits: Limits | None = None, prefix: str = "") -> Iterator[tuple[Rig, Behind2]]:
    behind = Behind2(serve)
    try:
        with edged_to(Upstream("h2c", "127.0.0.1", behind.port, prefix), limits=limits) as rig:
            yield rig, behind
    finally:
        behind.close()


def hello(talk: Talk, event: h2.events.Event) -> None:
    if isinstance(event, h2.events.RequestReceived):
        talk.answer(event.stream_id, b"hello")


def counting(talk: Talk, event: h2.events.Event) -> None:
    """Answers with the number of octets of the body."""
    if isinstance(event, h2.events.DataReceived):
        seen = talk.requests[event.stream_id]
        seen[b"octets"] = b"%d" % (int(seen.get(b"octets", b"0")) + len(event.data))
        talk.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
    if isinstance(event, h2.events.StreamEnded):
        talk.answer(event.stream_id, talk.requests[event.stream_id].get(b"octets", b"0"))


def test_a_request_is_written_as_http_2_has_it():
    with spoken_to(hello, prefix="/app") as (rig, behind):
        client = rig.client()
        client.send(request(b"Accept: */*", b"X-Mine: 1", target=b"/p?q"))
        head, body = client.answer()
    assert body == b"hello"
    assert head == b"HTTP/1.1 200 OK\r\ndate: then\r\nTransfer-Encoding: chunked\r\n\r\n"
    asked = behind.talks[0].requests[1]
    assert [(name, asked[name]) for name in (b":method", b":scheme", b":authority", b":path")] == [
        (b":method", b"GET"), (b":scheme", b"http"), (b":authority", b"a.test"), (b":path", b"/app/p?q"),
    ]  # fmt: skip
    assert (asked[b"accept"], asked[b"x-mine"], asked[b"x-forwarded-for"]) == (b"*/*", b"1", b"127.0.0.1")
    assert not {b"host", b"connection", b"transfer-encoding", b"content-length"} & asked.keys()


def test_bodies_go_both_ways_with_and_without_a_length():
    with spoken_to(counting) as (rig, behind):
        client = rig.client()
        client.send(request(b"Content-Length: 300000", method=b"POST", body=bytes(300_000)))
        assert client.answer()[1] == b"300000"
        client.send(request(b"Transfer-Encoding: chunked", method=b"POST", body=b"4\r\nfour\r\n0\r\n\r\n"))
        assert client.answer()[1] == b"4"
        client.send(request(method=b"POST"))
        assert client.answer()[1] == b"0"
    assert [behind.talks[0].requests[stream].get(b"content-length") for stream in (1, 3, 5)] == [b"300000", None, b"0"]


def test_many_requests_share_one_connection_and_those_without_room_wait():
    waiting = []

    def serve(talk: Talk, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.RequestReceived):
            waiting.append(event.stream_id)
            if len(waiting) == 20:
                for stream in waiting:
                    talk.answer(stream, b"hello")

    with spoken_to(serve) as (rig, behind):
        clients = [rig.client() for _ in range(20)]
        for client in clients:
            client.send(request())
        assert {client.answer()[1] for client in clients} == {b"hello"}
        assert rig.edge.state().upstream_connections == 1
    assert len(behind.talks) == 1


def test_no_more_run_at_once_than_limits_say():
    running, most = set(), []
    lock = threading.Lock()

    def serve(talk: Talk, event: h2.events.Event) -> None:
        if not isinstance(event, h2.events.RequestReceived):
            return
        with lock:
            running.add(event.stream_id)
            most.append(len(running))

        def later() -> None:
            with lock:
                running.discard(event.stream_id)
                talk.answer(event.stream_id, b"hello")
                talk.flush()

        threading.Timer(0.05, later).start()

    with spoken_to(serve, Limits(upstream_connections=3)) as (rig, _):
        clients = [rig.client() for _ in range(9)]
        for client in clients:
            client.send(request())
        assert {client.answer()[1] for client in clients} == {b"hello"}
    assert max(most) == 3


def test_an_answer_goes_no_further_than_the_client_takes_it():
    talks = []

    def serve(talk: Talk, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.RequestReceived):
            talk.h2.send_headers(event.stream_id, [(b":status", b"200")])
            talks.append(0)
        if talks and isinstance(event, (h2.events.RequestReceived, h2.events.WindowUpdated)):
            with contextlib.suppress(h2.exceptions.StreamClosedError):  # the client has left
                while (room := min(talk.h2.local_flow_control_window(1), 16_384)) > 0:
                    talk.h2.send_data(1, bytes(room))
                    talks[0] += room

    with spoken_to(serve) as (rig, _):
        client = rig.client()
        client.send(request())
        client.head()
        before = -1
        while talks[0] != before:
            before = talks[0]
            time.sleep(0.3)
        in_kernel = 8_000_000  # of loopback's socket buffers, which are the client's
        assert before < in_kernel + UNSENT_OCTETS + WAITING_OCTETS + 524_288 + 262_144
        client.take(8_000_000)
        time.sleep(0.3)
        assert talks[0] > before


BROKEN = {
    "reset": (lambda talk, stream: talk.h2.reset_stream(stream, 2), 502),
    "no status": (lambda talk, stream: talk.socket.sendall(bytes.fromhex("000001") + b"\1\5" + stream.to_bytes(4) + b"\x82"), 502),
    "connection-specific": (lambda talk, stream: _raw(talk, stream, [(b":status", b"200"), (b"connection", b"x")]), 502),
    "a line end in a value": (lambda talk, stream: _raw(talk, stream, [(b":status", b"200"), (b"x", b"1\r\ny: 2")]), 502),
    "two lengths": (
        lambda talk, stream: _raw(talk, stream, [(b":status", b"200"), (b"content-length", b"1")] * 1 + [(b"content-length", b"2")]),
        502,
    ),
}


def _raw(talk: Talk, stream: int, fields: list[tuple[bytes, bytes]]) -> None:
    block = talk.h2.encoder.encode(fields)
    talk.socket.sendall(len(block).to_bytes(3) + b"\1\4" + stream.to_bytes(4) + block)


@pytest.mark.parametrize(("breaking", "status"), BROKEN.values(), ids=BROKEN.keys())
def test_an_answer_that_is_none_is_a_bad_gateway_and_the_next_request_works(breaking, status):
    broken = []

    def serve(talk: Talk, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.RequestReceived):
            if broken:
                talk.answer(event.stream_id, b"hello")
            else:
                broken.append(True)
                breaking(talk, event.stream_id)

    with spoken_to(serve) as (rig, _):
        client = rig.client()
        client.send(request(method=b"POST"))
        assert client.answer()[0].startswith(b"HTTP/1.1 %d " % status)
        client.send(request())
        assert client.answer()[1] == b"hello"


def test_an_upstream_that_says_goodbye_finishes_and_later_requests_take_another_connection():
    def serve(talk: Talk, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.RequestReceived):
            talk.flush()
            talk.socket.sendall(goaway(event.stream_id, 0))
            talk.answer(event.stream_id, b"hello")

    with spoken_to(serve) as (rig, behind):
        client = rig.client()
        for _ in range(3):
            client.send(request())
            assert client.answer()[1] == b"hello"
    assert len(behind.talks) == 3


def test_a_request_that_a_goodbye_left_out_is_sent_again():
    def serve(talk: Talk, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.RequestReceived):
            if event.stream_id == 1:
                talk.answer(event.stream_id, b"hello")
            else:
                talk.flush()
                talk.socket.sendall(goaway(1, 0))

    with spoken_to(serve) as (rig, behind):
        client = rig.client()
        for _ in range(2):
            client.send(request())
            assert client.answer()[1] == b"hello"
    assert len(behind.talks) == 2


def test_an_upstream_that_does_not_answer_is_a_late_gateway_and_the_connection_serves_on():
    def serve(talk: Talk, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.RequestReceived) and talk.requests[event.stream_id][b":path"] != b"/late":
            talk.answer(event.stream_id, b"hello")

    with spoken_to(serve, Limits(answer_s=0.2)) as (rig, behind):
        client = rig.client()
        client.send(request(target=b"/late"))
        assert client.answer()[0].startswith(b"HTTP/1.1 504 ")
        client.send(request())
        assert client.answer()[1] == b"hello"
    assert len(behind.talks) == 1


def test_a_client_that_leaves_resets_its_stream_alone():
    resets = threading.Event()

    def serve(talk: Talk, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.StreamReset):
            resets.set()
        if isinstance(event, h2.events.RequestReceived) and talk.requests[event.stream_id][b":path"] != b"/long":
            talk.answer(event.stream_id, b"hello")

    with spoken_to(serve) as (rig, behind):
        leaving, staying = rig.client(), rig.client()
        leaving.send(request(target=b"/long"))
        staying.send(request())
        assert staying.answer()[1] == b"hello"
        leaving.reset()
        assert resets.wait(5)
        staying.send(request())
        assert staying.answer()[1] == b"hello"
    assert len(behind.talks) == 1


def test_nobody_there_is_a_bad_gateway():
    behind = Behind2(hello)
    behind.close()
    with edged_to(Upstream("h2c", "127.0.0.1", behind.port)) as rig:
        assert rig.ask(request(b"Connection: close")).startswith(b"HTTP/1.1 502 ")


def test_over_tls_http_2_is_spoken_where_the_upstream_chooses_it():
    with edged_with_tls(Behind(answering())) as inner, edged_to(Upstream("https", "127.0.0.1", inner.port), http2_upstream=True) as rig:
        clients = [rig.client() for _ in range(5)]
        for client in clients:
            client.send(request())
        assert {client.answer()[1] for client in clients} == {b"hello"}
        assert rig.edge.state().upstream_connections == inner.edge.state().connections == 1


def test_a_switch_of_protocols_goes_by_http_1():
    upgrade = (b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", b"Sec-WebSocket-Version: 13")
    accepted = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"

    def serve(line: Line) -> None:
        line.head()
        line.send(accepted + b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
        line.send(line.take(4))

    with edged_with_tls(Behind(serve)) as inner, edged_to(Upstream("https", "127.0.0.1", inner.port), http2_upstream=True) as rig:
        client = rig.client()
        client.send(request(*upgrade))
        assert client.head().startswith(b"HTTP/1.1 101 ")
        client.send(b"ping")
        assert client.take(4) == b"ping"


def test_over_tls_http_1_is_spoken_to_the_others():
    behind = Behind(answering(HELLO))
    plain = Edge([Listener("127.0.0.1", 0, tls=True)], Limits(), FakeClock(), http2=False)
    plain.use(Plan((Site("main", ("a.test",), (Upstream("http", "127.0.0.1", behind.port),)),), (certificate("*"),)))
    plain.start()
    try:
        with edged_to(Upstream("https", "127.0.0.1", plain.addresses()[0][1]), http2_upstream=True) as rig:
            client = rig.client()
            for _ in range(3):
                client.send(request())
                assert client.answer()[1] == b"hello"
            assert rig.edge.state().upstream_connections == 1
    finally:
        plain.stop()
        behind.close()
