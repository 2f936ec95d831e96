"""The daemon as a web application firewall and nothing else: on loopback, on high ports, with its files in one directory."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from routerd.control.client import Control
from routerd.control.place import socket_path
from tests.lab.gateway import toml

ROOT = Path(__file__).parents[2]
READY_S = 120
"""Longest that starting may take; a rule set may have to be compiled for the first time."""


def free_port() -> int:
    """A TCP port of loopback that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def asked(port: int, target: bytes = b"/ready") -> int:
    """The status of a request; 0 when there was no answer."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(
                b"GET " + target + b" HTTP/1.1\r\nHost: main.test\r\nUser-Agent: probe\r\nAccept: */*\r\nConnection: close\r\n\r\n"
            )
            head = connection.recv(4096)
    except OSError:
        return 0
    return int(head[9:12]) if head.startswith(b"HTTP/1.") else 0


class Box:
    """A daemon.

    Args:
        directory: for its files; made.
        upstream: port of what stands behind its one site, named ``main``, for all hosts.
        waf: its section [waf]; None: mode off.
        port: its own; 0: any.
        extra: further sections, or keys for those it has; a list of sites takes the place of the one.
        matchers: folder of compiled databases that boxes share; None: it has its own.
    """

    def __init__(
        self,
        directory: Path,
        upstream: int,
        waf: Mapping[str, Any] | None = None,
        *,
        port: int = 0,
        extra: Mapping[str, Any] | None = None,
        matchers: Path | None = None,
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        if matchers is not None:
            (directory / "waf").mkdir(exist_ok=True)
            (directory / "waf" / "matchers").symlink_to(matchers)
        self.directory = directory
        self.port = port or free_port()
        self.audit = directory / "audit.jsonl"
        self.log = directory / "log"
        self.config = directory / "routerd.toml"
        self._settings: dict[str, Any] = {
            "daemon": {"run_dir": str(directory / "run")},
            "store": {"url": f"sqlite:///{directory}/routerd.db"},
            "edge": {"http": [f"127.0.0.1:{self.port}"]},
            "waf": dict(waf) if waf is not None else {"mode": "off"},
            "sites": [{"name": "main", "domain": "*", "target_url": f"http://127.0.0.1:{upstream}"}],
        }
        self.configure(extra or {})
        self._process: subprocess.Popen[bytes] | None = None

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Write the configuration with changes to its sections; takes effect at the next start or reload."""
        for name, value in changes.items():
            held = self._settings.get(name)
            self._settings[name] = {**held, **value} if isinstance(held, dict) else value
        self.config.write_text(toml(self._settings), encoding="utf-8")

    @property
    def secure_port(self) -> int:
        """Of the first address for TLS."""
        return int(self._settings["edge"]["https"][0].rpartition(":")[2])

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self, *, settled: bool = True) -> float:
        """Start it and wait until it serves; returns seconds until then.

        Args:
            settled: then wait, too, until it has the matchers that it will have.
        """
        begun = time.monotonic()
        place = self.directory / "notify"
        place.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear, self.log.open("ab") as log:
            ear.bind(str(place))
            ear.settimeout(0.02)
            command = (sys.executable, "-m", "routerd", "run", "--config", str(self.config))
            told = {**os.environ, "NOTIFY_SOCKET": str(place)}
            self._process = subprocess.Popen(
                command, cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, env=told
            )
            self._wait_ready(ear, begun)
        self._wait_served(begun)
        took_s = time.monotonic() - begun
        if settled and self._settings["waf"].get("mode") != "off":
            self.settle()
        return took_s

    def settle(self) -> None:
        """Wait until no matchers are being made."""
        until = time.monotonic() + READY_S
        while self.waf()["making"]:
            if time.monotonic() > until:
                raise RuntimeError(f"routerd had no matchers after {READY_S} s:\n{self.tail()}")
            time.sleep(0.05)

    def waf(self) -> Mapping[str, Any]:
        """How its rules are, as ``routerd waf status`` tells."""
        return dict(Control(socket_path(str(self.directory / "run"))).get("/waf"))

    def _wait_ready(self, ear: socket.socket, begun: float) -> None:
        assert self._process is not None
        while time.monotonic() < begun + READY_S:
            with contextlib.suppress(TimeoutError):
                if b"READY=1" in ear.recv(4096):
                    return
            if self._process.poll() is not None:
                raise RuntimeError(f"routerd ended with {self._process.returncode} before it was ready:\n{self.tail()}")
        raise RuntimeError(f"routerd was not ready after {READY_S} s:\n{self.tail()}")

    def _wait_served(self, begun: float) -> None:
        """Until its rules are there every request is answered 503."""
        while time.monotonic() < begun + READY_S:
            if asked(self.port) != 503:
                return
            time.sleep(0.01)
        raise RuntimeError(f"routerd had no rules after {READY_S} s:\n{self.tail()}")

    def reload(self) -> None:
        """SIGHUP: have it read its configuration and rules anew; does not wait."""
        os.kill(self.pid, signal.SIGHUP)

    def reread(self) -> Mapping[str, Any]:
        """Have it read its rules again, as ``routerd waf reload`` does; returns how they are then."""
        return dict(Control(socket_path(str(self.directory / "run")), READY_S).post("/waf/reload"))

    def kill(self) -> None:
        """SIGKILL: what a crash is."""
        self.stop(signal.SIGKILL)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)
            self._process.wait(20)
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.stop()

    def tail(self, lines: int = 40) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]) if self.log.exists() else ""


def crs(directory: Path, *before: Path) -> Sequence[str]:
    """Sources of a rule set: what stands before, the set-up and the rules of a copy of the OWASP CRS."""
    return [*map(str, before), str(directory / "crs-setup.conf.example"), str(directory / "rules" / "*.conf")]
