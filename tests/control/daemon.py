"""The control door on a real unix socket, behind it the real services and a fake kernel."""

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from routerd.__main__ import main
from routerd.control.place import socket_path
from routerd.control.ports import Services
from routerd.control.routes import build
from routerd.core.errors import Conflict, NotFound
from routerd.core.events import Bus
from routerd.core.settings import Settings, VoucherSettings, parse
from routerd.core.terms import Device
from routerd.guests.service import Guests
from routerd.identity.accounts import furnish
from routerd.identity.audit import Audit
from routerd.identity.seal import Box
from routerd.identity.service import ApiAccess
from routerd.sessions.service import Sessions
from routerd.store.database import Store
from routerd.vouchers.service import Vouchers
from routerd.web.limits import Attempts
from routerd.web.server import WebServer, bind_unix
from tests.fakes.clock import FakeClock
from tests.fakes.gate import FakeGate

CONFIG = """
[uplink]
interface = "wan0"
[[guest]]
name = "main"
interface = "guest0"
address = "192.168.88.1/24"
[lan]
interface = "lan0"
address = "192.168.10.1/24"
[management]
listen = ["127.0.0.1:8088", "[::1]:8088"]
[daemon]
run_dir = "{place}/run"
"""


class FakeFirewall:
    def __init__(self) -> None:
        self.there = True

    @property
    def removed(self) -> bool:
        return not self.there

    def show(self) -> str:
        return "table inet routerd {\n}\n" if self.there else ""

    def remove(self) -> None:
        self.there = False


class FakeGarden:
    def __init__(self) -> None:
        self.targets: list[str] = []

    def list(self):
        return [SimpleNamespace(target=target) for target in self.targets]

    def add(self, text: str):
        if text in self.targets:
            raise Conflict(f"'{text}' is in the walled garden already")
        self.targets.append(text)
        return SimpleNamespace(target=text)

    def remove(self, text: str) -> None:
        if text not in self.targets:
            raise NotFound(f"'{text}' is not in the walled garden")
        self.targets.remove(text)


class FakeBarrier:
    def __init__(self) -> None:
        self.blocked: set[str] = set()

    def block(self, mac: str) -> None:
        self.blocked.add(mac)

    def unblock(self, mac: str) -> None:
        self.blocked.discard(mac)


@dataclass
class Outcome:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Daemon:
    def __init__(self, place: Path) -> None:
        self.config = place / "routerd.toml"
        self.config.write_text(CONFIG.format(place=place))
        settings, problems = parse(self.config.read_text())
        assert isinstance(settings, Settings), problems
        self.clock = FakeClock()
        self.store = Store(f"sqlite:///{place}/routerd.db")
        bus = Bus()
        self.access = ApiAccess(self.store, self.clock, place / "box.key")
        audit = Audit(self.store, self.clock)
        self.accounts = furnish(self.store, self.clock, Box(place / "box.key"), audit, self.access, partial(Attempts, self.clock))
        self.vouchers = Vouchers(self.store, self.clock, bus, VoucherSettings())
        self.gate = FakeGate(self.clock)
        self.sessions = Sessions(self.store, self.gate, self.clock, bus)
        self.barrier, self.firewall, self.garden = FakeBarrier(), FakeFirewall(), FakeGarden()
        self.guests = Guests(
            self.store,
            self.clock,
            bus,
            activity=lambda: {(each.session.device.mac, each.session.device.network): each.idle_s for each in self.sessions.online()},
            signed_in=lambda mac, network: self.sessions.current(mac, network) is not None,
            barrier=self.barrier,
            ports=lambda _network, _mac: "",
        )
        self.socket = socket_path(settings.daemon.run_dir)
        services = Services(
            settings=settings,
            clock=self.clock,
            store=self.store,
            access=self.access,
            vouchers=self.vouchers,
            sessions=self.sessions,
            guests=self.guests,
            firewall=self.firewall,
            garden=self.garden,
            accounts=self.accounts,
            parts=lambda: {"dnsmasq": "running"},
        )
        self.front = build(services)

    def start(self) -> None:
        self.store.start()
        self._server = WebServer("control", self.front, [bind_unix(self.socket)], threads=2)
        self._server.start()

    def stop(self) -> None:
        self._server.stop()
        self.store.stop()

    def sign_in(self, username: str, passcode: str, mac: str = "a1:b2:c3:d4:e5:f6"):
        def enter():
            return self.sessions.open(self.vouchers.redeem(username, passcode), Device(mac, "192.168.88.20", "main"))

        return self.store.write(enter)

    def run(self, capsys: Any, *words: str) -> Outcome:
        """The command line, as a shell would run it."""
        capsys.readouterr()
        try:
            status = main([*words, "--config", str(self.config)])
        except SystemExit as left:
            status = int(left.code or 0)
        out, err = capsys.readouterr()
        return Outcome(status, out, err)
