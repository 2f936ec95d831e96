"""The daemon as an owner runs it who has sites to guard and nothing else, and an upstream that tells what it was asked."""

import contextlib
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
READY_S = 60
"""The first start compiles all patterns; the machine may be busy with other tests."""

NOBODY = "nobody"


class Upstream(ThreadingHTTPServer):
    """Answers every request with what it was, as JSON."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Telling)
        self.seen: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Telling(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536
    server: Upstream

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append(self.path)
        told = json.dumps({"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}, "body": body.decode()}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    do_POST = do_GET  # noqa: N815 - what http.server asks for

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def free_ports(count: int) -> list[int]:
    """Loopback ports that nobody listens on."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in held:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in held]


def _open_to_all(place: Path) -> bool:
    """Whether any user may read what is there: a checkout in root's home is root's alone."""
    return all(each.stat().st_mode & 0o005 == 0o005 for each in (place.resolve(), *place.resolve().parents))


class Box:
    """The daemon.

    Args:
        settings: TOML; ``{http}``, ``{https}`` and ``{place}`` are filled in.
        user: whom it runs as, if we are root and others may read this checkout.
    """

    def __init__(self, settings: str, user: str = NOBODY) -> None:
        self.user = user if os.geteuid() == 0 and _open_to_all(ROOT) and _open_to_all(Path(sys.prefix)) else None
        self.place = Path(tempfile.mkdtemp(prefix="routerd-guarding-"))
        self.http, self.https = free_ports(2)
        self.config = self.place / "routerd.toml"
        self.log = self.place / "log"
        self.configure(settings)
        if self.user:
            shutil.chown(self.place, self.user)
        self._process: subprocess.Popen[bytes] | None = None

    def configure(self, settings: str) -> None:
        """Write the file; it counts from the next start or reload on."""
        filled = settings.replace("{http}", str(self.http)).replace("{https}", str(self.https)).replace("{place}", str(self.place))
        self.config.write_text(filled)
        self.config.chmod(0o644)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> float:
        """Start, and wait until it says that it is ready; returns seconds."""
        begun, seen = time.monotonic(), self._said()
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "routerd", "run", "--config", str(self.config)]
            # Neither root's groups nor anything else of this process: as a service manager would start it.
            more: dict[str, Any] = {"user": self.user, "group": "nogroup", "extra_groups": []} if self.user else {}
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env={"PATH": os.environ["PATH"]}, **more)
        self.wait("INFO routerd.app.life: ready", seen)
        return time.monotonic() - begun

    def wait(self, words: str, seen: int = 0) -> None:
        """Wait until the log says this, after its first `seen` octets."""
        until = time.monotonic() + READY_S
        while time.monotonic() < until:
            if words.encode() in self.log.read_bytes()[seen:]:
                return
            if self._process is not None and self._process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"it never said {words!r}:\n{self.log.read_text()[seen:]}")

    def reload(self) -> None:
        """SIGHUP, and wait for what comes of it."""
        seen = self._said()
        os.kill(self.pid, signal.SIGHUP)
        self.wait("INFO routerd.app.life: ready", seen)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it with a signal; returns its exit status."""
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(15)

    def close(self) -> None:
        """End it if it still runs, and take away what it wrote."""
        if self._process is not None and self._process.poll() is None:
            self.stop()
        shutil.rmtree(self.place, ignore_errors=True)

    def connection(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.http, timeout=10)

    def get(self, target: str, host: str = "example.test", **headers: str) -> tuple[int, bytes]:
        """One request on a connection of its own."""
        with contextlib.closing(self.connection()) as connection:
            return asked(connection, target, host, **headers)

    def secure(self, name: str, *, trust: str = "") -> ssl.SSLSocket:
        """A TLS connection that asks for a name; without a certificate to trust, whatever is shown is taken."""
        context = ssl.create_default_context(cadata=trust or None)
        if not trust:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(socket.create_connection(("127.0.0.1", self.https), 10), server_hostname=name)

    def audited(self, most_s: float = 10) -> list[dict[str, Any]]:
        """The audit log's lines, once there is one."""
        file, until = self.place / "waf-audit.jsonl", time.monotonic() + most_s
        while time.monotonic() < until and not (file.exists() and file.stat().st_size):
            time.sleep(0.02)
        return [json.loads(line) for line in file.read_text().splitlines()]

    def _said(self) -> int:
        return self.log.stat().st_size if self.log.exists() else 0


def asked(connection: HTTPConnection, target: str, host: str = "example.test", **headers: str) -> tuple[int, bytes]:
    """One request on a connection that stays."""
    connection.request("GET", target, headers={"Host": host, **headers})
    answer: HTTPResponse = connection.getresponse()
    return answer.status, answer.read()


def wait(true: Callable[[], object], most_s: float = READY_S) -> bool:
    """Whether it becomes so."""
    until = time.monotonic() + most_s
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
