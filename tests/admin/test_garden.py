"""The walled garden on the admin page."""

from dataclasses import dataclass, replace

import pytest

from routerd.admin.premises import Premises
from routerd.app import owners
from routerd.core.clock import SystemClock
from routerd.network.garden import WalledGarden
from routerd.store.database import Store
from tests.admin.house import House


class FakeFirewall:
    """Fulfils `network.ports.Garden`."""

    def __init__(self):
        self.addresses = []

    def garden(self, addresses):
        self.addresses = list(addresses)

    def forget_garden_names(self):
        """Nothing to forget."""


@dataclass
class FakeNetwork:
    garden: WalledGarden


@pytest.fixture
def firewall():
    return FakeFirewall()


@pytest.fixture
def house(tmp_path, firewall):
    made = House(tmp_path)
    store: Store = made.store
    network = FakeNetwork(WalledGarden(store, SystemClock(), firewall, lambda _names: None))
    desk = replace(made.desk, premises=replace(Premises(), network=network))
    made.door = owners.door(desk)
    yield made
    made.close()


def test_entries_come_and_go_and_are_on_record(owner, firewall):
    assert owner.post("/garden", {"target": "*.Example.com"}).json["target"] == "example.com"
    assert owner.post("/garden", {"target": "192.0.2.0/24"}).json["kind"] == "address"
    told = owner.get("/garden").json
    assert [(row["target"], row["kind"]) for row in told["rows"]] == [("example.com", "name"), ("192.0.2.0/24", "address")]
    assert firewall.addresses == ["192.0.2.0/24"]
    assert owner.delete("/garden", target="192.0.2.0/24").status == 204
    assert firewall.addresses == []
    rows = owner.get("/audit").json["rows"]
    assert [(row["action"], row["target"]) for row in rows[:3]] == [
        ("garden.remove", "192.0.2.0/24"),
        ("garden.add", "192.0.2.0/24"),
        ("garden.add", "example.com"),
    ]


@pytest.mark.parametrize(("target", "status"), [("", 400), ("0.0.0.0/0", 400), ("<script>", 400), ("example.com", 409), (5, 400)])
def test_what_cannot_be_opened_is_refused_and_not_on_record(owner, target, status):
    owner.post("/garden", {"target": "example.com"})
    before = owner.get("/audit").json["total"]
    assert owner.post("/garden", {"target": target}).status == status
    assert owner.get("/audit").json["total"] == before


def test_what_is_not_there_cannot_be_removed(owner):
    assert owner.delete("/garden", target="gone.example").status == 404


def test_the_front_desk_may_not(house):
    assert house.front_desk().post("/garden", {"target": "example.com"}).status == 403
