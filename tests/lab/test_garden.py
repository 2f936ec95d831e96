"""The walled garden: names, wildcards and addresses that a guest may reach before it signs in, IPv4 and IPv6 alike."""

from collections.abc import Iterator

import pytest

from tests.lab import packets
from tests.lab import plan as place
from tests.lab.conftest import Newcomer
from tests.lab.device import NAME, Device, wait
from tests.lab.gateway import Gateway
from tests.lab.packets import OPEN

GARDEN_NAME = "pay.example.org"


@pytest.fixture
def captive(newcomer: Newcomer) -> Device:
    return newcomer(2, six=True)


@pytest.fixture
def named(gateway: Gateway) -> Iterator[str]:
    gateway.cli("garden", "add", GARDEN_NAME)
    yield GARDEN_NAME
    gateway.cli("garden", "remove", GARDEN_NAME)


def addresses(device: Device, name: str) -> list[str]:
    return [*device.resolve(name).addresses, *device.resolve(name, "AAAA").addresses]


@pytest.mark.parametrize("name", [GARDEN_NAME, f"cdn.{GARDEN_NAME}", f"a.b.{GARDEN_NAME}"])
def test_a_garden_name_and_all_below_it_is_reachable_before_sign_in(captive: Device, named: str, name: str) -> None:
    found = addresses(captive, name)
    assert len(found) == 2
    for address in found:
        assert packets.tcp(captive.where, address, 443) == OPEN, address
        assert packets.tcp(captive.where, address, 80) == OPEN, address
    assert captive.get(f"http://{name}/whoami").text == place.UPLINK_ADDRESS


def test_an_address_that_only_other_names_lead_to_stays_shut(captive: Device, named: str) -> None:
    addresses(captive, named)
    for address in (place.OTHER_NET_ADDRESS, place.OTHER_NET_ADDRESS6):
        assert packets.tcp(captive.where, address, 443) != OPEN


def test_names_of_the_garden_end_with_it(captive: Device, gateway: Gateway) -> None:
    gateway.cli("garden", "add", "brief.example.org")
    found = addresses(captive, "brief.example.org")
    assert packets.tcp(captive.where, found[0], 443) == OPEN
    gateway.cli("garden", "remove", "brief.example.org")
    assert wait(lambda: all(packets.tcp(captive.where, address, 443) != OPEN for address in found), 3)
    assert captive.get(f"http://{NAME}/").status == 302


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        (place.OTHER_NET_ADDRESS, place.OTHER_NET_ADDRESS),
        ("198.51.100.0/24", place.OTHER_NET_ADDRESS),
        (place.OTHER_NET_ADDRESS6, place.OTHER_NET_ADDRESS6),
        ("2001:db8:51::/64", place.OTHER_NET_ADDRESS6),
    ],
)
def test_a_literal_address_or_prefix_is_reachable_and_shut_again(captive: Device, gateway: Gateway, entry: str, address: str) -> None:
    gateway.cli("garden", "add", entry)
    assert packets.tcp(captive.where, address, 443) == OPEN
    assert not captive.online
    gateway.cli("garden", "remove", entry)
    assert wait(lambda: packets.tcp(captive.where, address, 443) != OPEN, 2)


def test_a_garden_entry_never_opens_the_lan(captive: Device, gateway: Gateway) -> None:
    gateway.cli("garden", "add", "0.0.0.0/0", check=False)
    try:
        assert packets.tcp(captive.where, place.LAN_ADDRESS, 8080, 0.3) != OPEN
    finally:
        gateway.cli("garden", "remove", "0.0.0.0/0", check=False)
