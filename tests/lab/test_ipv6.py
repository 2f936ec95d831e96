"""IPv6 is enforced exactly like IPv4, or absent."""

import json

from tests.lab import packets
from tests.lab import plan as place
from tests.lab.conftest import Newcomer, signed_in
from tests.lab.device import Device, wait
from tests.lab.gateway import Gateway
from tests.lab.packets import OPEN

MB = 1024 * 1024


def test_slaac_gives_an_address_of_the_networks_prefix(newcomer: Newcomer) -> None:
    device = newcomer(1, six=True)
    assert device.address6.startswith("fd00:88:")
    assert "default" in device.where.ip("-6", "route")


def test_ipv6_is_shut_before_sign_in(newcomer: Newcomer) -> None:
    device = newcomer(1, six=True)
    assert packets.tcp(device.where, place.NET_ADDRESS6, 443) == packets.RESET
    assert packets.udp(device.where, place.NET_ADDRESS6, 7) != OPEN
    assert packets.icmp(device.where, place.NET_ADDRESS6) != OPEN
    assert not device.online6


def test_one_sign_in_opens_both_families_and_one_logout_shuts_both(newcomer: Newcomer, gateway: Gateway) -> None:
    device = signed_in(newcomer(1, six=True), gateway)
    assert device.online
    assert device.online6
    assert packets.udp(device.where, place.NET_ADDRESS6, 7) == OPEN
    assert packets.icmp(device.where, place.OTHER_NET_ADDRESS6) == OPEN
    gateway.cli("kick", device.mac)
    assert not device.online
    assert not device.online6


def test_signing_in_over_ipv6_opens_both_too(newcomer: Newcomer, gateway: Gateway) -> None:
    device = newcomer(1, six=True)
    username, passcode = gateway.voucher()
    page = device.get(f"http://[{device.net.gateway6}]/", follow=True)
    assert page.status == 200
    device.submit(page, {"username": username, "passcode": passcode})
    assert device.online
    assert device.online6


def test_both_families_count_towards_one_limit(newcomer: Newcomer, gateway: Gateway) -> None:
    device = signed_in(newcomer(1, six=True), gateway, download_limit=6)
    four, _ = device.download(4 * MB)
    done = device.curl("-o", "/dev/null", "-w", "%{size_download}", f"http://[{place.NET_ADDRESS6}]/bytes/{20 * MB}", timeout=4)
    assert four == 4 * MB
    assert 6 * MB * 0.9 < four + int(done.stdout) <= 6 * MB
    assert not device.online


def test_a_privacy_address_made_later_works_without_a_new_login(newcomer: Newcomer, gateway: Gateway) -> None:
    device = signed_in(newcomer(1, six=True), gateway)
    later = "fd00:88::abcd:1234"
    device.where.ip("address", "add", f"{later}/64", "dev", "eth0")
    ready = wait(lambda: "tentative" not in device.where.ip("-6", "address", "show", "dev", "eth0"), 4)
    assert ready
    asked = ("--interface", later, f"http://[{place.NET_ADDRESS6}]/whoami")
    assert wait(lambda: device.curl(*asked, timeout=2).stdout == place.UPLINK_ADDRESS6, 5)


def test_a_network_without_ipv6_gives_none_and_leaks_none(newcomer: Newcomer, gateway: Gateway) -> None:
    device = signed_in(newcomer(1, "plain"), gateway)
    assert device.wait_address6(2) == ""
    device.where.ip("address", "add", "fd00:91::5/64", "dev", "eth0", "nodad")
    mac = json.loads(gateway.where.ip("-j", "link", "show", "dev", "guest3"))[0]["address"]
    device.where.ip("-6", "neigh", "replace", "fe80::1", "lladdr", mac, "dev", "eth0")
    device.where.ip("-6", "route", "replace", "default", "via", "fe80::1", "dev", "eth0")
    assert packets.udp(device.where, place.NET_ADDRESS6, 7) != OPEN
    assert packets.tcp(device.where, place.NET_ADDRESS6, 443, 0.5) != OPEN
    assert device.online


def test_no_router_advertisement_comes_where_ipv6_is_off(newcomer: Newcomer) -> None:
    device: Device = newcomer(1, "plain")
    assert "default" not in device.where.ip("-6", "route")
