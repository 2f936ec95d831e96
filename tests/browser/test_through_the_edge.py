"""A page behind the edge, judged by our own rules, keeps a WebSocket and an EventSource open in a real browser."""

import base64
import hashlib
import re
import threading
from collections.abc import Iterator

import pytest

from tests.edge.rig import Behind, Line
from tests.guarding.box import Box
from tests.lab.browser import Browser

pytestmark = pytest.mark.browser

SETTINGS = """
[store]
url = "sqlite:///{place}/routerd.db"
[daemon]
run_dir = "{place}/run"
[edge]
http = ["127.0.0.1:{http}"]
[[sites]]
name = "page"
domain = "localhost"
target_url = "http://127.0.0.1:{upstream}"
"""
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
MANY = 100_000
"""Octets of a message that takes more than one read anywhere on the way."""
PAGE = b"""<!doctype html><title>page</title><script>
const said = [], events = [];
const socket = new WebSocket(`ws://${location.host}/socket?q=1`);
socket.binaryType = "arraybuffer";
socket.onopen = () => { socket.send("gr\xc3\xbc\xc3\x9fe"); socket.send(new Uint8Array(100000).fill(7)); };
socket.onmessage = ({data}) => said.push(typeof data === "string" ? data : new Uint8Array(data).reduce((sum, each) => sum + each));
socket.onclose = ({code, reason, wasClean}) => said.push([code, reason, wasClean].join());
const source = new EventSource("/events");
source.onmessage = ({data}) => { events.push(data); if (data === "first") fetch("/next", {method: "POST"}); };
</script>"""


class Site:
    """An upstream with a page, a WebSocket that echoes, and events, of which the second waits until the browser has the first."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.pongs: list[bytes] = []
        self._first_came = threading.Event()
        self.behind = Behind(self._serve)

    def _serve(self, line: Line) -> None:
        while True:
            head = line.head()
            self.asked.append(head.split(b" ")[1])
            target = self.asked[-1].partition(b"?")[0]
            if target == b"/socket":
                return self._socket(line, head)
            if target == b"/events":
                return self._events(line)
            if target == b"/next":
                self._first_came.set()
            line.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n%b" % (len(PAGE), PAGE))

    def _events(self, line: Line) -> None:
        line.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: first\n\n")
        if self._first_came.wait(10):
            line.send(b"data: second\n\n")
            line.all()

    def _socket(self, line: Line, head: bytes) -> None:
        found = re.search(rb"(?i)sec-websocket-key: *(\S+)", head)
        assert found is not None
        accept = base64.b64encode(hashlib.sha1(found[1] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        line.send(b"HTTP/1.1 101 -\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: %b\r\n\r\n" % accept)
        line.send(_frame(PING, b"there?"))
        while True:
            kind, content = _read(line)
            if kind == PONG:
                self.pongs.append(content)
            else:
                line.send(_frame(kind, content))
            if kind == CLOSE:
                return


def _frame(kind: int, content: bytes) -> bytes:
    long = len(content) > 125
    return bytes((0x80 | kind, 127 if long else len(content))) + (len(content).to_bytes(8) if long else b"") + content


def _read(line: Line) -> tuple[int, bytes]:
    """A client's frame: RFC 6455, 5.2; one that is not whole or not masked is not expected of a browser."""
    kind, octets = line.take(2)
    assert kind & 0x80
    assert octets & 0x80
    length = octets & 0x7F
    if length > 125:
        length = int.from_bytes(line.take(2 if length == 126 else 8))
    mask = line.take(4)
    return kind & 0x0F, bytes(octet ^ mask[at % 4] for at, octet in enumerate(line.take(length)))


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.behind.close()


@pytest.fixture(scope="module")
def box(site: Site) -> Iterator[Box]:
    made = Box(SETTINGS.replace("{upstream}", str(site.behind.port)))
    made.start()
    yield made
    made.close()


def test_a_page_keeps_its_socket_and_its_events(box: Box, site: Site, chromium: Browser) -> None:
    assert chromium.open(f"http://localhost:{box.http}/") == ""
    chromium.wait("said.length === 2 && events.length === 2", 10)
    assert chromium.run("said") == ["grüße", 7 * MANY]
    assert chromium.run("events") == ["first", "second"]
    assert site.pongs == [b"there?"]
    chromium.run("socket.close(4001, 'seen enough')")
    chromium.wait("said.length === 3")
    assert chromium.run("said[2]") == "4001,seen enough,true"


def test_a_handshake_that_is_an_attack_opens_no_socket(box: Box, site: Site, chromium: Browser) -> None:
    chromium.open(f"http://localhost:{box.http}/")
    chromium.run("bad = []; other = new WebSocket(`ws://${location.host}/socket?q=1' UNION SELECT password FROM users--`)")
    chromium.run("other.onopen = other.onclose = event => bad.push(event.type)")
    assert chromium.wait("bad.join()") == "close"
    assert {each for each in site.asked if each.startswith(b"/socket")} == {b"/socket?q=1"}, "the site never saw it"
