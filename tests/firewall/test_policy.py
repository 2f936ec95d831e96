"""Who may go where, on real packets: before sign-in, after it, from outside, and under a borrowed identity."""

import socket
import time

import pytest

from tests.firewall.walls import (
    CONFIG,
    GATEWAY,
    GATEWAY6,
    GUEST,
    GUEST6,
    LAN,
    MAC,
    NET,
    NET6,
    OTHER,
    OTHER_MAC,
    PRIVATE,
    Walls,
    grant,
    greeting,
    key,
    settings,
    udp,
)
from tests.lab import packets
from tests.lab.packets import OPEN, REFUSED, RESET, SILENT

pytestmark = pytest.mark.lab


@pytest.fixture
def captive(walls: Walls) -> Walls:
    return walls


@pytest.fixture
def surfing(walls: Walls) -> Walls:
    walls.firewall.open([grant()])
    return walls


def test_before_sign_in_https_is_reset_at_once(captive: Walls) -> None:
    for address in (NET, NET6):
        begun = time.monotonic()
        assert packets.tcp(captive.guest, address, 443) == RESET
        assert time.monotonic() - begun < 0.1


@pytest.mark.parametrize("address", [NET, NET6])
@pytest.mark.parametrize("port", [53, 443, 853, 7])
def test_before_sign_in_foreign_dns_quic_and_all_else_are_refused_not_ignored(captive: Walls, address: str, port: int) -> None:
    begun = time.monotonic()
    assert packets.udp(captive.guest, address, port) == REFUSED
    assert time.monotonic() - begun < 0.1


@pytest.mark.parametrize("address", [NET, NET6, LAN, PRIVATE, OTHER])
def test_before_sign_in_web_pages_lead_to_the_portal(captive: Walls, address: str) -> None:
    assert greeting(captive.guest, address) == "gw"


def test_before_sign_in_no_ping_leaves(captive: Walls) -> None:
    assert packets.icmp(captive.guest, NET) == REFUSED
    assert packets.icmp(captive.guest, GATEWAY) == OPEN
    assert packets.icmp(captive.guest, GATEWAY6) == OPEN


@pytest.mark.parametrize("address", [NET, NET6])
def test_after_sign_in_everything_goes_out(surfing: Walls, address: str) -> None:
    assert greeting(surfing.guest, address, 80) == "net"
    assert greeting(surfing.guest, address, 443) == "net"
    assert packets.udp(surfing.guest, address, 7) == OPEN
    assert packets.icmp(surfing.guest, address) == OPEN


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("address", [LAN, PRIVATE, OTHER, "192.168.10.1", "203.0.113.1", "192.168.89.1", "2001:db8:113::1"])
def test_lan_private_networks_other_guests_and_the_gateways_other_addresses_are_out_of_reach(
    walls: Walls, address: str, signed_in: bool
) -> None:
    if signed_in:
        walls.firewall.open([grant(), grant(2, OTHER_MAC, "side")])
    assert greeting(walls.guest, address, 443) == "reset"
    assert packets.udp(walls.guest, address, 7) in {REFUSED, SILENT}
    assert packets.icmp(walls.guest, address, 0.2) != OPEN
    assert greeting(walls.guest, address, 80) in ({"reset"} if signed_in else {"gw", "reset"})


def test_the_outside_reaches_neither_guests_nor_the_inner_addresses(surfing: Walls) -> None:
    for address in (GUEST, LAN, GATEWAY, "192.168.10.1"):
        assert packets.tcp(surfing.net, address, 80, 0.2) == SILENT
        assert packets.icmp(surfing.net, address, 0.2) == SILENT


def test_the_lan_goes_out_without_signing_in(walls: Walls) -> None:
    assert greeting(walls.lan, NET) == "net"
    assert packets.tcp(walls.lan, GUEST, 80, 0.2) != OPEN


def test_a_network_whose_guests_may_meet(walls: Walls) -> None:
    walls.firewall.reconfigure(settings(CONFIG.replace("[[guest]]", "[[guest]]\nisolation = false")))
    try:
        assert packets.udp(walls.guest, OTHER, 7) == REFUSED
        walls.firewall.open([grant(), grant(2, OTHER_MAC, "side")])
        assert packets.udp(walls.guest, OTHER, 7) == OPEN
        assert packets.udp(walls.guest, LAN, 7) == REFUSED
    finally:
        walls.firewall.reconfigure(settings())


def dropped(walls: Walls, name: str) -> int:
    return int(walls.firewall.counters()[name][0])


def test_an_address_that_is_not_the_devices_own_is_dropped(surfing: Walls) -> None:
    surfing.firewall.unbind("main", MAC, GUEST)
    before = dropped(surfing, "spoofed")
    assert packets.udp(surfing.guest, NET, 7, 0.2) == SILENT
    assert packets.tcp(surfing.guest, GATEWAY, 80, 0.2) == SILENT
    assert dropped(surfing, "spoofed") > before
    assert packets.udp(surfing.guest, NET6, 7) == OPEN


def test_an_ipv6_address_that_is_not_the_devices_own_is_dropped(surfing: Walls) -> None:
    surfing.firewall.unbind("main", MAC, GUEST6)
    assert packets.udp(surfing.guest, NET6, 7, 0.2) == SILENT


def test_a_running_flow_does_not_survive_its_address(surfing: Walls) -> None:
    with udp(surfing.guest) as flow:
        assert flow.send(2, 100) == 2
        surfing.firewall.unbind("main", MAC, GUEST)
        assert flow.send(2, 100) == 0


def test_a_stranger_cannot_ride_on_a_running_flow(surfing: Walls) -> None:
    with udp(surfing.guest) as flow:
        assert flow.send(2, 100) == 2
        surfing.guest.ip("link", "set", "eth0", "address", "02:00:00:00:00:99")
        assert flow.send(2, 100) == 0
        surfing.guest.ip("link", "set", "eth0", "address", MAC)
        assert flow.send(2, 100) == 2


def test_a_session_is_valid_on_its_own_network_only(walls: Walls) -> None:
    walls.firewall.open([grant(1, OTHER_MAC, "main")])
    assert packets.udp(walls.other, NET, 7) == REFUSED
    walls.firewall.open([grant(2, OTHER_MAC, "side")])
    assert packets.udp(walls.other, NET, 7) == OPEN


def test_another_guest_cannot_answer_in_a_servers_name(walls: Walls) -> None:
    walls.firewall.open([grant(), grant(2, OTHER_MAC, "side")])
    with udp(walls.guest) as flow:
        flow.send(1, 100)
        port = flow._socket.getsockname()[1]
        walls.other.ip("address", "add", f"{NET}/32", "dev", "lo")
        try:
            with walls.other.socket(socket.AF_INET, socket.SOCK_DGRAM) as forger:
                forger.bind((NET, 9))
                before = dropped(walls, "spoofed")
                forger.sendto(b"forged", ("203.0.113.1", port))
                time.sleep(0.05)
                assert dropped(walls, "spoofed") == before + 1
        finally:
            walls.other.ip("address", "del", f"{NET}/32", "dev", "lo")


def test_a_blocked_device_gets_no_answer_at_all(captive: Walls) -> None:
    captive.firewall.block(MAC)
    assert packets.tcp(captive.guest, GATEWAY, 80, 0.2) == SILENT
    assert packets.tcp(captive.guest, NET, 443, 0.2) == SILENT
    assert dropped(captive, "blocked_hosts") > 0
    captive.firewall.unblock(MAC)
    captive.firewall.unblock(MAC)
    assert greeting(captive.guest, GATEWAY) == "gw"


def test_the_walled_garden_is_open_before_sign_in_and_shut_when_taken_back(captive: Walls) -> None:
    captive.firewall.garden(["203.0.113.0/24", "2001:db8:113::/64"])
    assert greeting(captive.guest, NET, 443) == "net"
    assert greeting(captive.guest, NET6, 443) == "net"
    with udp(captive.guest) as flow:
        assert flow.send(2, 100) == 2
        assert packets.udp(captive.guest, NET, 53) == REFUSED
        captive.firewall.garden(["198.51.100.0/24"])
        assert flow.send(2, 100) == 0
    assert packets.tcp(captive.guest, NET, 443) == RESET


def test_a_garden_flow_is_charged_as_soon_as_its_guest_signs_in(captive: Walls) -> None:
    captive.firewall.garden(["203.0.113.2"])
    with udp(captive.guest) as flow:
        assert flow.send(2, 100) == 2
        captive.firewall.open([grant(up_quota_octets=500, down_quota_octets=500)])
        flow.send(3, 100)
        usage = captive.usage()
        assert (usage.up_octets, usage.down_octets) == (300, 300)


def test_a_closed_sessions_flows_do_not_come_back_to_a_new_session(surfing: Walls) -> None:
    with udp(surfing.guest) as flow:
        assert flow.send(2, 100) == 2
        surfing.firewall.close([key(grant())])
        surfing.firewall.open([grant(1, OTHER_MAC, "side")])
        assert flow.send(2, 100) == 0
        assert surfing.usage().down_octets == 0


def test_dns_before_sign_in_is_a_burst_and_then_a_trickle(captive: Walls) -> None:
    with udp(captive.guest, GATEWAY, 53) as flow:
        begun = time.monotonic()
        answered = flow.send(200, 100)
        assert 60 <= answered <= 62 + time.monotonic() - begun
        time.sleep(2.6)
        assert 1 <= flow.send(10, 100) <= 4
        captive.firewall.open([grant()])
        assert flow.send(100, 100) == 100


def test_dns_answers_before_sign_in_are_limited_in_octets(captive: Walls) -> None:
    with udp(captive.guest, GATEWAY, 53) as flow:
        assert flow.send(40, 1400) <= 16_384 // 1400 + 2
