"""The filter's program, run by the kernel itself: on a socket pair, which takes filters as packet sockets do."""

import socket

import pytest
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.dhcp6 import DHCP6_Solicit
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RA, ICMPv6ND_RS, IPv6
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Packet, Raw

from routerd.capture.filter import FRAME_MOST
from routerd.capture.listener import attach

FOUR, SIX = IP(src="192.168.88.10", dst="203.0.113.2"), IPv6(src="fd00:88::10", dst="2001:db8::1")
OPTIONS = IP(src="192.168.88.10", dst="203.0.113.2", options=b"\x94\x04\x00\x00")
QUIC = bytes.fromhex("c300000001") + b"\0" * 40

KEPT = {
    "ARP": ARP(),
    "router solicitation": SIX / ICMPv6ND_RS(),
    "router advertisement": SIX / ICMPv6ND_RA(),
    "neighbour solicitation": SIX / ICMPv6ND_NS(),
    "neighbour advertisement": SIX / ICMPv6ND_NA(),
    "DHCP": FOUR / UDP(sport=68, dport=67) / BOOTP() / DHCP(),
    "DHCPv6": SIX / UDP(sport=546, dport=547) / DHCP6_Solicit(),
    "mDNS": FOUR / UDP(sport=5353, dport=5353),
    "mDNS over IPv6": SIX / UDP(sport=5353, dport=5353),
    "LLMNR": FOUR / UDP(dport=5355),
    "SSDP": FOUR / UDP(dport=1900),
    "SYN": FOUR / TCP(flags="S"),
    "SYN with ECN": FOUR / TCP(flags="SEC"),
    "SYN behind IP options": OPTIONS / TCP(flags="S"),
    "SYN over IPv6": SIX / TCP(flags="S"),
    "QUIC Initial": FOUR / UDP(dport=443) / Raw(QUIC),
    "QUIC Initial over IPv6": SIX / UDP(dport=443) / Raw(QUIC),
}
DROPPED = {
    "SYN-ACK": FOUR / TCP(flags="SA"),
    "ACK": FOUR / TCP(flags="A"),
    "ACK over IPv6": SIX / TCP(flags="A"),
    "FIN": FOUR / TCP(flags="F"),
    "bulk data": FOUR / TCP(flags="PA") / Raw(b"x" * 1400),
    "a later fragment that looks like a SYN": IP(src="192.168.88.10", dst="203.0.113.2", frag=1, proto=6) / Raw(bytes(TCP(flags="S"))),
    "ping": FOUR / ICMP(),
    "ping over IPv6": SIX / ICMPv6EchoRequest(),
    "DNS": FOUR / UDP(dport=53),
    "DHCP towards clients": FOUR / UDP(sport=67, dport=68),
    "QUIC after its first packets": FOUR / UDP(dport=443) / Raw(b"\x40" * 60),
    "QUIC handshake": FOUR / UDP(dport=443) / Raw(b"\xe3" + QUIC[1:]),
    "other UDP": FOUR / UDP(dport=9999) / Raw(b"x" * 1000),
    "short UDP": FOUR / UDP(dport=443),
    "another protocol": Raw(b"\x88\xcc" + b"x" * 40),
    "a tag within the frame": Dot1Q(vlan=7) / ARP(),
}


def passes(frame: bytes) -> bytes | None:
    """What the kernel's filter leaves of a frame."""
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with near, far:
        attach(far)
        far.setblocking(False)
        try:
            near.send(frame)
            return far.recv(4096)
        except (BlockingIOError, PermissionError):
            return None


def frame(packet: Packet) -> bytes:
    return bytes(Ether(src="02:00:00:00:00:01", dst="ff:ff:ff:ff:ff:ff") / packet)


@pytest.mark.parametrize("name", KEPT)
def test_what_tells_about_a_device_is_let_through(name: str) -> None:
    assert passes(frame(KEPT[name])) == frame(KEPT[name])


@pytest.mark.parametrize("name", DROPPED)
def test_bulk_and_answers_are_not(name: str) -> None:
    assert passes(frame(DROPPED[name])) is None


@pytest.mark.parametrize("length", [0, 1, 13, 14, 20, 33, 40, 53])
def test_a_frame_that_ends_early_is_not_let_through(length: int) -> None:
    assert passes(frame(KEPT["SYN over IPv6"])[:length]) is None


def test_a_long_announcement_is_cut() -> None:
    assert len(passes(frame(FOUR / UDP(dport=5353) / Raw(b"x" * 3000))) or b"") == FRAME_MOST
