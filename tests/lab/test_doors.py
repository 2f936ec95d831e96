"""The action API and the admin page are met from the trusted LAN and the management address, and from nowhere else."""

import json
import subprocess

import pytest

from tests.lab import packets
from tests.lab import plan as place
from tests.lab.gateway import API_ADDRESS, Gateway
from tests.lab.network import Lab
from tests.lab.packets import OPEN


def ask(where, url: str, body: object) -> "subprocess.CompletedProcess[str]":
    return where.run(
        *("curl", "-sS", "-m", "3", "-w", "\n%{http_code}", "-H", "Content-Type: application/json", "-d", json.dumps(body), url),
        check=False,
    )


def test_the_lan_drives_the_action_api(lab: Lab, gateway: Gateway) -> None:
    body = {"api-key": gateway.key, "action": "create_voucher", "username": "from-the-lan", "passcode": "pass123"}
    text, status = ask(lab.lan, f"http://{place.LAN_GATEWAY}/api/", body).stdout.rsplit("\n", 1)
    assert status == "200"
    assert json.loads(text)["message"] == "User added successfully"


def test_so_does_the_management_address(lab: Lab, gateway: Gateway) -> None:
    text, status = ask(
        lab.gw, "http://{}:{}/api/".format(*API_ADDRESS), {"api-key": gateway.key, "action": "get_active_guests"}
    ).stdout.rsplit("\n", 1)
    assert status == "200"
    assert "data" in json.loads(text)


def test_the_admin_page_is_on_the_lan(lab: Lab, gateway: Gateway) -> None:
    assert "routerd" in lab.lan.run("curl", "-sSL", f"http://{place.LAN_GATEWAY}/").stdout


@pytest.mark.parametrize("address", [place.UPLINK_ADDRESS, place.UPLINK_ADDRESS6])
def test_the_internet_meets_neither(lab: Lab, gateway: Gateway, address: str) -> None:
    for port in (80, place.MANAGEMENT_PORT):
        assert packets.tcp(lab.net, address, port, 0.3) != OPEN


def test_a_key_in_a_get_request_reaches_no_log(lab: Lab, gateway: Gateway) -> None:
    gateway.cli("api-access", "--get", "on")
    try:
        for key in (gateway.key, "wrong-" + gateway.key):
            url = f"http://{place.LAN_GATEWAY}/api/?api-key={key}&action=get_active_guests"
            assert lab.lan.run("curl", "-sS", "-m", "3", url).stdout
    finally:
        gateway.cli("api-access", "--get", "off")
    assert gateway.key not in gateway.log.read_text(encoding="utf-8")


def test_the_lan_does_not_meet_the_portal(lab: Lab, gateway: Gateway) -> None:
    assert packets.tcp(lab.lan, "192.168.88.1", 80, 0.3) != OPEN
