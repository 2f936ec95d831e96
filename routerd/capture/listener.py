"""One guest interface's capture socket: scapy's listening socket behind our own filter (`capture.filter`).

The filter is on the socket before the socket hears anything, and what the gateway itself sends is left out by the kernel. Neither
libpcap nor a compiler is needed at run time.
"""

import ctypes
import socket
import struct

from routerd.capture.filter import FRAME_MOST, program
from routerd.capture.layers import Ether, L2ListenSocket
from routerd.core.errors import Unavailable

BUFFER_OCTETS = 1 << 20
"""About a thousand waiting frames: what a burst of joining phones sends while the daemon is busy elsewhere."""

_ETH_P_ALL = 0x0003
_SO_ATTACH_FILTER = 26
_SOL_PACKET, _PACKET_STATISTICS, _PACKET_IGNORE_OUTGOING = 263, 6, 23
_STATISTICS = struct.Struct("=II")


class Listener(L2ListenSocket):
    """Captures on one interface.

    Args:
        interface: its name.
        network: guest network name.

    Raises:
        Unavailable: the interface is gone, or the right to listen is missing.
    """

    def __init__(self, interface: str, network: str) -> None:
        self.interface = self.iface = interface
        self.network = network
        self.promisc = self.auxdata_available = False
        self.LL, self.lvl = Ether, 2
        self.outs = None  # type: ignore[assignment]  # a listener has none; scapy sets it so too
        # Of protocol 0 it hears nothing; binding names interface and protocol at once.
        self.ins = self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 0)
        try:
            attach(self.socket)
            self.socket.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_OCTETS)
            self.socket.bind((interface, _ETH_P_ALL))
        except OSError as error:
            self.close()
            raise Unavailable(f"cannot capture on {interface}: {error}") from error

    def frames(self, most: int) -> list[bytes]:
        """Up to `most` waiting frames.

        Raises:
            OSError: the interface went away or down.
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


def attach(plain: socket.socket) -> None:
    """Put the filter on a socket, of whatever kind."""
    octets = program()
    held = ctypes.create_string_buffer(octets, len(octets))
    plain.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("@HP", len(octets) // 8, ctypes.addressof(held)))
