"""WebSocket: only a handshake that both sides made opens the tunnel; then octets go both ways until one side ends."""

import base64
import hashlib

import pytest

from routerd.edge.ports import Refusal
from tests.edge.rig import Behind, FakeGuard, Line, edged, request

KEY = base64.b64encode(b"0123456789abcdef")
ASKED = (b"Connection: keep-alive, Upgrade", b"Upgrade: WebSocket", b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: " + KEY)
ACCEPT = base64.b64encode(hashlib.sha1(KEY + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: %b\r\n\r\n"


def echoing(line: Line) -> None:
    line.head()
    line.send(SWITCHED % ACCEPT + b"first")
    while True:
        line.send(line.take(1))


def answering_once(answer: bytes):
    def serve(line: Line) -> None:
        line.head()
        line.send(answer)
        line.all()

    return serve


def test_octets_go_both_ways_once_both_sides_agreed():
    behind = Behind(echoing)
    guard = FakeGuard(body_octets=100, response_octets=100)
    with edged(behind, guard=guard) as rig:
        client = rig.client()
        client.send(request(*ASKED) + b"early")
        head = client.head()
        assert head.startswith(b"HTTP/1.1 101 ")
        assert b"\r\nSec-WebSocket-Accept: %b\r\n" % ACCEPT in head
        assert client.take(10) == b"firstearly"
        client.send(bytes(range(256)))
        assert client.take(256) == bytes(range(256))
        client.socket.close()
        assert guard.ended.wait(5)
        assert guard.asked[-1] == ("done", 101)
    head = behind.lines[0].heads[0].lower()
    assert b"\r\nconnection: upgrade\r\nupgrade: websocket\r\n" in head
    assert b"\r\nsec-websocket-key: " in head


def test_the_upstream_may_end_it():
    with edged(Behind(answering_once(SWITCHED % ACCEPT + b"bye"))) as rig:
        client = rig.client()
        client.send(request(*ASKED))
        client.head()
        assert client.take(3) == b"bye"
        client.socket.shutdown(1)
        assert client.all() == b""


def test_the_handshake_is_judged():
    behind = Behind(echoing)
    with edged(behind, guard=FakeGuard(headers=Refusal(403))) as rig:
        client = rig.client()
        client.send(request(*ASKED))
        assert client.answer()[0].startswith(b"HTTP/1.1 403 ")
    assert behind.lines == []


@pytest.mark.parametrize(
    "fields",
    [
        ASKED[:3],
        (*ASKED[:3], b"Sec-WebSocket-Key: short"),
        (*ASKED, b"Sec-WebSocket-Key: " + KEY),
        (*ASKED, b"Content-Length: 2"),
    ],
)
def test_half_a_handshake_is_refused(fields):
    behind = Behind(echoing)
    with edged(behind) as rig:
        client = rig.client()
        client.send(request(*fields, body=b"ab"))
        assert client.answer()[0].startswith(b"HTTP/1.1 400 ")
    assert behind.lines == []


@pytest.mark.parametrize("answer", [SWITCHED % b"wrong", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"])
def test_a_switch_to_something_else_is_a_bad_gateway(answer):
    with edged(Behind(answering_once(answer))) as rig:
        client = rig.client()
        client.send(request(*ASKED))
        assert client.answer()[0].startswith(b"HTTP/1.1 502 ")


def test_an_upstream_that_does_not_switch_opens_no_tunnel():
    """What the client sends behind its handshake stays HTTP, and is judged as that."""
    guard = FakeGuard()
    with edged(Behind(answering_once(b"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n")), guard=guard) as rig:
        client = rig.client()
        client.send(request(*ASKED) + b"GET /secret HTTP/1.1\r\nHost: a.test\r\n bad\r\n\r\n")
        assert client.answer()[0].startswith(b"HTTP/1.1 426 ")
        assert client.answer()[0].startswith(b"HTTP/1.1 400 ")
        assert guard.asked[-1] == ("malformed", "bad-field")


def test_other_protocols_are_not_switched_to():
    behind = Behind(answering_once(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    with edged(behind) as rig:
        client = rig.client()
        client.send(request(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__"))
        assert client.answer()[1] == b"ok"
    assert b"upgrade" not in behind.lines[0].heads[0].lower()
