"""Stand-ins for SMS providers on loopback ports. They speak the real protocols, written from the specifications and apart from our own
code, and check what a real one would check; they send nothing."""

import base64
import contextlib
import http.server
import json
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit


@dataclass
class Request:
    """An HTTP request as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


class Provider:
    """An HTTP provider: keeps requests, answers what `answer` says.

    Attributes:
        requests: as they came.
        answer: status, headers and body.
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answer: tuple[int, dict[str, str], str] = (200, {}, "OK")
        self.url = ""

    def respond(self, request: Request) -> tuple[int, dict[str, str], str]:
        """What to answer; subclasses look at the request."""
        return self.answer


class Twilio(Provider):
    """Twilio's POST /2010-04-01/Accounts/{sid}/Messages.json, as its API reference describes it."""

    ACCOUNT, TOKEN, KEY, KEY_SECRET = "AC" + "a" * 32, "token", "SK" + "b" * 32, "key-secret"

    def respond(self, request: Request) -> tuple[int, dict[str, str], str]:
        if request.method != "POST" or request.path != f"/2010-04-01/Accounts/{self.ACCOUNT}/Messages.json":
            return self._no(404, 20404, "The requested resource was not found")
        login = base64.b64decode(request.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        if login not in (f"{self.ACCOUNT}:{self.TOKEN}", f"{self.KEY}:{self.KEY_SECRET}"):
            return self._no(401, 20003, "Authenticate")
        form = {name: values[0] for name, values in parse_qs(request.body.decode(), strict_parsing=True).items()}
        if not form.get("To", "").startswith("+"):
            return self._no(400, 21211, f"The 'To' number {form.get('To')} is not a valid phone number.")
        if not form.get("Body"):
            return self._no(400, 21602, "Message body is required.")
        if ("From" in form) == ("MessagingServiceSid" in form):
            return self._no(400, 21603, "A 'From' phone number is required.")
        return 201, {"Content-Type": "application/json"}, json.dumps({"sid": "SM" + "c" * 32, "status": "queued", "to": form["To"]})

    @staticmethod
    def _no(status: int, code: int, message: str) -> tuple[int, dict[str, str], str]:
        return status, {"Content-Type": "application/json"}, json.dumps({"code": code, "message": message, "status": status})


class _Handler(http.server.BaseHTTPRequestHandler):
    def _serve(self) -> None:
        provider: Provider = self.server.provider  # type: ignore[attr-defined]
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = Request(self.command, parts.path, parse_qs(parts.query), dict(self.headers), body)
        provider.requests.append(request)
        status, headers, text = provider.respond(request)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = do_PUT = _serve  # noqa: N815 - the names that http.server calls

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serving(provider: Provider, tls: ssl.SSLContext | None = None) -> Iterator[Provider]:
    """Serve `provider` on a loopback port; it is told its URL."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.provider = provider  # type: ignore[attr-defined]
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    provider.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Centre:
    """A message centre that speaks SMPP 3.4.

    Attributes:
        login: system_id and password that it accepts.
        refusal: command_status of every submit_sm_resp.
        nosy: sends an enquire_link before it answers a submit_sm.
        messages: fields of each submit_sm.
        bound: fields of each bind_transmitter.
        goodbyes: unbinds.
    """

    login: tuple[str, str] = ("hotel", "secret")
    refusal: int = 0
    nosy: bool = False
    messages: list[dict[str, object]] = field(default_factory=list)
    bound: list[dict[str, object]] = field(default_factory=list)
    goodbyes: int = 0
    answered_enquiries: int = 0
    port: int = 0

    def serve(self, wire: socket.socket) -> None:
        """One connection to its end."""
        with wire:
            while True:
                head = _exactly(wire, 16)
                if not head:
                    return
                length, command, status, sequence = struct.unpack(">4I", head)
                body = _exactly(wire, length - 16)
                if command == 0x02:
                    self._bind(wire, sequence, body)
                elif command == 0x04:
                    self._submit(wire, sequence, body)
                elif command == 0x06:
                    self.goodbyes += 1
                    _say(wire, 0x80000006, 0, sequence)
                    return
                elif command == 0x80000015 and status == 0:
                    self.answered_enquiries += 1
                else:
                    _say(wire, 0x80000000, 3, sequence)

    def _bind(self, wire: socket.socket, sequence: int, body: bytes) -> None:
        system_id, password, system_type, rest = _texts(body, 3)
        self.bound.append({"system_id": system_id, "system_type": system_type, "version": rest[0], "rest": rest[1:]})
        if (system_id, password) != self.login:
            _say(wire, 0x80000002, 0x0E if system_id == self.login[0] else 0x0F, sequence)
        else:
            _say(wire, 0x80000002, 0, sequence, b"centre\0")

    def _submit(self, wire: socket.socket, sequence: int, body: bytes) -> None:
        service, rest = body.split(b"\0", 1)
        source_ton, source_npi = rest[:2]
        source, rest = rest[2:].split(b"\0", 1)
        to_ton, to_npi = rest[:2]
        to, rest = rest[2:].split(b"\0", 1)
        esm, pid, priority = rest[:3]
        schedule, validity, rest = rest[3:].split(b"\0", 2)
        receipt, replace, coding, default_id, length = rest[:5]
        text, options = rest[5 : 5 + length], rest[5 + length :]
        if options:
            tag, size = struct.unpack(">HH", options[:4])
            assert (tag, size, length) == (0x0424, len(options) - 4, 0)
            text = options[4:]
        flags = (service, esm, pid, priority, schedule, validity, receipt, replace, default_id)
        assert flags == (b"", 0, 0, 0, b"", b"", 0, 0, 0)
        message = {"source": (source_ton, source_npi, source.decode()), "to": (to_ton, to_npi, to.decode())}
        self.messages.append({**message, "text": text.decode("utf-16-be" if coding == 8 else "ascii"), "coding": coding})
        if self.nosy:
            _say(wire, 0x15, 0, 77)
        _say(wire, 0x80000004, self.refusal, sequence, b"id-1\0" if not self.refusal else b"")


def _say(wire: socket.socket, command: int, status: int, sequence: int, body: bytes = b"") -> None:
    wire.sendall(struct.pack(">4I", 16 + len(body), command, status, sequence) + body)


def _texts(body: bytes, count: int) -> list:
    *texts, rest = body.split(b"\0", count)
    return [*(text.decode() for text in texts), rest]


def _exactly(wire: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count:
        more = wire.recv(count - len(got))
        if not more:
            return b""
        got += more
    return got


@contextlib.contextmanager
def centre(made: Centre, tls: ssl.SSLContext | None = None) -> Iterator[Centre]:
    """Serve a message centre on a loopback port."""
    listener = socket.create_server(("127.0.0.1", 0))
    made.port = listener.getsockname()[1]

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                wire, _ = listener.accept()
                with contextlib.suppress(OSError):
                    made.serve(tls.wrap_socket(wire, server_side=True) if tls else wire)

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield made
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
