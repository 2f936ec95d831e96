"""What guests never reach, signed in or not, by TCP, UDP and ping, over IPv4 and IPv6: the trusted LAN, the management addresses,
the action API, the private side of the uplink, and one another unless the network allows it."""

import pytest

from tests.lab import packets
from tests.lab import plan as place
from tests.lab.conftest import Newcomer, fresh, signed_in
from tests.lab.device import Device
from tests.lab.gateway import Gateway
from tests.lab.network import Lab
from tests.lab.packets import OPEN

SERVED = ("--http", "80", "8088", "--tcp", "7", "--udp", "7")


@pytest.fixture(scope="module", autouse=True)
def servers(lab: Lab, gateway: Gateway) -> None:
    """Something that would answer, wherever a guest must not get."""
    lab.serve(lab.lan, *SERVED)
    lab.serve(lab.priv, *SERVED)


@pytest.fixture(scope="module", params=["captive", "signed-in"])
def walker(request, lab: Lab, gateway: Gateway) -> Device:
    device = fresh(Device(lab, 1), six=True)
    return signed_in(device, gateway) if request.param == "signed-in" else device


def shut(device: Device, address: str) -> list[str]:
    """Every way in that is open and must not be."""
    ways = {
        "tcp 80": packets.tcp(device.where, address, 80, 0.3),
        "tcp 8088": packets.tcp(device.where, address, 8088, 0.3),
        "tcp 7": packets.tcp(device.where, address, 7, 0.3),
        "udp 7": packets.udp(device.where, address, 7, 0.3),
        "ping": packets.icmp(device.where, address, 0.3),
    }
    return [way for way, word in ways.items() if word == OPEN]


def real(device: Device, address: str) -> bool:
    """Whether port 80 there is answered by a server of the lab, not by the portal to which captive guests are led."""
    return device.get(f"http://{address}/whoami", timeout=1).status == 200


def test_the_servers_are_there_for_those_who_may(lab: Lab) -> None:
    assert packets.tcp(lab.gw, place.LAN_ADDRESS, 80) == OPEN
    assert packets.tcp(lab.gw, place.PRIVATE_ADDRESS, 80) == OPEN
    assert packets.tcp(lab.lan, place.PRIVATE_ADDRESS, 80) == OPEN
    assert packets.icmp(lab.lan, place.NET_ADDRESS) == OPEN


@pytest.mark.parametrize("address", [place.LAN_ADDRESS, place.PRIVATE_ADDRESS])
def test_lan_and_the_uplinks_private_side_are_out_of_reach(walker: Device, address: str) -> None:
    assert not real(walker, address)
    assert shut(walker, address) in ([], ["tcp 80"])


@pytest.mark.parametrize("address", [place.LAN_GATEWAY, place.UPLINK_ADDRESS, "192.168.89.1", "127.0.0.1", place.UPLINK_ADDRESS6])
def test_the_gateways_other_addresses_are_out_of_reach(walker: Device, address: str) -> None:
    if address == "127.0.0.1":
        walker.where.ip("route", "replace", "127.0.0.2/32", "via", walker.net.gateway)
        address = "127.0.0.2"
    open_ways = shut(walker, address)
    assert open_ways in ([], ["tcp 80"])
    if open_ways:
        assert (
            walker.get(f"http://{f'[{address}]' if ':' in address else address}/api/?action=get_logins&api-key=x", timeout=1).status == 302
        )


def test_the_action_api_does_not_answer_on_the_guest_side(walker: Device, gateway: Gateway) -> None:
    url = f"http://{walker.net.gateway}/api/?api-key={gateway.key}&action=get_voucher_users"
    assert b"users" not in walker.get(url).body
    assert packets.tcp(walker.where, walker.net.gateway, place.MANAGEMENT_PORT, 0.3) != OPEN
    assert packets.tcp(walker.where, walker.net.gateway6, place.MANAGEMENT_PORT, 0.3) != OPEN


@pytest.fixture(scope="module")
def neighbour(lab: Lab, gateway: Gateway) -> Device:
    """A signed-in guest of the same network that listens."""
    device = signed_in(fresh(Device(lab, 2), six=True), gateway)
    lab.serve(device.where, *SERVED)
    return device


def test_guests_do_not_reach_one_another(walker: Device, neighbour: Device) -> None:
    for address in (neighbour.address, neighbour.address6):
        assert shut(walker, address) == []


def test_not_even_through_the_gateway_as_router(walker: Device, neighbour: Device) -> None:
    walker.where.ip("route", "replace", f"{neighbour.address}/32", "via", walker.net.gateway)
    walker.where.ip("-6", "route", "replace", f"{neighbour.address6}/128", "via", walker.net.gateway6)
    try:
        assert not real(walker, neighbour.address)
        assert shut(walker, neighbour.address) in ([], ["tcp 80"])
        assert shut(walker, neighbour.address6) in ([], ["tcp 80"])
    finally:
        walker.where.ip("route", "del", f"{neighbour.address}/32", "via", walker.net.gateway)
        walker.where.ip("-6", "route", "del", f"{neighbour.address6}/128", "via", walker.net.gateway6)


def test_nor_guests_of_another_guest_network(newcomer: Newcomer, walker: Device, gateway: Gateway, lab: Lab) -> None:
    stranger = signed_in(newcomer(1, "slow", six=True), gateway)
    lab.serve(stranger.where, *SERVED)
    assert not real(walker, stranger.address)
    assert shut(walker, stranger.address) in ([], ["tcp 80"])
    assert shut(walker, stranger.address6) in ([], ["tcp 80"])


def test_with_isolation_off_guests_of_a_network_reach_one_another(newcomer: Newcomer, lab: Lab) -> None:
    one, two = newcomer(1, "lobby", six=True), newcomer(2, "lobby", six=True)
    lab.serve(two.where, *SERVED)
    one.sign_in_free()
    two.sign_in_free()
    for address in (two.address, two.address6):
        assert packets.icmp(one.where, address) == OPEN
        assert packets.tcp(one.where, address, 7) == OPEN
        assert packets.udp(one.where, address, 7) == OPEN


def test_the_outside_does_not_reach_in(lab: Lab, surfer: Device) -> None:
    lab.net.ip("route", "replace", "192.168.0.0/16", "via", place.UPLINK_ADDRESS)
    try:
        for address in (surfer.address, "192.168.88.1", place.LAN_ADDRESS, place.LAN_GATEWAY):
            assert packets.tcp(lab.net, address, 80, 0.3) != OPEN
            assert packets.icmp(lab.net, address, 0.3) != OPEN
        assert packets.tcp(lab.net, place.UPLINK_ADDRESS, place.MANAGEMENT_PORT, 0.3) != OPEN
        assert packets.tcp(lab.net, place.UPLINK_ADDRESS, 80, 0.3) != OPEN
        assert packets.tcp(lab.net, place.UPLINK_ADDRESS, 53, 0.3) != OPEN
    finally:
        lab.net.ip("route", "del", "192.168.0.0/16", "via", place.UPLINK_ADDRESS)


def test_the_lan_surfs_without_signing_in(lab: Lab) -> None:
    assert packets.tcp(lab.lan, place.NET_ADDRESS, 443) == OPEN
    assert packets.udp(lab.lan, place.NET_ADDRESS, 7) == OPEN
