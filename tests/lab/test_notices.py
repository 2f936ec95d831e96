"""RFC 8910: devices are told of the portal by DHCP, DHCPv6 and router advertisement once it has an https address, and not before."""

import contextlib
import socket
import struct
import time
from collections.abc import Iterator

import pytest

from tests.lab.conftest import Newcomer, fresh
from tests.lab.device import Device
from tests.lab.gateway import Gateway
from tests.lab.network import Lab

HTTPS = "https://portal.example.com"
ANNOUNCED = f"{HTTPS}/api/captive"
ALL_ROUTERS, ALL_DHCP = "ff02::2", "ff02::1:2"


@pytest.fixture(scope="module")
def announcing() -> Iterator[Device]:
    with Lab(tag=f"rfc{time.monotonic_ns() % 100000}") as lab:
        gateway = Gateway(lab, {"portal": {"https_url": HTTPS}})
        gateway.start()
        yield fresh(Device(lab), six=True)
        gateway.stop()


def advertised(device: Device) -> dict[int, bytes]:
    """Options of a router advertisement, by type."""
    index = int(device.where.ip("-o", "link", "show", "dev", "eth0").split(":")[0])
    with device.where.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as ear:
        ear.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        ear.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
        ear.settimeout(4)
        ear.sendto(struct.pack("!BBHI", 133, 0, 0, 0), (ALL_ROUTERS, 0, 0, index))
        with contextlib.suppress(TimeoutError):
            while True:
                data = ear.recv(4096)
                if data[0] == 134:
                    return dict(_nd_options(data[16:]))
    return {}


def _nd_options(data: bytes) -> Iterator[tuple[int, bytes]]:
    while data:
        length = data[1] * 8
        yield data[0], data[2:length]
        data = data[length:]


def informed(device: Device) -> dict[int, bytes]:
    """Options of the answer to a DHCPv6 information request."""
    index = int(device.where.ip("-o", "link", "show", "dev", "eth0").split(":")[0])
    client = struct.pack("!HHHH", 1, 10, 3, 1) + bytes.fromhex(device.mac.replace(":", ""))
    request = b"\x0b\x01\x02\x03" + client + struct.pack("!HHHH", 6, 4, 103, 23) + struct.pack("!HHH", 8, 2, 0)
    with device.where.socket(socket.AF_INET6, socket.SOCK_DGRAM) as ear:
        ear.bind(("::", 546, 0, index))
        ear.settimeout(3)
        ear.sendto(request, (ALL_DHCP, 547, 0, index))
        with contextlib.suppress(TimeoutError):
            return dict(_dhcp_options(ear.recv(4096)[4:]))
    return {}


def _dhcp_options(data: bytes) -> Iterator[tuple[int, bytes]]:
    while data:
        code, length = struct.unpack_from("!HH", data)
        yield code, data[4 : 4 + length]
        data = data[4 + length :]


def test_dhcp_option_114_tells_of_the_portal(announcing: Device) -> None:
    assert bytes.fromhex(announcing.lease["opt114"]).rstrip(b"\0").decode() == ANNOUNCED


def test_dhcpv6_option_103_tells_of_the_portal(announcing: Device) -> None:
    assert informed(announcing)[103].rstrip(b"\0").decode() == ANNOUNCED


def test_a_router_advertisement_tells_of_the_portal(announcing: Device) -> None:
    assert advertised(announcing)[37].rstrip(b"\0").decode() == ANNOUNCED


def test_without_an_https_address_nothing_is_announced(newcomer: Newcomer) -> None:
    device = newcomer(1, six=True)
    assert "opt114" not in device.lease
    assert 103 not in informed(device)
    options = advertised(device)
    assert options, "no router advertisement came"
    assert 37 not in options
