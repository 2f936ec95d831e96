"""The door on real sockets: streams do not use its threads up, and what waitress itself refuses."""

import http.client
import socket
import threading
from contextlib import ExitStack, closing, contextmanager

import pytest

from routerd.admin.guard import Guard
from routerd.admin.routes import build
from routerd.admin.section import ANYBODY, File, Route
from routerd.admin.streams import STREAMS_MOST
from routerd.app import owners
from routerd.web.server import WebServer
from tests.admin.test_door import Toy, echo

UPLOAD_OCTETS = 2_000_000
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Port of a door with a stream that says one word and then waits, and with an upload."""
    over = threading.Event()

    def stream(_asked):
        def pieces():
            yield b"event: hello\n\n"
            over.wait(20)

        return File("text/event-stream", pieces())

    toy = Toy(
        Route("GET", "/live", stream, ANYBODY), Route("POST", "/file", echo, ANYBODY, raw=UPLOAD_OCTETS), Route("POST", "/a", echo, ANYBODY)
    )
    door = build([toy], Guard(lambda _token: None), tmp_path_factory.mktemp("dist"))
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = WebServer("admin", door.front, [listener], owners.THREADS, door.body_octets_most)
    server.start()
    yield port
    over.set()
    server.stop()


@contextmanager
def ask(port, verb, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(verb, "/admin/api" + path, body, headers or {})
    with closing(connection), connection.getresponse() as answer:
        yield answer


def test_with_every_stream_open_the_api_still_answers(served):
    with ExitStack() as opened:
        for _ in range(STREAMS_MOST):
            assert opened.enter_context(ask(served, "GET", "/live")).readline() == b"event: hello\n"
        with ask(served, "POST", "/a", b"{}", JSON) as answer:
            assert answer.status == 200


def test_an_upload_may_be_as_large_as_its_route_says(served):
    with ask(served, "POST", "/file", b"\x00" * UPLOAD_OCTETS) as answer:
        assert (answer.status, answer.read()) == (200, b'{"fields":{},"path":{},"body":%d}' % UPLOAD_OCTETS)


def test_what_is_larger_than_any_route_takes_is_refused_by_the_server(served):
    with ask(served, "POST", "/a", headers={"Content-Length": str(UPLOAD_OCTETS + 1)}) as answer:
        assert answer.status == 413


def test_the_server_does_not_tell_what_it_is(served):
    with ask(served, "POST", "/a", b"{}", JSON) as answer:
        assert answer.getheader("Server") in (None, "")
