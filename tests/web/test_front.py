"""A front answers every failure in its own shape, and its server starts and stops."""

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

import bottle
import pytest

from routerd.core.errors import BadInput, Conflict, Denied, Limited, NotFound, RouterdError, Unavailable
from routerd.web import body
from routerd.web.front import Front
from routerd.web.server import WebServer, bind_tcp, bind_unix

FAILURES = {
    "bad": BadInput("bad"),
    "denied": Denied("denied"),
    "gone": NotFound("gone"),
    "twice": Conflict("twice"),
    "slow": Limited("slow", 2.5),
    "down": Unavailable("down"),
    "bug": ValueError("secret"),
}


def shape(status: int, _error: RouterdError | None, message: str) -> bottle.HTTPResponse:
    return bottle.HTTPResponse(f"{status} {message}", status)


def application() -> Front:
    front = Front(shape)

    @front.get("/fail/<name>")
    def fail(name: str) -> str:
        raise FAILURES[name]

    @front.post("/json")
    def json() -> str:
        return repr(body.json_fields())

    @front.post("/form")
    def form() -> str:
        return repr(body.form_fields())

    return front


@pytest.fixture(scope="module")
def connection() -> Iterator[http.client.HTTPConnection]:
    listener = bind_tcp("127.0.0.1", 0)
    server = WebServer("test", application(), [listener], threads=2)
    server.start()
    opened = http.client.HTTPConnection("127.0.0.1", listener.getsockname()[1], timeout=5)
    yield opened
    opened.close()
    server.stop()


def ask(connection: http.client.HTTPConnection, method: str, path: str, payload: bytes | None = None) -> tuple[int, str]:
    connection.request(method, path, payload)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


@pytest.mark.parametrize(
    ("name", "status", "message"),
    [
        ("bad", 400, "bad"),
        ("denied", 403, "denied"),
        ("gone", 404, "gone"),
        ("twice", 409, "twice"),
        ("slow", 429, "slow"),
        ("down", 503, "down"),
        ("bug", 500, "An error occurred"),
    ],
)
def test_each_error_has_its_status(connection: http.client.HTTPConnection, name: str, status: int, message: str) -> None:
    assert ask(connection, "GET", f"/fail/{name}") == (status, f"{status} {message}")


def test_bottles_own_refusals_have_the_shape_too(connection: http.client.HTTPConnection) -> None:
    assert ask(connection, "GET", "/nothing")[1].startswith("404 ")
    assert ask(connection, "DELETE", "/json")[1].startswith("405 ")


@pytest.mark.parametrize(
    ("path", "payload", "status", "words"),
    [
        ("/json", b'{"a": 1}', 200, "{'a': 1}"),
        ("/json", b'{"a": ', 400, "not JSON"),
        ("/json", b"[1]", 400, "JSON list; expected an object"),
        ("/json", b"\xff", 400, "not UTF-8"),
        ("/json", b"[" * 60000, 400, "nested too deeply"),
        ("/json", b"x" * 70000, 413, "70000 octets; at most 65536"),
        ("/form", b"a=1&b=%C3%A9&a=2", 200, "{'a': '2', 'b': 'é'}"),
        ("/form", b"a=%FF", 400, "not UTF-8"),
        ("/form", b"&".join(b"a%d=1" % n for n in range(300)), 400, "more than 200 fields"),
    ],
)
def test_bodies_are_read_or_refused_with_words(
    connection: http.client.HTTPConnection, path: str, payload: bytes, status: int, words: str
) -> None:
    answered, text = ask(connection, "POST", path, payload)
    assert answered == status
    assert words in text


def test_a_server_on_a_unix_socket_stops_and_its_file_is_private(tmp_path: Path) -> None:
    path = tmp_path / "run" / "r.sock"
    server = WebServer("unix", application(), [bind_unix(path)], threads=1)
    server.start()
    assert path.stat().st_mode & 0o177 == 0
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        client.sendall(b"GET /fail/gone HTTP/1.0\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.0 404")
    server.stop()
    with socket.socket(socket.AF_UNIX) as client, pytest.raises(OSError):
        client.connect(str(path))
