"""Router advertisements with the captive portal's address in them (RFC 8910 section 2.3).

dnsmasq sends the advertisements of a network, until the portal has an https address to announce: dnsmasq cannot put option 37 into
its own, and a second sender's would leave it to chance which one a device hears first. Then this part sends them, whole. While the
daemon is dead nobody answers solicitations there; devices that are online keep address and router for ROUTER_LIFETIME_S.
"""

import logging
import select
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from routerd.core.clock import Clock
from routerd.core.settings import GuestNetwork
from routerd.kernel.icmp6 import RouterSocket
from routerd.network.dnsmasq import RA_INTERVAL_S, ROUTER_LIFETIME_S, captive_api

log = logging.getLogger(__name__)

ROUTER_ADVERTISEMENT = 134
OTHER_CONFIGURATION = 0x40
ON_LINK, AUTONOMOUS = 0x80, 0x40
OPTION_SOURCE, OPTION_PREFIX, OPTION_MTU, OPTION_RDNSS, OPTION_CAPTIVE_PORTAL = 1, 3, 5, 25, 37
VALID_LEAST_S = 7_200
"""RFC 4862 5.5.3: devices ignore a shorter one."""

MULTICAST_APART_S = 1.0
"""Multicast answers to devices without an address at most that often: each wakes every device."""

ROUND_S = 0.5


def advertisement(network: GuestNetwork, https_url: str, mac: str = "", mtu: int = 0) -> bytes:
    """An ICMPv6 router advertisement, its checksum left to the kernel.

    Args:
        network: one that has `address6`.
        https_url: the portal's https address; empty leaves option 37 out.
        mac: the gateway's own MAC address; empty leaves the option out.
        mtu: of the link; 0 leaves the option out.
    """
    assert network.address6 is not None
    prefix = network.address6.network
    valid_s = max(VALID_LEAST_S, network.lease_s)
    parts = [struct.pack("!BBHBBHII", ROUTER_ADVERTISEMENT, 0, 0, 64, OTHER_CONFIGURATION, ROUTER_LIFETIME_S, 0, 0)]
    flags = ON_LINK | AUTONOMOUS
    parts.append(struct.pack("!BBBBIII", OPTION_PREFIX, 4, prefix.prefixlen, flags, valid_s, valid_s, 0) + prefix.network_address.packed)
    parts.append(struct.pack("!BBHI", OPTION_RDNSS, 3, 0, ROUTER_LIFETIME_S) + network.address6.ip.packed)
    if mac:
        parts.append(struct.pack("!BB", OPTION_SOURCE, 1) + bytes.fromhex(mac.replace(":", "")))
    if mtu:
        parts.append(struct.pack("!BBHI", OPTION_MTU, 1, 0, mtu))
    if https_url:
        parts.append(_captive_portal(captive_api(https_url).encode("ascii")))
    return b"".join(parts)


def _captive_portal(url: bytes) -> bytes:
    """RFC 8910 2.3: the URI, filled up with zeros to a multiple of eight octets."""
    length = -(-(2 + len(url)) // 8)
    return (struct.pack("!BB", OPTION_CAPTIVE_PORTAL, length) + url).ljust(length * 8, b"\0")


@dataclass(slots=True)
class _Voice:
    network: GuestNetwork
    packet: bytes
    socket: RouterSocket
    due: float = 0.0
    said: float = field(default=-MULTICAST_APART_S)


class Advertiser:
    """Sends the advertisements of every network that has IPv6; a Part.

    Args:
        networks: those with IPv6 and our DHCP.
        packet_of: makes a network's advertisement; asked at each start, when its interface exists.
        clock: for the intervals.
    """

    name = "router-advertisements"

    def __init__(self, networks: Sequence[GuestNetwork], packet_of: Callable[[GuestNetwork], bytes], clock: Clock) -> None:
        self._networks = tuple(networks)
        self._packet_of = packet_of
        self._clock = clock
        self._voices: list[_Voice] = []
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stopping.clear()
        self._voices = [_Voice(network, self._packet_of(network), RouterSocket(network.interface)) for network in self._networks]
        if self._voices:
            self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=2)
            self._thread = None
        for voice in self._voices:
            voice.socket.close()
        self._voices = []

    def _run(self) -> None:
        while not self._stopping.is_set():
            select.select([voice.socket for voice in self._voices], [], [], ROUND_S)
            for voice in self._voices:
                self._answer(voice)
                now = self._clock.monotonic()
                if now >= voice.due and now - voice.said >= MULTICAST_APART_S:
                    sent = voice.socket.send(voice.packet)
                    voice.said = now
                    voice.due = now + (RA_INTERVAL_S if sent else MULTICAST_APART_S)

    def _answer(self, voice: _Voice) -> None:
        while (solicitor := voice.socket.solicitor()) is not None:
            if solicitor == "::" or not voice.socket.send(voice.packet, solicitor):
                voice.due = 0.0
