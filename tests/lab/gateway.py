"""The daemon in the lab's gateway: its configuration, starting, ending and killing it, its command line, its action API."""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.lab import plan as place
from tests.lab.namespace import Namespace
from tests.lab.network import ROOT, Layout

READY_S = 15
"""Longest that starting may take; the machine may be busy with other tests."""

API_ADDRESS = ("127.0.0.1", place.MANAGEMENT_PORT)


class Gateway:
    """routerd in a lab's gateway namespace.

    Args:
        lab: where it runs.
        overrides: sections of the configuration, merged over `settings_for(lab)`; None takes a section away.
    """

    def __init__(self, lab: Layout, overrides: Mapping[str, Any] | None = None) -> None:
        self._place(lab)
        self.directory.mkdir(mode=0o711, exist_ok=True)
        self.configure(overrides)

    @classmethod
    def running(cls, lab: Layout) -> "Gateway":
        """The daemon that another process has started: for its command line and its API."""
        gateway = cls.__new__(cls)
        gateway._place(lab)
        return gateway

    def _place(self, lab: Layout) -> None:
        self.lab = lab
        self.where: Namespace = lab.gw
        self.directory = lab.directory / "routerd"
        self.config = self.directory / "routerd.toml"
        self.log = self.directory / "log"
        self.key = ""
        self._process: subprocess.Popen[bytes] | None = None

    def configure(self, overrides: Mapping[str, Any] | None = None) -> None:
        """Write the configuration anew; takes effect at the next start."""
        settings = _merged(settings_for(self.lab, self.directory), overrides or {})
        self.config.write_text(toml(settings), encoding="utf-8")

    @property
    def pid(self) -> int:
        """The daemon's process; RuntimeError when it was not started."""
        if self._process is None:
            raise RuntimeError("routerd was not started")
        return self._process.pid

    def start(self) -> float:
        """Start and wait until guests can be served; returns seconds to readiness."""
        begun = time.monotonic()
        notify = self.directory / "notify"
        notify.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear, self.log.open("ab") as log:
            ear.bind(str(notify))
            ear.settimeout(0.05)
            self._process = self.where.start(
                *(sys.executable, "-m", "routerd", "run", "--config", str(self.config)),
                cwd=ROOT,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, "NOTIFY_SOCKET": str(notify)},
            )
            self.lab.adopt(self._process)
            self._wait_ready(ear, begun)
        return time.monotonic() - begun

    def _wait_ready(self, ear: socket.socket, begun: float) -> None:
        assert self._process is not None
        while time.monotonic() < begun + READY_S:
            with contextlib.suppress(TimeoutError):
                if b"READY=1" in ear.recv(4096):
                    return
            if self._process.poll() is not None:
                raise RuntimeError(f"routerd ended with {self._process.returncode} before it was ready:\n{self.tail()}")
        raise RuntimeError(f"routerd was not ready after {READY_S} s:\n{self.tail()}")

    def stop(self, number: int = signal.SIGTERM, wait_s: float = 10) -> float:
        """End the daemon with a signal; returns seconds until it was gone."""
        begun = time.monotonic()
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)
            self._process.wait(wait_s)
            self._process = None
        return time.monotonic() - begun

    @property
    def alive(self) -> bool:
        """Whether the daemon that was started still runs."""
        return self._process is not None and self._process.poll() is None

    def reload(self, wait_s: float = READY_S) -> None:
        """SIGHUP, then wait until it says that it is ready again."""
        seen = self.log.stat().st_size
        os.kill(self.pid, signal.SIGHUP)
        until = time.monotonic() + wait_s
        while time.monotonic() < until:
            fresh = self.log.read_bytes()[seen:]
            if b"ready" in fresh:
                return
            time.sleep(0.05)
        raise RuntimeError(f"no reload within {wait_s} s:\n{self.tail()}")

    def kill(self) -> None:
        """SIGKILL: what a crash is."""
        self.stop(signal.SIGKILL)

    def restart(self) -> float:
        """SIGTERM, then start."""
        self.stop()
        return self.start()

    def tail(self, lines: int = 40) -> str:
        """The end of the daemon's log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    def cli(self, *words: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """Run `routerd WORDS --config FILE` beside the daemon."""
        command = (sys.executable, "-m", "routerd", *words, "--config", str(self.config))
        return self.where.run(*command, check=check, cwd=ROOT)

    def api_on(self, *, get: bool = False) -> str:
        """Switch the action API on with a fresh key, and keep that for `api`."""
        words = ["api-access", "--post", "on", "--rotate-key", "--json"]
        if get:
            words += ["--get", "on"]
        self.key = str(json.loads(self.cli(*words).stdout)["key"])
        return self.key

    def api(self, action: str, **parameters: Any) -> Any:
        """One action, as POST with JSON from the gateway itself; RuntimeError with status and body unless it succeeds."""
        status, body = self.api_raw(action, **parameters)
        if status != 200:
            raise RuntimeError(f"{action}: {status} {body}\n{self.tail(10)}")
        return body

    def api_raw(self, action: str, **parameters: Any) -> tuple[int, Any]:
        """Like `api`, with the status and whatever body came."""
        if not self.key:
            self.api_on()
        connection = HTTPConnection(*API_ADDRESS, timeout=10)
        connection.sock = self.where.socket(socket.AF_INET, socket.SOCK_STREAM)
        connection.sock.settimeout(10)
        with contextlib.closing(connection):
            connection.sock.connect(API_ADDRESS)
            body = json.dumps({"api-key": self.key, "action": action, **parameters})
            connection.request("POST", "/api/", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, json.loads(response.read())

    def voucher(self, **parameters: Any) -> tuple[str, str]:
        """Create one; username and passcode."""
        user = self.api("create_voucher", **parameters)["user"]
        return user["username"], user["passcode"]

    def voucher_with(self, *options: str) -> tuple[str, str]:
        """Create one with options that only the command line has; username and passcode."""
        made = json.loads(self.cli("voucher", "add", *options, "--json").stdout)["vouchers"][0]
        return made["username"], made["passcode"]

    def active(self) -> dict[str, dict[str, Any]]:
        """get_active_guests by MAC, lower case."""
        return {guest["mac-address"].lower(): guest for guest in self.api("get_active_guests")["data"]}

    def sql(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Read the store's file as another process may."""
        with contextlib.closing(sqlite3.connect(f"file:{self.directory}/routerd.db?mode=ro", uri=True, timeout=5)) as store:
            return store.execute(query, values).fetchall()

    def nft(self, *words: str, check: bool = True) -> str:
        """Run `nft` in the gateway."""
        return self.where.run("nft", *words, check=check).stdout


def settings_for(lab: Layout, directory: Path) -> dict[str, Any]:
    """The configuration that fits a lab, as TOML tables."""
    listen = [f"127.0.0.1:{place.MANAGEMENT_PORT}"]
    if lab.plan.management:
        listen.append(f"{place.MANAGEMENT_GATEWAY}:{place.MANAGEMENT_PORT}")
    guests = []
    for net in lab.plan.nets:
        guest = {
            "name": net.name,
            "interface": lab.plan.interface(net),
            "address": f"{net.gateway}/24",
            "dns_upstream": [place.NET_ADDRESS],
        }
        if net.ipv6:
            guest["address6"] = f"{net.gateway6}/64"
        guests.append({**guest, **net.settings})
    return {
        "uplink": {"interface": "wan0"},
        "guest": guests,
        "lan": {"interface": "lan0", "address": f"{place.LAN_GATEWAY}/24"},
        "management": {"listen": listen},
        "store": {"url": f"sqlite:///{directory}/routerd.db"},
        "portal": {"methods": ["voucher", "free"]},
        "daemon": {"run_dir": str(directory / "run"), "key_file": str(directory / "box.key"), "log_level": "info"},
    }


def _merged(settings: dict[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(settings)
    for name, value in overrides.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(merged.get(name), Mapping):
            merged[name] = _merged(merged[name], value)
        else:
            merged[name] = value
    return merged


def toml(table: Mapping[str, Any], where: str = "") -> str:
    """A TOML document of plain values, tables and lists of tables."""
    lines: list[str] = []
    below: list[str] = []
    for name, value in table.items():
        key = f"{where}.{name}" if where else name
        if isinstance(value, Mapping):
            below.append(f"\n[{key}]\n{toml(value, key)}")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            below.extend(f"\n[[{key}]]\n{toml(item, key)}" for item in value)
        else:
            lines.append(f"{name} = {json.dumps(value)}\n")
    return "".join(lines) + "".join(below)
