"""An alert is there as long as its cause is, with the moment at which it came."""

import socket
import struct
import threading
from typing import NamedTuple

import pytest

from routerd.core.errors import Unavailable
from routerd.core.events import CloneSuspected
from routerd.core.terms import Device
from routerd.store.database import Store
from routerd.telemetry import alerts as module
from routerd.telemetry import dns
from routerd.telemetry.alerts import Alerts
from routerd.telemetry.model import Sample, Wan
from routerd.telemetry.service import Outlook, Telemetry
from routerd.telemetry.uplink import UplinkWatch
from tests.fakes.clock import FakeClock
from tests.telemetry.test_traffic import FakeUplink


class Disk(NamedTuple):
    total: int
    used: int
    free: int


MIB = 2**20


class Box:
    def __init__(self, tmp_path):
        self.clock = FakeClock()
        self.wan = Wan("up", True, True, True)
        self.full = {"main": (10, 100)}
        self.alerts = Alerts(self.clock, lambda: self.wan, lambda: self.full, tmp_path, ran_before=False)

    def kinds(self):
        self.clock.advance(10)
        return [(alert.kind, alert.level) for alert in self.alerts.now()]


@pytest.fixture
def box(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "disk_usage", lambda _path: Disk(10**10, 0, 10**10))
    return Box(tmp_path)


def test_all_is_well(box):
    assert box.kinds() == []


@pytest.mark.parametrize(
    ("wan", "words"),
    [
        (Wan("down", False, None, None), "no link"),
        (Wan("down", True, False, None), "no default route"),
        (Wan("down", True, True, False), "No name server"),
    ],
)
def test_a_dead_uplink_says_what_is_missing(box, wan, words):
    box.wan = wan
    assert box.kinds() == [("wan", "error")]
    assert words in box.alerts.now()[0].text
    box.wan = Wan("up", True, True, True)
    assert box.kinds() == []


def test_a_pool_above_nine_tenths_is_told_once_with_its_beginning(box):
    box.full = {"main": (90, 100), "cafe": (91, 100)}
    assert box.kinds() == [("pool", "warning")]
    since = box.alerts.now()[0].since
    box.full = {"main": (90, 100), "cafe": (100, 100)}
    assert box.kinds() == [("pool", "error")]
    (alert,) = box.alerts.now()
    assert (alert.id, alert.since, alert.values["used"]) == ("pool:cafe", since, 100)


@pytest.mark.parametrize(("free", "told"), [(200 * MIB, []), (199 * MIB, [("disk", "warning")]), (19 * MIB, [("disk", "error")])])
def test_a_disk_that_is_nearly_full_is_told(box, monkeypatch, free, told):
    monkeypatch.setattr(module, "disk_usage", lambda _path: Disk(10**9, 0, free))
    assert box.kinds() == told


def test_suspected_clones_are_told_for_an_hour_and_bounded(box):
    for number in range(15):
        box.alerts.clone_suspected(CloneSuspected(Device(f"02:00:00:00:00:{number:02x}", "10.0.0.2", "main"), "two ports"))
    assert box.kinds() == [("clone", "warning")] * module.CLONES_MOST
    box.clock.advance(3600)
    assert box.kinds() == []


def test_accounting_that_fails_for_long_is_told_until_it_works(box):
    failing = True

    def sweep():
        if failing:
            raise Unavailable("the kernel refused")
        return 1.0

    watched = box.alerts.watched(sweep)
    with pytest.raises(Unavailable):
        watched()
    assert box.kinds() == []
    box.clock.advance(30)
    assert box.kinds() == [("accounting", "error")]
    failing = False
    assert watched() == 1.0
    assert box.kinds() == []


def test_a_restart_is_told_for_a_while_but_not_the_first_start(tmp_path):
    store, clock = Store("sqlite:///:memory:"), FakeClock()
    first = Telemetry(store, clock, lambda: 0)
    assert [alert.kind for alert in first.alerts.now()] == []
    first.traffic.sample()
    first.traffic.flush()
    again = Telemetry(store, clock, lambda: 0)
    assert [alert.kind for alert in again.alerts.now()] == ["restarted"]
    clock.advance(1000)
    assert [alert.kind for alert in again.alerts.now()] == []


def test_the_gravest_comes_first(box):
    box.alerts.clone_suspected(CloneSuspected(Device("02:00:00:00:00:01", "10.0.0.2", "main"), "two ports"))
    box.wan = Wan("down", False, None, None)
    assert [level for _kind, level in box.kinds()] == ["error", "warning"]


def test_the_uplink_is_down_as_soon_as_one_thing_is_missing_and_dns_is_asked_seldom():
    clock, uplink, asked, there = FakeClock(), FakeUplink(), [], True

    def ask(server):
        asked.append(server)
        return there

    watch = UplinkWatch(clock, uplink, lambda: ["192.0.2.1"], ask)
    for _ in range(6):
        watch.look()
        clock.advance(10)
    assert (watch.wan.state, asked) == ("up", ["192.0.2.1"])
    there = False
    clock.advance(60)
    watch.look()
    since = watch.wan.since
    clock.advance(10)
    watch.look()
    assert (watch.wan.state, watch.wan.dns, watch.wan.since, len(asked)) == ("down", False, since, 3)
    uplink.carrier = lambda: False
    watch.look()
    assert (watch.wan.carrier, watch.wan.dns, len(asked)) == (False, None, 3)


@pytest.mark.parametrize(("code", "up"), [(0, True), (3, True), (2, False), (5, False)])
def test_a_name_server_answers_when_it_says_anything_useful(code, up):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def answer():
            asked, peer = server.recvfrom(512)
            assert asked[12:] == b"\0" + struct.pack("!HH", 1, 1)
            server.sendto(asked[:2] + struct.pack("!H", 0x8000 | code) + asked[4:], peer)

        thread = threading.Thread(target=answer)
        thread.start()
        assert dns.answers("127.0.0.1", 2, server.getsockname()[1]) is up
        thread.join()


def test_a_silent_name_server_is_not_there():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        assert not dns.answers("127.0.0.1", 0.05, server.getsockname()[1])


def test_the_parts_sample_and_flush(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/r.db")
    store.start()
    outlook = Outlook("wan0", FakeUplink(), list, lambda: {"main": (1, 2)})
    telemetry = Telemetry(store, FakeClock(), lambda: 2, outlook)
    parts = telemetry.parts()
    for part in parts:
        part.start()
    for _ in range(200):
        if telemetry.wan().state == "up" and telemetry.traffic.series("day"):
            break
        threading.Event().wait(0.01)
    for part in parts:
        part.stop()
    assert [sample.online for sample in Telemetry(store, FakeClock(), lambda: 0).traffic.series("day")] == [2]
    assert telemetry.wan().state == "up"
    assert telemetry.disk()[2] > 0
    assert outlook.uplink.closed
    assert Sample(0, 0, 0, 0) not in telemetry.traffic.series("day")
    store.stop()
