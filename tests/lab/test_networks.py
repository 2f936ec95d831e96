"""Eight guest networks on one gateway, each with its own portal, limits, DHCP and DNS; one of them a VLAN."""

import pytest

from tests.lab.conftest import NETS, Newcomer, signed_in
from tests.lab.device import NAME
from tests.lab.gateway import Gateway
from tests.lab.http import forms

SERVED = [net.name for net in NETS if net.settings.get("dhcp", True) and net.name not in ("eighth", "nap")]


@pytest.mark.parametrize("name", SERVED)
def test_a_guest_of_each_network_joins_and_is_met_by_its_own_gateway(newcomer: Newcomer, name: str) -> None:
    device = newcomer(1, name)
    assert device.lease["router"] == device.net.gateway
    assert device.address.startswith(f"192.168.{device.net.subnet}.")
    assert device.get(f"http://{NAME}/").headers["location"].startswith(f"http://{device.net.gateway}/")


@pytest.mark.parametrize("name", ["main", "slow", "plain", "tagged"])
def test_a_voucher_works_on_each(newcomer: Newcomer, gateway: Gateway, name: str) -> None:
    device = signed_in(newcomer(1, name), gateway)
    rows = gateway.sql("select network from session where mac = ? and ended_at is null", device.mac)
    assert rows == [(name,)]


def test_each_network_has_its_own_portal(newcomer: Newcomer) -> None:
    lobby, main = newcomer(1, "lobby").portal(), newcomer(1, "main").portal()
    assert "The Lobby" in lobby.text
    assert "The Lobby" not in main.text
    assert not any("passcode" in form.fields for form in forms(lobby.text))
    assert any("passcode" in form.fields for form in forms(main.text))


def test_a_mac_signed_in_on_one_network_is_not_on_another(newcomer: Newcomer, gateway: Gateway) -> None:
    first = signed_in(newcomer(1, "main"), gateway)
    second = newcomer(1, "plain")
    mac = first.mac
    second.set_mac(mac)
    second.join()
    assert not second.online
