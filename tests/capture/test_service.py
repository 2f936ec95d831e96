"""Capture on real packets, in network namespaces of the test's own."""

import os
import socket
import struct
import subprocess
import time
from collections.abc import Iterator

import pytest

from routerd.capture.service import Capture
from routerd.core.clock import SystemClock
from routerd.core.errors import Unavailable
from routerd.core.events import HostSighted
from tests.lab import packets
from tests.lab.namespace import Namespace, batch

pytestmark = pytest.mark.lab

GUEST_MAC = "a0:00:00:00:00:0a"


class Yard:
    """A gateway and a guest on one cable, and what capture tells."""

    def __init__(self) -> None:
        tag = f"{os.getpid():x}"
        self.gw, self.guest = Namespace(f"rdFc{tag}"), Namespace(f"rdFd{tag}")
        self.told: list[HostSighted] = []
        batch([f"netns add {space.name}" for space in (self.gw, self.guest)])
        self.plug_in()

    def plug_in(self) -> None:
        batch([f"link add guest0 netns {self.gw.name} type veth peer name eth0 address {GUEST_MAC} netns {self.guest.name}"])
        self.gw.batch(
            ["link set lo up", "link set guest0 up", "address add 192.168.88.1/24 dev guest0", "address add fd00:88::1/64 dev guest0 nodad"]
        )
        self.guest.batch(["link set eth0 up", "address add 192.168.88.10/24 dev eth0"])

    def raw(self, *frames: bytes, apart_s: float = 0.0) -> None:
        """Put frames on the cable as they are."""
        with self.guest.socket(socket.AF_PACKET, socket.SOCK_RAW) as cable:
            cable.bind(("eth0", 0))
            for frame in frames:
                cable.send(frame)
                if apart_s:
                    time.sleep(apart_s)

    def until(self, done, wait_s: float = 4.0) -> None:
        end = time.monotonic() + wait_s
        while not done():
            assert time.monotonic() < end, self.told
            time.sleep(0.02)


@pytest.fixture
def yard() -> Iterator[Yard]:
    made = Yard()
    yield made
    made.guest.remove()
    made.gw.remove()


@pytest.fixture
def capture(yard: Yard) -> Iterator[Capture]:
    made = Capture({"guest0": "main"}, yard.told.append, SystemClock())
    with yard.gw.entered():
        made.start()
    yield made
    made.stop()


def arp(number: int) -> bytes:
    mac = bytes.fromhex("a2") + struct.pack("!I", number) + b"\x01"
    sender = socket.inet_aton(f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")
    header = b"\xff" * 6 + mac + bytes.fromhex("08060001080006040001")
    # Not for the gateway's own address: the kernel would keep each sender in a neighbour table that all namespaces share, and fill it.
    return header + mac + sender + bytes(6) + socket.inet_aton("192.168.88.99")


def test_a_real_guest_is_seen_and_what_it_claims(yard: Yard, capture: Capture) -> None:
    packets.udp(yard.guest, "192.168.88.1", 9, 0.1)
    yard.until(lambda: HostSighted("main", GUEST_MAC, "192.168.88.10", claims=True) in yard.told)
    yard.guest.batch(["address add fd00:88::abc/64 dev eth0"])
    yard.until(lambda: HostSighted("main", GUEST_MAC, "fd00:88::abc", claims=True) in yard.told)
    assert {sighting.mac for sighting in yard.told} == {GUEST_MAC}, "and never the gateway itself"


def test_a_dhcp_client_tells_who_it_is(yard: Yard, capture: Capture) -> None:
    yard.guest.run(
        "udhcpc", "-i", "eth0", "-n", "-q", "-f", "-t1", "-T1", "-s", "/bin/true", "-x", "hostname:anna", "-V", "MSFT 5.0", check=False
    )
    yard.until(lambda: any((one.hostname, one.vendor_class) == ("anna", "MSFT 5.0") and one.requested_options for one in yard.told))


def test_a_frame_of_another_vlan_is_not_heard(yard: Yard, capture: Capture) -> None:
    tagged = arp(7)
    yard.raw(tagged[:12] + struct.pack("!HH", 0x8100, 7) + tagged[12:], arp(8))
    yard.until(lambda: any(one.address == "10.0.0.8" for one in yard.told))
    assert not any(one.address == "10.0.0.7" for one in yard.told)


def test_an_interface_that_is_made_anew_is_listened_to_again(yard: Yard, capture: Capture) -> None:
    yard.gw.batch(["link del guest0"])
    yard.plug_in()
    yard.told.clear()

    def heard() -> bool:
        yard.raw(arp(9))
        return any(one.address == "10.0.0.9" for one in yard.told)

    yard.until(heard, 8)


def test_an_interface_that_was_down_is_listened_to_again(yard: Yard, capture: Capture) -> None:
    yard.gw.batch(["link set guest0 down", "link set guest0 up"])

    def heard() -> bool:
        yard.raw(arp(10))
        return any(one.address == "10.0.0.10" for one in yard.told)

    yard.until(heard, 8)


def test_an_interface_that_is_missing_is_an_error(yard: Yard) -> None:
    with yard.gw.entered(), pytest.raises(Unavailable, match="guest9"):
        Capture({"guest9": "main"}, yard.told.append, SystemClock()).start()


def test_no_control_packet_is_lost_while_a_guest_sends_at_full_speed(yard: Yard, capture: Capture) -> None:
    server = yard.gw.start("iperf3", "-s", "-1", stdout=subprocess.DEVNULL)
    time.sleep(0.3)
    client = yard.guest.start("iperf3", "-c", "192.168.88.1", "-t", "3", stdout=subprocess.DEVNULL)
    time.sleep(0.3)
    frames = [arp(number) for number in range(1000, 2000)]
    for at in range(0, len(frames), 50):
        yard.raw(*frames[at : at + 50])
        time.sleep(0.05)
    yard.until(lambda: len({one.mac for one in yard.told}) >= 1000)
    client.wait(10)
    server.wait(10)
    capture._look_after()
    assert capture.counts.dropped == 0
    assert capture.counts.frames < 1500, "bulk data stays in the kernel"


def test_a_flood_is_followed_within_bounds_and_counted(yard: Yard, capture: Capture) -> None:
    frames = [arp(number) for number in range(20_000)]
    yard.raw(*frames)
    time.sleep(1.0)
    capture._look_after()
    assert capture.counts.dropped > 0
    yard.told.clear()
    yard.until(lambda: (yard.raw(arp(70_000)), any(one.address == "10.1.17.112" for one in yard.told))[1], 5)
