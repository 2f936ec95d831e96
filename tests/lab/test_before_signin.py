"""What a device that has not signed in can reach: the gateway's DHCP, DNS, ping and portal, and nothing else."""

import time

import pytest

from tests.lab import packets
from tests.lab import plan as place
from tests.lab.conftest import Newcomer
from tests.lab.device import NAME, Device, wait
from tests.lab.packets import OPEN, RESET

NET = (place.NET_ADDRESS, place.OTHER_NET_ADDRESS, place.NET_ADDRESS6, place.OTHER_NET_ADDRESS6)


@pytest.fixture(scope="module")
def captive(lab, gateway) -> Device:
    device = Device(lab, 3)
    device.join()
    assert device.wait_address6()
    return device


def test_the_gateways_name_server_answers(captive: Device) -> None:
    assert captive.resolve(NAME).addresses == (place.NET_ADDRESS,)
    assert captive.resolve(NAME, "AAAA").addresses == (place.NET_ADDRESS6,)
    assert packets.dns(captive.where, captive.net.gateway6, NAME).addresses == (place.NET_ADDRESS,)


@pytest.mark.parametrize("server", NET)
def test_other_name_servers_do_not(captive: Device, server: str) -> None:
    assert packets.dns(captive.where, server, NAME, wait_s=0.3).code < 0
    assert packets.tcp(captive.where, server, 53, 0.3) != OPEN


@pytest.mark.parametrize("address", NET)
def test_https_is_reset_at_once_so_that_no_page_hangs(captive: Device, address: str) -> None:
    begun = time.monotonic()
    assert packets.tcp(captive.where, address, 443) == RESET
    assert time.monotonic() - begun < 0.1


@pytest.mark.parametrize("address", NET)
@pytest.mark.parametrize(
    ("probe", "port"), [(packets.tcp, 853), (packets.udp, 443), (packets.udp, 853), (packets.tcp, 8080), (packets.udp, 7)]
)
def test_dot_quic_and_all_else_are_refused_not_ignored(captive: Device, probe, port: int, address: str) -> None:
    said = {packets.RESET, packets.REFUSED}
    assert wait(lambda: probe(captive.where, address, port, 0.2) in said, 4), (
        "the kernel sends a few ICMP errors at once, then one a second"
    )


@pytest.mark.parametrize("address", NET)
def test_no_ping_goes_out(captive: Device, address: str) -> None:
    assert packets.icmp(captive.where, address, 0.3) != OPEN


def test_ping_reaches_the_gateway(captive: Device) -> None:
    assert packets.icmp(captive.where, captive.net.gateway) == OPEN
    assert packets.icmp(captive.where, captive.net.gateway6) == OPEN


def test_web_pages_lead_to_the_portal_over_ipv6_too(captive: Device) -> None:
    reply = captive.get(f"http://[{place.NET_ADDRESS6}]/", headers={"Host": NAME})
    assert reply.status in (0, 302)
    assert packets.tcp(captive.where, place.NET_ADDRESS6, 80) == (OPEN if reply.status else RESET)


def test_a_flood_of_names_is_cut_to_a_trickle(newcomer: Newcomer) -> None:
    device = newcomer(1)
    begun = time.monotonic()
    answered = sum(packets.dns(device.where, device.net.gateway, f"n{at}.tunnel.example", wait_s=0.01).code >= 0 for at in range(400))
    took = time.monotonic() - begun
    assert answered < 100 + 20 * took, f"{answered} answers in {took:.1f} s"
    assert answered > 5, "an honest device asks some names at once"


def test_one_device_s_flood_starves_nobody_else(newcomer: Newcomer) -> None:
    flooder, honest = newcomer(1), newcomer(2)
    for at in range(300):
        packets.dns(flooder.where, flooder.net.gateway, f"n{at}.tunnel.example", wait_s=0.002)
    assert honest.resolve(NAME).code == 0


def test_the_gateway_offers_guests_nothing_but_dhcp_dns_and_portal(captive: Device) -> None:
    for port in (22, 53, 80, 443, 8088, 111, 9000):
        word = packets.tcp(captive.where, captive.net.gateway, port, 0.3)
        assert (word == OPEN) == (port in (53, 80)), (port, word)
