"""The portal on a store in memory with real vouchers and sessions, and fakes for what the outside fulfils."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from routerd.core.errors import NotFound
from routerd.core.events import Bus, LoggedIn, LoginRefused
from routerd.core.settings import Settings, parse
from routerd.core.terms import Device
from routerd.guests.people import People
from routerd.portal.entrance import Entrance
from routerd.portal.kept import Kept
from routerd.portal.routes import build
from routerd.sessions.service import Sessions
from routerd.store.database import Store
from routerd.vouchers.service import Vouchers
from tests.fakes.clock import FakeClock
from tests.fakes.gate import FakeGate
from tests.portal.client import Browser

SETTINGS = """
[uplink]
interface = "wan0"
[[guest]]
name = "main"
interface = "guest0"
address = "192.168.88.1/24"
address6 = "fd00:88::1/64"
[[guest]]
name = "suite"
interface = "guest1"
address = "192.168.89.1/24"
down_kbit = 5000
up_kbit = 1000
idle_timeout_s = 600
[guest.portal]
title = "Suite Wi-Fi"
methods = ["voucher"]
landing_url = "https://hotel.example/welcome?a=1&b=2"
[portal]
methods = ["voucher", "free"]
venue_info_url = "https://hotel.example/"
[portal.free]
download_limit_mb = 100
"""


def settings_of(text: str = SETTINGS) -> Settings:
    settings, problems = parse(text)
    assert settings is not None, problems
    return settings


class FakeFinder:
    """Fulfils `portal.ports.Finder`: devices by address."""

    def __init__(self) -> None:
        self.devices: dict[str, Device] = {}

    def add(self, device: Device) -> Device:
        self.devices[device.address] = device
        return device

    def device_at(self, address: str) -> Device:
        if address not in self.devices:
            raise NotFound(f"no device at {address}")
        return self.devices[address]


@dataclass
class World:
    """Everything that a test of the portal may look at."""

    settings: Settings
    store: Store
    clock: FakeClock
    events: list[object]
    vouchers: Vouchers
    sessions: Sessions
    gate: FakeGate
    finder: FakeFinder
    free_users: People
    app: Entrance
    rebuild: Callable[[Settings, Kept], Entrance]

    def guest(self, number: int = 10, network: str = "main") -> Browser:
        """A device that the finder knows."""
        third = {"main": 88, "suite": 89}[network]
        self.finder.add(Device(f"02:00:00:00:{third:02x}:{number:02x}", f"192.168.{third}.{number}", network))
        return Browser(self.app, f"192.168.{third}.{number}", f"192.168.{third}.1")

    def refusals(self) -> list[str]:
        return [event.reason for event in self.events if isinstance(event, LoginRefused)]


def nothing_more(_store: Store, _clock: FakeClock) -> dict[str, object]:
    return {}


def make_world(settings: Settings, url: str = "sqlite:///:memory:", more=nothing_more, **options) -> World:
    """`more` makes further services that stand on the store, by the names that `build` has for them."""
    store, clock, bus, events = Store(url), FakeClock(), Bus(), []
    bus.connect({LoginRefused: [events.append], LoggedIn: [events.append]})
    vouchers = Vouchers(store, clock, bus, settings.vouchers)
    gate = FakeGate(clock)
    sessions, finder, free_users = Sessions(store, gate, clock, bus), FakeFinder(), People(store, clock)
    services = {"finder": finder, "sessions": sessions, "vouchers": vouchers, "free_users": free_users}
    given = {**services, "atomically": store.write, "publish": bus.publish, "clock": clock, **more(store, clock), **options}

    def rebuild(settings: Settings, kept: Kept) -> Entrance:
        return build(settings.guest, settings.portal, **{**given, "kept": kept})

    app = build(settings.guest, settings.portal, **given)
    return World(settings, store, clock, events, vouchers, sessions, gate, finder, free_users, app, rebuild)


@pytest.fixture
def world():
    made = make_world(settings_of())
    yield made
    made.store.stop()
