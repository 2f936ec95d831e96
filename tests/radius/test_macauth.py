"""Devices that are let in by their MAC address, without a page."""

import time

import pytest

from routerd.core.aaa import RadiusSettings
from routerd.core.errors import Denied, Unavailable
from routerd.core.events import HostSighted
from routerd.core.terms import Device
from routerd.radius.macauth import TROUBLE_S, WAITING_MOST, MacAuth
from tests.fakes.clock import FakeClock
from tests.radius.conftest import make_world
from tests.radius.freeradius import SECRET

PRINTER = Device("3c:07:54:aa:bb:cc", "192.168.88.20", "main")
STRANGER = Device("3c:07:54:aa:bb:cd", "192.168.88.21", "main")


@pytest.fixture
def world(server):
    made = make_world(RadiusSettings((server.name,), SECRET, mac_auth=True))
    yield made
    made.store.stop()


def test_a_device_that_the_server_knows_is_let_in_with_the_networks_defaults(world) -> None:
    world.radius._mac_auth.ask(PRINTER)
    grant = world.sessions.current(PRINTER.mac, "main").grant
    assert (grant.kind, grant.login, grant.ends_at) == ("radius", "printer", int(world.clock.now()) + 900)
    assert (grant.down_kbit, grant.idle_timeout_s) == (900, 3600)
    assert world.gate.online(PRINTER.mac)


def test_a_blocked_device_stays_out_whatever_the_server_says(world) -> None:
    world.blocked.add(PRINTER.mac)
    world.radius._mac_auth.ask(PRINTER)
    assert world.sessions.current(PRINTER.mac, "main") is None


def test_a_stranger_is_not(world) -> None:
    world.radius._mac_auth.ask(STRANGER)
    assert world.sessions.current(STRANGER.mac, "main") is None


class Asking:
    """Counts who is asked about, and answers as told."""

    def __init__(self, error: Exception | None = None, *, online: bool = False) -> None:
        self.error, self.online = error, online
        self.asked: list[str] = []
        self.clock = FakeClock()
        self.auth = MacAuth(self._admit, lambda _device: self.online, self.clock, 600)

    def _admit(self, device: Device) -> None:
        self.asked.append(device.mac)
        if self.error is not None:
            raise self.error

    def see(self, device: Device = STRANGER, after_s: float = 0) -> int:
        """Sight it and work off the queue; how often anybody was asked about so far."""
        self.clock.advance(after_s)
        self.auth.sighted(device.mac, device.address, device.network)
        while not self.auth._waiting.empty():
            self.auth.ask(self.auth._waiting.get_nowait())
        return len(self.asked)


def test_who_was_turned_down_is_asked_about_again_after_a_while_only() -> None:
    asking = Asking(Denied("no", "wrong-login"))
    assert [asking.see(), asking.see(), asking.see(after_s=599), asking.see(after_s=2)] == [1, 1, 1, 2]


def test_when_nobody_could_be_asked_it_is_tried_again_soon() -> None:
    asking = Asking(Unavailable("no server"))
    assert [asking.see(), asking.see(), asking.see(after_s=TROUBLE_S + 1)] == [1, 1, 2]


def test_who_is_online_is_not_asked_about() -> None:
    assert Asking(online=True).see() == 0


def test_an_address_is_needed() -> None:
    assert Asking().see(Device(STRANGER.mac, "", "main")) == 0


def test_who_was_shown_out_does_not_come_straight_back(world) -> None:
    world.radius._mac_auth.ask(PRINTER)
    world.sessions.end(world.sessions.current(PRINTER.mac, "main").id, "kicked")
    world.clock.advance(599)
    world.radius.sighted(HostSighted("main", PRINTER.mac, PRINTER.address))
    assert world.radius._mac_auth._waiting.empty()
    world.clock.advance(2)
    world.radius.sighted(HostSighted("main", PRINTER.mac, PRINTER.address))
    assert world.radius._mac_auth._waiting.qsize() == 1


def test_a_flood_of_invented_devices_fills_no_more_than_the_queue() -> None:
    asking = Asking()
    for number in range(3 * WAITING_MOST):
        asking.auth.sighted(f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}", "192.168.88.9", "main")
    assert asking.auth._waiting.qsize() == WAITING_MOST


def test_the_thread_asks_by_itself() -> None:
    asking = Asking()
    asking.auth.start()
    asking.auth.sighted(STRANGER.mac, STRANGER.address, "main")
    until = time.monotonic() + 5
    while not asking.asked and time.monotonic() < until:
        time.sleep(0.01)
    asking.auth.stop()
    assert asking.asked == [STRANGER.mac]
