"""What the gateway learns about devices from their packets, as the front desk sees it (get_guest_hosts)."""

from typing import Any

import pytest

from tests.lab.conftest import STATIC_ADDRESS, STATIC_MAC, Newcomer, fresh, signed_in
from tests.lab.device import Device, wait
from tests.lab.gateway import Gateway


def host(gateway: Gateway, device: Device) -> dict[str, Any]:
    """A device's row; empty while it is unknown."""
    found = [row for row in gateway.api("get_guest_hosts")["data"] if row["mac-address"].lower() == device.mac]
    return dict(found[0]) if found else {}


def test_a_device_is_known_by_address_and_name_before_it_signs_in(guest: Device, gateway: Gateway) -> None:
    guest.join(hostname="visitors-phone")
    assert wait(lambda: host(gateway, guest).get("hostname") == "visitors-phone", 8), host(gateway, guest)
    row = host(gateway, guest)
    assert row["address"] == guest.address
    assert row["status"] == "unauthenticated"


def test_it_is_active_while_it_surfs_and_unauthenticated_after_a_kick(guest: Device, gateway: Gateway) -> None:
    signed_in(guest, gateway)
    assert wait(lambda: host(gateway, guest).get("status") == "active", 8), host(gateway, guest)
    gateway.cli("kick", guest.mac)
    assert wait(lambda: host(gateway, guest).get("status") == "unauthenticated", 8), host(gateway, guest)


def test_its_ipv6_addresses_are_learned(newcomer: Newcomer, gateway: Gateway) -> None:
    device = newcomer(1, six=True)
    assert wait(lambda: device.address6 in str(host(gateway, device)), 8), host(gateway, device)


def test_a_blocked_device_reaches_nothing_and_may_come_back(guest: Device, gateway: Gateway) -> None:
    signed_in(guest, gateway)
    gateway.cli("block", guest.mac)
    try:
        assert not guest.online
        assert host(gateway, guest)["status"] == "blocked"
        assert guest.resolve("www.example.com").code < 0
    finally:
        gateway.cli("unblock", guest.mac)
    assert guest.portal().status == 200


@pytest.fixture
def printer(lab, gateway) -> Device:
    device = Device(lab, 3)
    device.reset()
    device.set_mac(STATIC_MAC)
    return device


def test_a_static_lease_is_always_the_same_address(printer: Device, lab) -> None:
    for _ in range(2):
        assert printer.join()["ip"] == STATIC_ADDRESS
        printer.leave()
    other = fresh(Device(lab, 3))
    assert other.address != STATIC_ADDRESS
