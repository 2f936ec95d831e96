"""What an owner does with guests on the admin page reaches real devices: the kernel lets in, sends off and gives more."""

import time

import pytest

from tests.lab.conftest import Newcomer
from tests.lab.device import Device, wait
from tests.lab.gateway import Gateway
from tests.lab.owner import Owner


@pytest.fixture(scope="module")
def owner(gateway: Gateway) -> Owner:
    return Owner(gateway)


def row(owner: Owner, device: Device) -> dict[str, object]:
    """A device's row in the list; empty while it is unknown."""
    answer = owner.get("/guests")
    found = [each for each in answer["rows"] if each[0] == device.mac]
    return dict(zip(answer["columns"], found[0], strict=True)) if found else {}


def test_a_device_that_needs_no_portal_is_online_when_it_joins_until_it_is_taken_off_the_list(newcomer: Newcomer, owner: Owner) -> None:
    device = newcomer(1)
    assert not device.online
    owner.post("/guests/bypass", {"mac": device.mac, "on": True, "name": "Till"})
    assert wait(lambda: device.online, 5)
    device.leave()
    device.join()
    assert wait(lambda: device.online, 5)
    assert wait(lambda: row(owner, device).get("kind") == "bypass", 5), row(owner, device)
    owner.post("/guests/bypass", {"mac": device.mac, "on": False})
    assert not device.online


def test_an_owner_signs_a_device_in_names_it_and_sends_it_off(newcomer: Newcomer, owner: Owner) -> None:
    device = newcomer(1)
    assert wait(lambda: row(owner, device), 5)
    owner.post("/guests/rename", {"mac": device.mac, "name": "Speaker"})
    until = owner.post("/guests/signin", {"mac": device.mac, "valid_for_s": 600})["until"]
    assert device.online
    assert 500 < until - time.time() <= 600
    assert owner.post("/guests/extend", {"mac": device.mac, "add_s": 600})["until"] == until + 600
    assert owner.post("/guests/kick", {"macs": [device.mac]}) == {"ended": 1}
    assert not device.online
    assert wait(lambda: (row(owner, device).get("login"), row(owner, device).get("name")) == (None, "Speaker"), 15), row(owner, device)


def test_a_guest_gets_more_data_while_online(newcomer: Newcomer, owner: Owner, gateway: Gateway) -> None:
    device = newcomer(1)
    device.sign_in(*gateway.voucher(upload_limit="1"))
    assert device.online
    standing = owner.post("/guests/extend", {"mac": device.mac, "add_mb": 3})
    assert 3 * 2**20 < standing["up_left"] <= 4 * 2**20
    assert device.online


def test_the_overview_shows_the_lab_as_it_is(owner: Owner, surfer: Device) -> None:
    assert surfer.online
    assert wait(lambda: owner.get("/overview")["wan"]["state"] == "up", 15), owner.get("/overview")["wan"]
    overview = owner.get("/overview")
    assert overview["guests"]["online"] >= 1
    pools = {pool["network"]: pool for pool in overview["pools"]}
    assert pools["main"]["used"] >= 1
    assert pools["main"]["size"] > 200
    assert owner.get("/overview/traffic?span=day")["at"]
