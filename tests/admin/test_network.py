"""Interfaces, guest networks and leases on the admin page."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from routerd.admin.premises import Premises
from routerd.core.events import LeaseChanged
from routerd.kernel.interfaces import Interface, interfaces
from tests.admin.house import House


class FakeNetwork:
    """As much of `network.service.Network` as is looked at."""

    garden = None

    def __init__(self):
        self.held = [
            LeaseChanged("main", "aa:aa:aa:aa:aa:10", "192.168.88.10", "<b>phone</b>", 1_800_000_000),
            LeaseChanged("main", "aa:aa:aa:aa:aa:09", "192.168.88.9", "tablet", None),
        ]

    def leases(self, network):
        return self.held

    def pool(self, network):
        return IPv4Address("192.168.88.2"), IPv4Address("192.168.88.254")

    def serving(self):
        return {"main": True}


def fake(name):
    return Interface(name, "up", True, "02:00:00:00:00:01", 1500, 1000, ("192.168.88.1/24",), 10, 20, 0, 0)


@pytest.fixture
def house(tmp_path):
    box = replace(Premises(), network=FakeNetwork(), interfaces=lambda: [fake("guest0"), fake("lan0"), fake("wan0"), fake("x")])
    made = House(tmp_path, premises=box)
    yield made
    made.close()


def test_interfaces_have_roles_and_networks_their_use(owner):
    told = owner.get("/network").json
    assert [(each["name"], each["role"], each["network"]) for each in told["interfaces"]] == [
        ("guest0", "guest", "main"),
        ("lan0", "lan", None),
        ("wan0", "uplink", None),
        ("x", "other", None),
    ]
    guest = told["guests"][0]
    assert guest["pool"] == {"first": "192.168.88.2", "last": "192.168.88.254", "size": 253, "used": 2}
    assert (guest["address"], guest["server"], guest["online"], guest["dns"]["system"]) == ("192.168.88.1/24", "running", 0, True)


def test_leases_are_in_order_and_can_be_searched(owner):
    told = owner.get("/network/leases").json
    assert [row["address"] for row in told["rows"]] == ["192.168.88.9", "192.168.88.10"]
    assert told["rows"][1]["hostname"] == "<b>phone</b>"
    assert owner.get("/network/leases", search="TABLET").json["total"] == 1
    assert owner.get("/network/leases", network="other").json["total"] == 0
    page = owner.get("/network/leases", offset=1, most=1).json
    assert (page["total"], [row["mac"] for row in page["rows"]]) == (2, ["aa:aa:aa:aa:aa:10"])
    assert owner.get("/network/leases", most=5000).status == 400


def test_the_machines_own_interfaces_can_be_read():
    found = interfaces()
    assert "lo" not in [each.name for each in found]
    assert all(each.state in ("up", "down", "unknown") and each.mtu > 0 for each in found)
