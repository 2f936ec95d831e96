"""A box for the page's tests: serves the built page under its real policy, answers endpoints from a table, and remembers what was asked.

It knows no rules; what it answers has the shapes of docs/admin-api. The real door's own tests are in tests/admin, and
`test_admin_real.py` puts the page in front of it.
"""

import json
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from routerd.admin.headers import API, PAGE
from routerd.admin.page import TYPES

DIST = Path(__file__).parents[3] / "webroot" / "admin" / "dist"
TOKEN = "the-csrf-token"


@dataclass(frozen=True, slots=True)
class Call:
    """One request that the page made.

    Attributes:
        method: GET, POST or DELETE.
        path: below /admin/api.
        query: its fields.
        body: the JSON sent; None without.
    """

    method: str
    path: str
    query: dict[str, str]
    body: Any


class Refusal(Exception):
    """An answer that is an error: status, and the members of `error`."""

    def __init__(self, status: int, **error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


Answer = Callable[[Call], Any]


@dataclass
class Box:
    """What the fake box answers, and what it was asked.

    Attributes:
        answers: "GET /guests" to a value, or to a function of the call; a last part of `*` stands for anything.
        calls: what was asked, oldest first.
    """

    answers: dict[str, Any]
    calls: list[Call] = field(default_factory=list)
    streams: list["queue.Queue[bytes | None]"] = field(default_factory=list)

    def answer(self, call: Call, proven: bool) -> Any:
        """What to say; raises Refusal. `proven`: the page sent its token, or needs none."""
        if not proven:
            raise Refusal(403, message="the token is missing", reason="csrf")
        self.calls.append(call)
        names = (f"{call.method} {call.path}", f"{call.method} {call.path.rpartition('/')[0]}/*")
        found = next((self.answers[name] for name in names if name in self.answers), None)
        if found is None:
            raise Refusal(404, message=f"there is no {call.method} {call.path}", reason="not-found")
        return found(call) if callable(found) else found

    def changes(self, path: str = "") -> list[Any]:
        """Bodies of what was sent to a path (any without), oldest first."""
        return [call.body for call in self.calls if call.method != "GET" and path in {"", call.path}]

    def tell(self, event: str, data: Any) -> None:
        """Send an event to every open stream."""
        for stream in list(self.streams):
            stream.put(f"event: {event}\ndata: {json.dumps(data)}\n\n".encode())

    def hang_up(self) -> None:
        """End every stream, as a restart does."""
        for stream in list(self.streams):
            stream.put(None)


class Handler(BaseHTTPRequestHandler):
    """Serves one request."""

    protocol_version = "HTTP/1.1"
    server: "Fake"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/admin/api/live":
            self.stream()
        elif path.startswith("/admin/api/"):
            self.api()
        else:
            self.file(path.removeprefix("/admin/") or "index.html")

    def do_POST(self) -> None:
        self.api()

    def do_DELETE(self) -> None:
        self.api()

    def file(self, name: str) -> None:
        place = DIST / name
        if not place.is_file():
            self.say(404, b"", dict(PAGE))
            return
        packed = place.with_name(place.name + ".gz")
        content = packed.read_bytes() if packed.is_file() else place.read_bytes()
        coding = {"Content-Encoding": "gzip"} if packed.is_file() else {}
        self.say(200, content, {**PAGE, **coding, "Content-Type": TYPES.get(place.suffix, "text/plain")})

    def api(self) -> None:
        box, parts = self.server.box, urlsplit(self.path)
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_json = "json" in (self.headers.get("Content-Type") or "")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        call = Call(
            self.command, parts.path.removeprefix("/admin/api"), query, json.loads(content) if is_json and content else content or None
        )
        proven = self.command == "GET" or call.path in {"/signin", "/setup"} or self.headers.get("X-CSRF-Token") == TOKEN
        try:
            told = box.answer(call, proven)
        except Refusal as refusal:
            self.say(refusal.status, json.dumps({"error": refusal.error}).encode(), {**API, "Content-Type": "application/json"})
            return
        if told is None:
            self.say(204, b"", dict(API))
        else:
            self.say(200, json.dumps(told).encode(), {**API, "Content-Type": "application/json"})

    def stream(self) -> None:
        box = self.server.box
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        box.calls.append(Call("GET", "/live", query, None))
        events: queue.Queue[bytes | None] = queue.Queue()
        for topic in query["topics"].split(","):
            for event, data in box.answers.get(f"LIVE {topic}", []):
                events.put(f"event: {event}\ndata: {json.dumps(data)}\n\n".encode())
        box.streams.append(events)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            while (piece := events.get(timeout=120)) is not None:
                self.wfile.write(piece)
                self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError, queue.Empty):
            pass
        finally:
            box.streams.remove(events)
            self.close_connection = True

    def say(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if status != 204:
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


class Fake(ThreadingHTTPServer):
    """The fake box on a free port of loopback; a context manager."""

    daemon_threads = True

    def __init__(self, answers: dict[str, Any]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.box = Box(answers)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/admin/"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def handle_error(self, *_: object) -> None:
        """A browser that goes away in the middle is no error."""

    def __exit__(self, *_: object) -> None:
        self.box.hang_up()
        self.shutdown()
        self.server_close()
