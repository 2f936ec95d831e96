"""The RADIUS client on a store in memory, with real sessions on a fake gate, and one real FreeRADIUS for all."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from routerd.core.aaa import RadiusMethodSettings, RadiusSettings
from routerd.core.events import Bus, HostSighted, LoggedIn, SessionEnded
from routerd.core.settings import GuestNetwork, parse
from routerd.core.terms import Device, Terms
from routerd.radius import records
from routerd.radius.service import Radius
from routerd.sessions.service import Sessions
from routerd.store.database import Store
from tests.fakes.clock import FakeClock
from tests.fakes.gate import FakeGate
from tests.radius.freeradius import SECRET, FreeRadius

PHONE = Device("3c:07:54:00:00:01", "192.168.88.10", "main")
DAYS = itertools.count(1_750_000_000, 86_400)
"""Each world lives on a day of its own: the server that they share tells their sessions apart."""

NETWORK = '[uplink]\ninterface = "wan0"\n[[guest]]\nname = "main"\ninterface = "guest0"\naddress = "192.168.88.1/24"\ndown_kbit = 900\n'


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[FreeRadius]:
    running = FreeRadius(tmp_path_factory.mktemp("freeradius"))
    running.start()
    yield running
    running.stop()


@dataclass
class World:
    """A box with the RADIUS client in it."""

    radius: Radius
    store: Store
    clock: FakeClock
    gate: FakeGate
    sessions: Sessions
    blocked: set[str]
    ended: list[SessionEnded] = field(default_factory=list)

    def sign_in(self, username: str, password: str, device: Device = PHONE) -> Any:
        """What the portal does; the session."""
        permission = self.radius.authenticate(username, password, device)
        return self.store.write(lambda: self.sessions.open(completed(self.radius.granted(permission, device)), device))

    def account(self) -> None:
        """Send all that is due."""
        while self.radius._accounting.round() is not None:
            pass

    def reports(self) -> list[records.Report]:
        """What is still to be told."""
        return records.find(self.store.db)

    def pass_time(self, seconds: float) -> None:
        """Let time pass, with the rounds that the daemon makes."""
        self.clock.advance(seconds)
        self.sessions.sweep()
        self.account()


def completed(terms: Terms) -> Terms:
    """What the portal adds of the network."""
    return replace(terms, idle_timeout_s=terms.idle_timeout_s or 3600)


def network_of() -> GuestNetwork:
    settings, problems = parse(NETWORK)
    assert settings is not None, problems
    return settings.guest[0]


def make_world(settings: RadiusSettings, method: RadiusMethodSettings | None = None) -> World:
    store, clock, bus = Store("sqlite:///:memory:"), FakeClock(next(DAYS)), Bus()
    gate = FakeGate(clock)
    sessions, blocked = Sessions(store, gate, clock, bus), set[str]()
    radius = Radius(
        *(settings, method or RadiusMethodSettings(), store, sessions, clock),
        hardware=lambda _network: "02:aa:bb:cc:dd:ee",
        networks={"main": network_of()},
        blocked=blocked.__contains__,
    )
    made = World(radius, store, clock, gate, sessions, blocked)
    bus.connect(
        {
            LoggedIn: [radius.logged_in],
            SessionEnded: [made.ended.append, radius.session_ended],
            HostSighted: [radius.sighted],
        }
    )
    return made


@pytest.fixture
def world(server) -> Iterator[World]:
    made = make_world(RadiusSettings(servers=(server.name,), secret=SECRET, nas_identifier="hotel"))
    yield made
    made.store.stop()
