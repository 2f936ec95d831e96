"""What the owner changes on the page: what guests see changes at once, the rest starts the box anew; guests stay online through both."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab import packets
from tests.lab import plan as place
from tests.lab.conftest import Lab
from tests.lab.device import Device, wait
from tests.lab.gateway import Gateway

pytestmark = pytest.mark.lab
BASE = f"http://{place.LAN_GATEWAY}"


class Owner:
    """The owner's browser on the LAN, played by curl."""

    def __init__(self, lab: Lab, gateway: Gateway) -> None:
        self._lab = lab
        self._jar = str(gateway.directory / "jar")
        self._csrf = ""

    def ask(self, verb: str, path: str, fields: Any = None) -> Any:
        words = ["curl", "-sS", "--max-time", "10", "-X", verb, "-b", self._jar, "-c", self._jar, f"{BASE}/admin/api{path}"]
        words += ["-H", f"Origin: {BASE}", "-H", f"X-CSRF-Token: {self._csrf}"]
        if verb == "POST":
            words += ["-H", "Content-Type: application/json", "-d", json.dumps(fields or {})]
        out = self._lab.lan.run(*words, check=False).stdout
        told = json.loads(out) if out else {}
        self._csrf = told.get("csrf", self._csrf)
        return told


@pytest.fixture
def owner(lab: Lab, gateway: Gateway) -> Iterator[Owner]:
    made = Owner(lab, gateway)
    made.ask("POST", "/setup", {"account": {"name": "Ada", "password": "three unlikely words"}})
    gateway.api_on()  # which the setup switches off, and other tests in this lab need
    made.ask("POST", "/signin", {"name": "Ada", "password": "three unlikely words"})
    assert made.ask("GET", "/me")["person"]["name"] == "Ada"
    yield made
    for section, keys in (("portal", ("title",)), ("guest.main", ("lease_s",))):
        made.ask("POST", f"/settings/{section}", {"changes": dict.fromkeys(keys)})
    wait(lambda: made.ask("GET", "/settings").get("applying") is False, 10)


def test_a_title_is_live_and_a_lease_time_starts_the_box_anew_while_guests_stay_online(
    surfer: Device, gateway: Gateway, owner: Owner
) -> None:
    flow = packets.Flow(surfer.where, place.NET_ADDRESS)
    pid = gateway.pid
    assert owner.ask("POST", "/settings/portal", {"changes": {"title": "The Owner's Café"}})["applying"] is False
    portal = surfer.get(surfer.portal_url("/status")).text
    assert "The Owner&#039;s Café" in portal
    flow.pump(0.3)

    assert owner.ask("POST", "/settings/guest.main", {"changes": {"lease_s": 7777}})["applying"] is True
    assert wait(lambda: owner.ask("GET", "/settings").get("applying") is False, 10)
    assert owner.ask("GET", "/settings")["failed"] is None
    flow.pump(0.3)
    flow.close()
    assert flow.lost == 0
    assert surfer.online
    assert gateway.pid == pid, "the same process"
    conf = next((gateway.directory / "run").rglob("main.conf")).read_text()
    assert "7777" in conf
    assert owner.ask("GET", "/network/leases")["total"] >= 1
    assert owner.ask("GET", "/firewall")["intact"] is True
    assert "type mark" in owner.ask("GET", "/firewall/rules")["text"]
    chains = {chain["id"] for chain in owner.ask("GET", "/firewall")["chains"]}
    assert chains == {"guests", "internet", "gateway", "shaping"}


def test_settings_that_do_not_start_are_taken_back_and_guests_stay_online(surfer: Device, gateway: Gateway, owner: Owner) -> None:
    pid = gateway.pid
    changes = {"servers": ["192.0.2.1:1812"], "secret": "s3cret-s3cret-s3cret", "coa_listen": ["192.0.2.77:3799"] * 2}
    assert owner.ask("POST", "/settings/radius", {"changes": changes})["applying"] is True
    assert wait(lambda: owner.ask("GET", "/settings").get("failed"), 10), gateway.tail(25)
    failed = owner.ask("GET", "/settings")["failed"]
    assert failed["sections"] == ["radius"]
    assert "192.0.2.77" in failed["message"]
    fields = owner.ask("GET", "/settings/radius")["fields"]
    assert {field["source"] for field in fields} == {"default"}
    assert surfer.online
    assert gateway.pid == pid
    owner.ask("POST", "/settings/failed/dismiss")
    assert owner.ask("GET", "/settings")["failed"] is None
