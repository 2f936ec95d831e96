"""One guest interface's capture socket. The kernel's filter lets through what tells about devices, never bulk data.

scapy opens the socket and has the filter compiled (by libpcap). What passes is a device's ARP and neighbour discovery, its DHCP, its
announcements, and the first packet of each TCP connection; UDP has no first packet that a filter could tell.
"""

import socket
import struct
from typing import Any

from routerd.core.errors import Unavailable

FILTER = " or ".join(
    (
        "arp",
        "(icmp6 and ip6[40] >= 133 and ip6[40] <= 136)",
        "(udp dst port 67)",
        "(udp dst port 547)",
        "(udp dst port 5353)",
        "(udp dst port 5355)",
        "(udp dst port 1900)",
        "(ip and tcp[tcpflags] & (tcp-syn|tcp-ack) = tcp-syn)",
        "(ip6 and ip6[6] = 6 and ip6[53] & 0x12 = 0x02)",
    )
)

FRAME_MOST = 2048
"""Enough for any announcement; longer frames are cut."""

BUFFER_OCTETS = 1 << 20
"""About a thousand waiting frames: what a burst of joining phones sends while the daemon is busy elsewhere."""

_SOL_PACKET, _PACKET_STATISTICS, _PACKET_IGNORE_OUTGOING = 263, 6, 23
_STATISTICS = struct.Struct("=II")


class Listener:
    """Captures on one interface.

    Args:
        interface: its name.
        network: guest network name.

    Raises:
        Unavailable: the interface is gone, or the filter cannot be compiled.
    """

    def __init__(self, interface: str, network: str) -> None:
        from scapy.arch.linux import L2ListenSocket  # noqa: PLC0415 - loaded when capture is switched on, not before

        self.interface = interface
        self.network = network
        try:
            self._scapy: Any = L2ListenSocket(iface=interface, filter=FILTER, promisc=False)
        except Exception as error:  # scapy raises its own kinds, OSError and ImportError alike
            raise Unavailable(f"cannot capture on {interface}: {error} (is the package libpcap0.8 installed?)") from error
        self.socket: socket.socket = self._scapy.ins
        self.socket.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_OCTETS)
        self.socket.setblocking(False)

    def frames(self, most: int) -> list[bytes]:
        """Up to `most` waiting frames.

        Raises:
            OSError: the interface went away.
        """
        found: list[bytes] = []
        while len(found) < most:
            try:
                found.append(self.socket.recv(FRAME_MOST))
            except BlockingIOError:
                break
        return found

    def dropped(self) -> int:
        """Frames that the kernel dropped since the last call, because nobody fetched them in time."""
        return int(_STATISTICS.unpack(self.socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, _STATISTICS.size))[1])

    def close(self) -> None:
        """Stop capturing."""
        self._scapy.close()
