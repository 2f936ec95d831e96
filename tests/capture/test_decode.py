"""What each kind of frame tells, and that no frame can do harm. scapy builds the frames that our own decoder reads."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.dhcp6 import DHCP6_InfoRequest, DHCP6OptClientFQDN
from scapy.layers.dns import DNS, DNSQR, DNSRR
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RS, IPv6
from scapy.layers.l2 import ARP, Ether

from routerd.capture.decode import decode
from routerd.capture.recent import REPEAT_S, Recent
from routerd.core.events import HostSighted

MAC = "a0:b2:c3:d4:e5:f6"
OTHER = "a0:00:00:00:00:01"
ETHER = Ether(src=MAC, dst="ff:ff:ff:ff:ff:ff")
FOUR, SIX = "192.168.88.10", "fd00:88::10"


def seen(address: str = "", **more: object) -> HostSighted:
    return HostSighted("main", MAC, address, **more)  # type: ignore[arg-type]


KNOWN = [
    ("an ARP request binds", ETHER / ARP(op=1, hwsrc=MAC, psrc=FOUR, pdst="192.168.88.1"), seen(FOUR, claims=True)),
    ("an ARP probe binds nothing", ETHER / ARP(op=1, hwsrc=MAC, psrc="0.0.0.0", pdst=FOUR), seen()),
    ("an ARP in another's name is nothing", ETHER / ARP(op=2, hwsrc=OTHER, psrc=FOUR, pdst="192.168.88.1"), None),
    (
        "duplicate address detection binds the target",
        ETHER / IPv6(src="::", dst="ff02::1:ff00:10", hlim=255) / ICMPv6ND_NS(tgt=SIX),
        seen(SIX, claims=True),
    ),
    (
        "a solicitation binds its source",
        ETHER / IPv6(src=SIX, dst="ff02::1", hlim=255) / ICMPv6ND_NS(tgt="fd00:88::1"),
        seen(SIX, claims=True),
    ),
    (
        "an advertisement binds the target",
        ETHER / IPv6(src="fe80::1", dst="ff02::1", hlim=255) / ICMPv6ND_NA(tgt=SIX),
        seen(SIX, claims=True),
    ),
    ("discovery from afar binds nothing", ETHER / IPv6(src=SIX, dst="ff02::1", hlim=64) / ICMPv6ND_NA(tgt=SIX), seen()),
    ("a router solicitation shows presence", ETHER / IPv6(src="fe80::1", dst="ff02::2", hlim=255) / ICMPv6ND_RS(), seen()),
    ("a SYN shows an address in use", ETHER / IP(src=FOUR, dst="203.0.113.2") / TCP(dport=443, flags="S"), seen(FOUR)),
    ("a SYN over IPv6 too", ETHER / IPv6(src=SIX, dst="2001:db8::1") / TCP(dport=443, flags="S"), seen(SIX)),
    (
        "a DHCP request tells name and fingerprint",
        ETHER
        / IP(src="0.0.0.0", dst="255.255.255.255")
        / UDP(sport=68, dport=67)
        / BOOTP(chaddr=bytes.fromhex(MAC.replace(":", "")))
        / DHCP(
            options=[
                ("message-type", 3),
                ("hostname", b"phone\x1b"),
                ("param_req_list", [1, 3, 6]),
                ("vendor_class_id", b"MSFT 5.0"),
                "end",
            ]
        ),
        seen(hostname="phone", requested_options="1,3,6", vendor_class="MSFT 5.0"),
    ),
    (
        "a DHCPv6 message tells a name",
        ETHER
        / IPv6(src="fe80::1", dst="ff02::1:2")
        / UDP(sport=546, dport=547)
        / DHCP6_InfoRequest()
        / DHCP6OptClientFQDN(fqdn=b"laptop.home"),
        seen("fe80::1", hostname="laptop"),
    ),
    (
        "an mDNS answer tells a name",
        ETHER
        / IP(src=FOUR, dst="224.0.0.251")
        / UDP(sport=5353, dport=5353)
        / DNS(qr=1, an=DNSRR(rrname="annas-phone.local", type="A", rdata=FOUR)),
        seen(FOUR, hostname="annas-phone"),
    ),
    (
        "an mDNS question tells none",
        ETHER / IP(src=FOUR, dst="224.0.0.251") / UDP(sport=5353, dport=5353) / DNS(qr=0, qd=DNSQR(qname="printer.local")),
        seen(FOUR),
    ),
]


@pytest.mark.parametrize(("frame", "expected"), [row[1:] for row in KNOWN], ids=[row[0] for row in KNOWN])
def test_what_a_frame_tells(frame: Ether, expected: HostSighted | None) -> None:
    assert decode("main", bytes(frame)) == expected


FRAMES = [bytes(row[1]) for row in KNOWN]


@given(st.sampled_from(FRAMES), st.data())
def test_no_mutation_of_a_frame_does_harm(frame: bytes, data: st.DataObject) -> None:
    mutated = bytearray(frame)
    for at in data.draw(st.lists(st.integers(0, len(frame) - 1), max_size=8)):
        mutated[at] = data.draw(st.integers(0, 255))
    told = decode("main", bytes(mutated[: data.draw(st.integers(0, len(frame)))]))
    assert told is None or (len(told.hostname) <= 63 and told.hostname.isprintable())


@given(st.binary(max_size=200))
@example(b"")
@example(b"\0" * 14)
def test_no_bytes_do_harm(frame: bytes) -> None:
    decode("main", frame)


def test_the_same_news_is_told_again_only_after_a_while() -> None:
    recent = Recent()
    told = [recent.is_news(seen(FOUR), at) for at in (0.0, 1.0, REPEAT_S - 0.1, REPEAT_S, REPEAT_S + 1)]
    assert told == [True, False, False, True, False]
    assert recent.is_news(seen(SIX), 1.0)
