"""Exchanges with providers end, whatever comes back, and go over TLS to whom they were meant for."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from routerd.core.clock import SystemClock
from routerd.core.errors import Unavailable
from routerd.social import wire
from tests.courier.certificates import make

Talk = Callable[[ssl.SSLSocket], None]


def received(tls: ssl.SSLSocket) -> bytes:
    """A request with its body."""
    octets = tls.recv(65_536)
    while b"Content-Length: 6" in octets and not octets.endswith(b"code=1"):
        octets += tls.recv(65_536)
    return octets


class Server:
    """Speaks TLS, reads a request, and goes on as a test wants."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{self.listener.getsockname()[1]}/path?a=b"
        self.talk: Talk = lambda _tls: None
        self.requests: list[bytes] = []
        self.over = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                plain, _ = self.listener.accept()
                with plain, contextlib.suppress(OSError), self.context.wrap_socket(plain, server_side=True) as tls:
                    self.requests.append(received(tls))
                    self.talk(tls)

    def stop(self) -> None:
        self.over.set()
        self.listener.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    return make(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server(authority: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    certificate, context = authority
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    made = Server(context)
    yield made
    made.stop()


def ask(url: str, method: str = "GET", body: str | None = None) -> wire.Answer:
    return wire.exchange(SystemClock(), method, url, {"Accept": "application/json"}, body)


def says(octets: bytes) -> Talk:
    return lambda tls: tls.sendall(octets)


def drips(server: Server, first: bytes, drop: bytes) -> Talk:
    def talk(tls: ssl.SSLSocket) -> None:
        tls.sendall(first)
        while not server.over.wait(0.02):
            tls.sendall(drop)

    return talk


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n{}",
    ],
)
def test_every_way_to_end_an_answer_is_understood(server: Server, answer: bytes) -> None:
    server.talk = says(answer)
    told = ask(server.url)
    assert (told.status_code, told.json(), told.host) == (200, {}, "localhost")
    (request,) = server.requests
    assert request.startswith(b"GET /path?a=b HTTP/1.1\r\nHost: localhost:")
    assert b"Accept-Encoding: identity" in request, "nothing that unfolds into more than it was"


def test_a_form_is_sent_whole(server: Server) -> None:
    server.talk = says(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}")
    assert ask(server.url, "POST", "code=1").status_code == 400
    assert server.requests[0].startswith(b"POST ")
    assert server.requests[0].endswith(b"\r\n\r\ncode=1")


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
    ],
)
def test_an_answer_that_drips_ends_in_time(server: Server, monkeypatch: pytest.MonkeyPatch, first: bytes) -> None:
    monkeypatch.setattr(wire, "WHOLE_S", 0.3)
    server.talk = drips(server, first, b"1")
    begun = time.monotonic()
    with pytest.raises(Unavailable, match="TimeoutError"):
        ask(server.url)
    assert time.monotonic() - begun < 2


def test_silence_ends_in_time(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "SILENT_S", 0.2)
    server.talk = lambda _tls: server.over.wait(3) and None
    with pytest.raises(Unavailable, match="TimeoutError"):
        ask(server.url)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200,
    ],
)
def test_an_answer_without_an_end_is_not_read_to_it(server: Server, head: bytes) -> None:
    server.talk = says(head + b"x" * (wire.ANSWER_OCTETS_MOST + 65_536))
    with pytest.raises(Unavailable, match="localhost cannot be used"):
        ask(server.url)


@pytest.mark.parametrize("status", [301, 302, 307])
def test_redirects_lead_nowhere(server: Server, status: int) -> None:
    server.talk = says(f"HTTP/1.1 {status} Found\r\nLocation: {server.url}\r\nContent-Length: 0\r\n\r\n".encode())
    with pytest.raises(Unavailable, match="leads elsewhere"):
        ask(server.url)
    assert len(server.requests) == 1


def test_a_certificate_for_another_name_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, context = make(tmp_path, "elsewhere.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = Server(context)
    with pytest.raises(Unavailable, match="certificate that is not trusted"):
        ask(server.url)
    server.stop()
    assert server.requests == []


@pytest.mark.parametrize(
    "url", ["http://localhost/", "ftp://localhost/", "/path", "https://", "https://[::1", "https://a b/", "https://localhost:x/"]
)
def test_what_is_no_https_address_is_not_asked(url: str) -> None:
    with pytest.raises(Unavailable):
        ask(url)


def test_nothing_of_an_address_but_its_host_is_told() -> None:
    with pytest.raises(Unavailable) as caught:
        ask("https://localhost:1/secret-path?token=secret")
    assert "secret" not in str(caught.value)


def test_what_is_no_json_is_told(server: Server) -> None:
    server.talk = says(b"HTTP/1.0 200 OK\r\n\r\n" + b"[" * 100_000)
    with pytest.raises(ValueError, match="deep"):
        ask(server.url).json()
