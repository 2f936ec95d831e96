"""HTTP/3 from clients, by aioquic's own client."""

import asyncio
import socket
import ssl
import sys
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from routerd.core.errors import Misconfigured
from routerd.edge.http2.bounds import RESETS_MOST, STREAM_WINDOW
from routerd.edge.limits import UNSENT_OCTETS, WAITING_OCTETS, Limits
from routerd.edge.plan import Listener, Plan
from routerd.edge.ports import Refusal
from routerd.edge.service import Edge
from tests.edge.http2.test_server import echoing
from tests.edge.http3.talk import POST, USUAL, Talk, edged_with_quic, talking
from tests.edge.rig import HELLO, Behind, FakeGuard, Line, answering, plan_of, request
from tests.edge.secure import certificate, client_context
from tests.fakes.clock import FakeClock

H3_NO_ERROR, H3_INTERNAL_ERROR, H3_EXCESSIVE_LOAD, H3_REQUEST_CANCELLED, H3_MESSAGE_ERROR = 0x100, 0x102, 0x107, 0x10C, 0x10E


def test_a_request_becomes_one_of_http_1_and_its_answer_one_of_http_3():
    behind = Behind(
        answering(b"HTTP/1.1 200 Fine\r\nX-Thing: kept\r\nConnection: x-hop\r\nX-Hop: 1\r\nDate: then\r\nContent-Length: 2\r\n\r\nok")
    )
    guard = FakeGuard()
    with edged_with_quic(behind, guard=guard) as rig:
        found = talking(rig.port, lambda talk: talk.ask((b"cookie", b"a=1"), (b"x-forwarded-for", b"6.6.6.6"), (b"cookie", b"b=2")))
    assert found == ("answer", 200, [(b"x-thing", b"kept"), (b"date", b"then"), (b"content-length", b"2")], b"ok")
    assert behind.lines[0].heads[0] == (
        b"GET / HTTP/1.1\r\nHost: a.test\r\ncookie: a=1; b=2\r\nX-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\n"
        b"X-Forwarded-Proto: https\r\nX-Forwarded-Host: a.test\r\nForwarded: for=127.0.0.1;proto=https;host=a.test\r\n\r\n"
    )
    assert (guard.heads[0].protocol, guard.heads[0].client, guard.heads[0].server_port) == (b"HTTP/3", b"127.0.0.1", rig.port)


def test_others_are_told_of_it():
    with edged_with_quic(Behind(answering())) as rig:
        plain = rig.client().socket
        with client_context().wrap_socket(plain, server_hostname="a.test") as session:
            line = Line(session)
            line.send(request())
            assert b'Alt-Svc: h3=":%d"; ma=86400\r\n' % rig.port in line.answer()[0]


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "undeclared"])
@pytest.mark.parametrize("length", [0, 1, 600_000])
def test_bodies_arrive_whole(length, declared):
    async def script(talk: Talk):
        stream = talk.head(*([(b"content-length", b"%d" % length)] if declared else []), usual=POST, end=False)
        talk.body(stream, bytes(length), end=True)
        return await talk.outcome(stream)

    with edged_with_quic(Behind(echoing)) as rig:
        assert talking(rig.port, script)[3] == b"%d" % length


def test_large_answers_arrive_whole_and_many_at_once():
    big = bytes(400_000)

    async def script(talk: Talk):
        return await asyncio.gather(*(talk.ask() for _ in range(4)))

    with edged_with_quic(Behind(answering(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(big), big)))) as rig:
        assert all(found[3] == big for found in talking(rig.port, script))


def test_a_body_goes_no_further_than_its_upstream_takes_it_and_holds_up_no_other_request():
    go_on = threading.Event()

    def serve(line: Line) -> None:
        if line.head().startswith(b"POST"):
            line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
            go_on.wait(10)
            while size := int(line.until(b"\r\n"), 16):
                line.take(size + 2)
            line.take(2)
        line.send(HELLO)

    async def script(talk: Talk):
        stream = talk.head(usual=POST, end=False)
        talk.body(stream, bytes(10_000_000))
        before = -1
        while before != (taken := talk._quic._streams[stream].sender._buffer_start):
            before = taken
            await asyncio.sleep(0.5)
        in_kernel = 5_000_000  # of loopback's socket buffers, which are the upstream's
        assert 0 < taken < in_kernel + WAITING_OCTETS + UNSENT_OCTETS + STREAM_WINDOW
        assert (await talk.ask())[3] == b"hello"
        go_on.set()
        talk.body(stream, b"", end=True)
        return await talk.outcome(stream)

    with edged_with_quic(Behind(serve)) as rig:
        assert talking(rig.port, script)[3] == b"hello"


def test_an_answer_goes_no_further_than_the_client_takes_it():
    sent = [0]

    def serve(line: Line) -> None:
        line.head()
        line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 30000000\r\n\r\n")
        while sent[0] < 30_000_000:
            line.send(bytes(10_000))
            sent[0] += 10_000

    async def script(talk: Talk):
        talk._quic._write_connection_limits = lambda **_: None
        talk._quic._write_stream_limits = lambda **_: None
        talk.head()
        before = -1
        while before != sent[0] or not sent[0]:
            before = sent[0]
            await asyncio.sleep(0.3)
        return talk.received

    with edged_with_quic(Behind(serve)) as rig:
        received = talking(rig.port, script, max_stream_data=100_000)
    assert received < 100_000
    assert sent[0] < 8_000_000 + UNSENT_OCTETS * 2 + 262_144 + 100_000


def test_requests_are_held_to_the_same_as_those_of_http_2():
    guard = FakeGuard()

    async def script(talk: Talk):
        return [
            (await talk.ask((b"x_y", b"1")))[1],
            (await talk.ask(usual=(*USUAL[:3], (b":path", b"/ x"))))[1],
            (await talk.ask(usual=(*USUAL[:2], (b":authority", b"other.test"), USUAL[3])))[1],
            (await talk.ask(usual=((b":method", b"TRACE"), *USUAL[1:])))[1],
        ]

    with edged_with_quic(Behind(answering()), guard=guard) as rig:
        assert talking(rig.port, script) == [200, 400, 421, 405]
    assert ("malformed", "bad-target") in guard.asked


@pytest.mark.parametrize("field", [(b"x", b"1\r\ny: 2"), (b"connection", b"close"), (b"transfer-encoding", b"chunked"), (b"X", b"y")])
def test_what_http_3_forbids_reaches_no_upstream(field):
    behind = Behind(answering())
    with edged_with_quic(behind) as rig:
        found = talking(rig.port, lambda talk: talk.ask(field))
        assert found[:2] in {("answer", 400), ("end", H3_MESSAGE_ERROR)}
    assert not behind.lines


def test_a_guards_refusal_is_an_answer_and_its_silence_a_reset():
    with edged_with_quic(Behind(answering()), guard=FakeGuard(headers=Refusal(403))) as rig:
        assert talking(rig.port, lambda talk: talk.ask())[1] == 403
    with edged_with_quic(Behind(answering()), guard=FakeGuard(headers=Refusal(0))) as rig:
        assert talking(rig.port, lambda talk: talk.ask()) == ("reset", H3_INTERNAL_ERROR)


def test_rapid_resets_end_the_connection_and_leave_nothing_behind():
    async def script(talk: Talk):
        for _ in range(4 * int(RESETS_MOST)):
            if talk.gone.done():
                break
            if talk._quic.get_next_available_stream_id() // 4 >= talk._quic._remote_max_streams_bidi:
                # aioquic would send the reset of a stream that the server does not allow yet.
                await asyncio.wait([asyncio.ensure_future(talk.ping())])
            stream = talk.head(usual=POST, end=False, at_once=False)
            talk._quic.reset_stream(stream, H3_REQUEST_CANCELLED)
            talk.transmit()
            await asyncio.sleep(0)
        return await talk.gone

    with edged_with_quic(Behind(echoing)) as rig:
        assert talking(rig.port, script) == H3_EXCESSIVE_LOAD
        deadline = time.monotonic() + 5
        while rig.edge.state().requests:
            assert time.monotonic() < deadline


def test_a_request_whose_answer_is_refused_in_the_same_datagram_harms_nothing(caplog):
    async def script(talk: Talk):
        for fields in ((), ((b"x", b"\x01"),)):
            stream = talk.head(*fields, at_once=False)
            talk._quic.stop_stream(stream, H3_REQUEST_CANCELLED)
            talk.transmit()
        found = (await talk.ask())[3]
        for _ in range(500):
            if rig.edge._context.crowd.members()[0]._streams:
                await asyncio.sleep(0.01)
        assert not rig.edge._context.crowd.members()[0]._streams
        return found

    with edged_with_quic(Behind(answering()), hosts=("b.test", "a.test")) as rig:
        assert talking(rig.port, script) == b"hello"
        assert rig.edge.state().requests == 0
    assert "Unhandled exception" not in caplog.text


def test_bodies_have_limits_of_length_and_time():
    async def script(talk: Talk):
        long, slow = talk.head(usual=POST, end=False), talk.head(usual=POST, end=False)
        talk.body(long, bytes(1_001))
        return (await talk.outcome(long))[1], (await talk.outcome(slow))[1]

    with edged_with_quic(Behind(echoing), limits=Limits(body_octets=1_000, body_s=0.2)) as rig:
        assert talking(rig.port, script) == (413, 408)


def shown(port: int, name: str) -> bytes:
    async def script(talk: Talk):
        return talk._quic.tls._peer_certificate

    found: x509.Certificate = talking(port, script, name)
    return found.public_bytes(Encoding.DER)


def test_a_server_name_is_shown_its_own_certificate_and_new_ones_when_they_change():
    exact, wild, others = certificate("a.test"), certificate("*.b.test"), certificate("*")
    der = {each.names[0]: ssl.PEM_cert_to_DER_cert(each.chain.decode()) for each in (exact, wild, others)}
    with edged_with_quic(certificates=(exact, wild, others)) as rig:
        assert [shown(rig.port, name) for name in ("a.test", "x.b.test", "c.test")] == [der["a.test"], der["*.b.test"], der["*"]]
        rig.edge.use(Plan((), (wild,)))
        rig.edge.state()
        with pytest.raises(ConnectionError):
            shown(rig.port, "a.test")


def test_stopping_lets_requests_under_way_end():
    asked, go_on = threading.Event(), threading.Event()

    def serve(line: Line) -> None:
        line.head()
        asked.set()
        go_on.wait(5)
        line.send(HELLO)

    with edged_with_quic(Behind(serve)) as rig:

        async def script(talk: Talk):
            stream = talk.head()
            await asyncio.to_thread(asked.wait, 5)
            stopping = asyncio.create_task(asyncio.to_thread(rig.edge.stop))
            await asyncio.sleep(0.1)
            go_on.set()
            found = await talk.outcome(stream)
            await stopping
            return found

        assert talking(rig.port, script)[3] == b"hello"


def test_without_aioquic_the_edge_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "aioquic.asyncio.server", None)
    monkeypatch.delitem(sys.modules, "routerd.edge.http3.endpoint", raising=False)
    edge = Edge([Listener("127.0.0.1", 0, tls=True)], Limits(), FakeClock(), http3=True)
    edge.use(plan_of())
    with pytest.raises(Misconfigured, match="needs aioquic"):
        edge.start()


def test_an_udp_address_that_is_taken_is_told_and_nothing_stays_open():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        edge = Edge([Listener("127.0.0.1", port, tls=True)], Limits(), FakeClock(), http3=True)
        with pytest.raises(Misconfigured, match=f"cannot listen on UDP 127.0.0.1 port {port}: Address already in use"):
            edge.start()
        socket.create_server(("127.0.0.1", port)).close()
