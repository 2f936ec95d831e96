"""Borrowed MAC and IP addresses get nowhere, and a second device under a signed-in MAC address is noticed."""

from tests.lab import packets
from tests.lab import plan as place
from tests.lab.conftest import Newcomer, signed_in
from tests.lab.device import Device, wait
from tests.lab.gateway import Gateway
from tests.lab.packets import OPEN

UNUSED = "192.168.88.250"


def test_an_address_that_nobody_leased_is_dropped(guest: Device, gateway: Gateway) -> None:
    signed_in(guest, gateway)
    guest.configure(UNUSED)
    assert not guest.online
    assert packets.udp(guest.where, place.NET_ADDRESS, 7) != OPEN


def test_another_guests_address_is_dropped(surfer: Device, other: Device, gateway: Gateway) -> None:
    signed_in(other, gateway)
    taken = surfer.address
    surfer.leave()
    other.configure(taken)
    assert not other.online


def test_a_captive_guest_gains_nothing_by_a_signed_in_guests_address(surfer: Device, other: Device) -> None:
    taken = surfer.address
    other.configure(taken)
    assert not other.online
    assert packets.udp(other.where, place.NET_ADDRESS, 7) != OPEN


def test_the_gateways_own_address_cannot_be_taken(surfer: Device) -> None:
    surfer.configure(place.LAN_ADDRESS)
    assert packets.udp(surfer.where, place.NET_ADDRESS, 7, 0.3) != OPEN
    assert packets.tcp(surfer.where, place.NET_ADDRESS, 443, 0.3) != OPEN


def test_an_ipv6_source_outside_the_prefix_is_dropped(newcomer: Newcomer, gateway: Gateway) -> None:
    device = signed_in(newcomer(1, six=True), gateway)
    assert device.online6
    device.where.ip("address", "add", "2001:db8:dead::5/128", "dev", "eth0", "nodad", "preferred_lft", "forever")
    done = device.curl("--interface", "2001:db8:dead::5", f"http://[{place.NET_ADDRESS6}]/whoami", timeout=2)
    assert done.returncode != 0


def test_an_ipv6_address_of_another_guest_is_dropped(newcomer: Newcomer, gateway: Gateway) -> None:
    victim = signed_in(newcomer(1, six=True), gateway)
    assert victim.online6
    thief = signed_in(newcomer(2, six=True), gateway)
    thief.where.ip("address", "add", f"{victim.address6}/64", "dev", "eth0", "nodad")
    taken = victim.address6
    done = thief.curl("--interface", taken, f"http://[{place.NET_ADDRESS6}]/whoami", timeout=2)
    assert done.returncode != 0
    assert victim.online6


def clones(gateway: Gateway, mac: str) -> list[tuple[str, ...]]:
    return gateway.sql("select reason from login_log where event = 'clone' and mac = ?", mac)


def test_a_second_device_with_a_signed_in_mac_is_noticed_and_logged(surfer: Device, other: Device, gateway: Gateway) -> None:
    assert clones(gateway, surfer.mac) == []
    surfer.probe()
    other.set_mac(surfer.mac)
    other.configure(UNUSED)
    for _ in range(3):
        packets.udp(other.where, other.net.gateway, 9, 0.1)
        surfer.probe()
    assert wait(lambda: clones(gateway, surfer.mac), 8), gateway.tail()


def test_without_our_dhcp_addresses_are_learned(lab, gateway: Gateway) -> None:
    device = Device(lab, 1, "manual")
    device.set_mac("3c:07:54:aa:00:01")
    device.configure("192.168.92.40")
    device.where.resolvers([place.NET_ADDRESS])
    assert wait(lambda: device.get(f"http://{place.NET_ADDRESS}/").status == 302, 3)
    page = device.get(f"http://{place.NET_ADDRESS}/", follow=True)
    username, passcode = gateway.voucher()
    device.submit(page, {"username": username, "passcode": passcode})
    assert device.online
    thief = Device(lab, 2, "manual")
    thief.set_mac("3c:07:54:aa:00:02")
    thief.configure("192.168.92.40")
    assert not thief.online
