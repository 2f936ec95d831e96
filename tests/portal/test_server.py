"""The portal behind the real web server: connections end where they must, and it is fast enough for a house full of phones."""

import http.client
import socket
import time

import pytest

from routerd.core.terms import Device
from routerd.web.server import WebServer, bind_tcp
from tests.portal.conftest import make_world, settings_of

LOOPBACK = """
[uplink]
interface = "wan0"
[[guest]]
name = "main"
interface = "guest0"
address = "127.0.0.1/8"
[portal]
methods = ["voucher", "free"]
"""


@pytest.fixture
def served(tmp_path):
    listener = bind_tcp("127.0.0.1", 0)
    port = listener.getsockname()[1]
    world = make_world(settings_of(LOOPBACK), url=f"sqlite:///{tmp_path}/db", port=port)
    world.store.start()
    server = WebServer("portal", world.app, [listener])
    server.start()
    yield world, port
    server.stop()
    world.store.stop()


def talk(port: int, request: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(request.encode())
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return received


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_a_redirected_connection_is_closed_so_that_it_is_not_used_again_after_sign_in(served, method) -> None:
    _, port = served
    # `talk` returns only because the portal hangs up: this is HTTP/1.1 without "Connection: close".
    answer = talk(port, f"{method} /page HTTP/1.1\r\nHost: example.com\r\nContent-Length: 0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 302 Found\r\n")
    assert b"\r\nConnection: close\r\n" in answer


def test_an_old_client_is_redirected_too(served) -> None:
    _, port = served
    answer = talk(port, "GET /page HTTP/1.0\r\nHost: example.com\r\n\r\n")
    assert answer.startswith(b"HTTP/1.0 302 Found\r\n")
    assert b"chunked" not in answer
    assert answer.endswith(b"</html>\n")


def test_head_is_answered_without_a_body(served) -> None:
    _, port = served
    answer = talk(port, "HEAD /page HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 302 Found\r\n")
    assert answer.endswith(b"\r\n\r\n")


def test_the_portal_s_own_pages_keep_the_connection(served) -> None:
    world, port = served
    world.finder.add(Device("02:00:00:00:00:01", "127.0.0.1", "main"))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    for _ in range(3):
        connection.request("GET", "/", headers={"Host": f"127.0.0.1:{port}"})
        answer = connection.getresponse()
        assert answer.status == 200
        assert b"Voucher username" in answer.read()
        assert connection.sock is not None
    connection.close()


def test_a_thousand_redirects_take_seconds_at_most(served) -> None:
    _, port = served
    began = time.monotonic()
    for _ in range(1000):
        talk(port, "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")
    assert time.monotonic() - began < 10
