"""A raw ICMPv6 socket on one interface that hears router solicitations and says router advertisements (RFC 4861)."""

import contextlib
import socket
import struct

from routerd.core.errors import Unavailable

ROUTER_SOLICITATION = 133
ALL_NODES, ALL_ROUTERS = "ff02::1", "ff02::2"

ICMP6_FILTER = 1
HOPS = 255
"""RFC 4861: what came from farther away than this link has less and is ignored."""

SO_BINDTODEVICE = 25


class RouterSocket:
    """Router solicitations in, router advertisements out.

    Args:
        interface: the only interface that it hears and speaks on.

    Raises:
        Unavailable: there is no such interface, or it has no IPv6.
    """

    def __init__(self, interface: str) -> None:
        try:
            self._index = socket.if_nametoindex(interface)
            self._socket = socket.socket(socket.AF_INET6, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.IPPROTO_ICMPV6)
            self._prepare(interface)
        except OSError as error:
            raise Unavailable(f"{interface}: cannot send router advertisements: {error}") from error

    def _prepare(self, interface: str) -> None:
        plain = self._socket
        plain.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, interface.encode() + b"\0")
        blocked = bytearray(b"\xff" * 32)
        blocked[ROUTER_SOLICITATION // 32 * 4 : ROUTER_SOLICITATION // 32 * 4 + 4] = struct.pack(
            "=I", 0xFFFFFFFF & ~(1 << ROUTER_SOLICITATION % 32)
        )
        plain.setsockopt(socket.IPPROTO_ICMPV6, ICMP6_FILTER, bytes(blocked))
        for option in (socket.IPV6_MULTICAST_HOPS, socket.IPV6_UNICAST_HOPS):
            plain.setsockopt(socket.IPPROTO_IPV6, option, HOPS)
        plain.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
        plain.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, self._index)
        group = socket.inet_pton(socket.AF_INET6, ALL_ROUTERS) + struct.pack("=I", self._index)
        plain.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)

    def fileno(self) -> int:
        """For `select`: readable when a solicitation waits."""
        return self._socket.fileno()

    def solicitor(self) -> str | None:
        """Take one solicitation.

        Returns:
            The asker's link-local address, ``::`` when it has none yet; None when nothing waits.
        """
        with contextlib.suppress(OSError):
            data, sender = self._socket.recvfrom(512)
            if data and data[0] == ROUTER_SOLICITATION:
                return str(sender[0]).partition("%")[0]
        return None

    def send(self, packet: bytes, to: str = ALL_NODES) -> bool:
        """Send an ICMPv6 message; the kernel fills in its checksum and our link-local address.

        Returns:
            False when it could not be sent now: the interface is down, or its address is still being checked.
        """
        try:
            self._socket.sendto(packet, (to, 0, 0, self._index))
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()
