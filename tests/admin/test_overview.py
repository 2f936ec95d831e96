"""The overview: what it shows is how things stand."""

import pytest

from routerd.admin.board import Board
from routerd.core.events import CloneSuspected
from routerd.core.terms import Device
from routerd.telemetry.service import Outlook, Telemetry
from tests.admin.test_guests import later, mac_of, online, seen
from tests.telemetry.test_traffic import FakeUplink


def test_guests_are_counted_by_state_and_network(house, owner):
    online(house, 1)
    online(house, 2)
    seen(house, 3)
    house.services.guests.block(mac_of(4))
    later(house)
    guests = owner.get("/overview").json["guests"]
    assert guests == {
        "online": 2,
        "waiting": 1,
        "known": 4,
        "blocked": 1,
        "networks": [{"name": "main", "title": "Guest Wi-Fi", "online": 2}],
    }


def test_the_fastest_guest_comes_first_with_its_speed(house, owner):
    online(house, 1)
    online(house, 2)
    house.kernel.spend(mac_of(1), down=10**9)
    owner.get("/overview")
    later(house, 10)
    house.kernel.spend(mac_of(2), down=10_000_000, up=1_250_000)
    first, second = owner.get("/overview").json["top"]
    assert (first["mac"], first["down_kbit"], first["up_kbit"], first["login"]) == (mac_of(2), 8000, 1000, "login2")
    assert (second["mac"], second["down_kbit"], second["down"]) == (mac_of(1), 0, 10**9)


def test_no_more_than_ten_are_told(house, owner):
    for number in range(15):
        online(house, number)
    assert len(owner.get("/overview").json["top"]) == 10


def test_suspicions_become_alerts(house, owner):
    house.bus.publish(CloneSuspected(Device(mac_of(1), "192.168.88.11", "main"), "seen on two ports"))
    (alert,) = [each for each in owner.get("/overview").json["alerts"] if each["kind"] == "clone"]
    assert (alert["id"], alert["level"], alert["values"]["evidence"]) == (f"clone:{mac_of(1)}", "warning", "seen on two ports")
    assert mac_of(1) in alert["text"]


def test_a_box_without_an_uplink_has_no_wan(house, owner):
    answer = owner.get("/overview").json
    assert (answer["wan"], answer["pools"]) == (None, [])
    assert answer["box"]["version"]
    assert answer["box"]["store_octets"] > 0


def test_a_gateway_shows_uplink_pools_and_traffic(house):
    uplink = FakeUplink()
    outlook = Outlook("wan0", uplink, list, lambda: {"main": (250, 253)})
    telemetry = Telemetry(house.store, house.clock, house.services.sessions.count, outlook)
    board = Board(house.settings, house.clock, house.services.sessions, house.services.guests, telemetry)
    telemetry._watch.look()
    board.now()
    later(house, 10)
    uplink.pass_(1_250_000, 125_000)
    now = board.now()
    assert now["traffic"] == {"down_kbit": 1000, "up_kbit": 100}
    assert (now["wan"]["state"], now["wan"]["interface"], now["wan"]["dns"]) == ("up", "wan0", None)
    assert now["pools"] == [{"network": "main", "used": 250, "size": 253}]
    assert [alert["kind"] for alert in now["alerts"]] == ["pool"]


@pytest.mark.parametrize("span", ["day", "month"])
def test_charts_are_arrays_of_one_length(house, owner, span):
    traffic = house.services.data.telemetry.traffic
    for _ in range(20):
        traffic.sample()
        later(house, 10)
    chart = owner.get("/overview/traffic", span=span).json
    assert chart["step_s"] == {"day": 60, "month": 3600}[span]
    assert len({len(chart[name]) for name in ("at", "down", "up", "online")}) == 1
    assert chart["at"] == sorted(chart["at"])
    assert chart["at"]


def test_a_span_that_does_not_exist_is_refused(owner):
    answer = owner.get("/overview/traffic", span="year")
    assert (answer.status, answer.json["error"]["field"]) == (400, "span")
