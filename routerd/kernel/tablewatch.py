"""Hears of deletions in an nftables table that were made by somebody else. The firewall's guard listens.

A filter in the kernel (classic BPF) lets only deletions through, so that sessions that come and the resolver that fills the walled
garden wake nobody. What this process deletes itself is told apart by the socket that it came from.
"""

import ctypes
import errno
import select
import socket
import struct

from routerd.core.errors import Unavailable
from routerd.kernel import netlink
from routerd.kernel.attributes import parse

_GROUP = 7
"""NFNLGRP_NFTABLES."""
_NFTABLES = 10
_SOL_NETLINK, _ADD_MEMBERSHIP = 270, 1
_SO_ATTACH_FILTER = 26

_DELETE_ELEMENT = 14
_DELETIONS = (2, 5, 8, 11, _DELETE_ELEMENT)
"""NFT_MSG_DELTABLE, DELCHAIN, DELRULE, DELSET, DELSETELEM."""
_TABLE = 1
"""In each of them, the attribute that names the table."""

_LOAD_HALF, _EQUAL, _RETURN = 0x28, 0x15, 0x06
_TYPE_AT = 4


class TableWatch:
    """A subscription.

    Args:
        table: in family inet.

    Raises:
        Unavailable: the kernel cannot be listened to.
    """

    def __init__(self, table: str) -> None:
        self._table = table.encode() + b"\0"
        try:
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, netlink.NETFILTER)
            _attach_filter(self._socket)
            self._socket.bind((0, 0))
            self._socket.setsockopt(_SOL_NETLINK, _ADD_MEMBERSHIP, _GROUP)
        except OSError as error:
            raise Unavailable(f"changes of nftables cannot be heard: {error.strerror}") from error

    def close(self) -> None:
        """End the subscription."""
        self._socket.close()

    def wait(self, timeout_s: float) -> tuple[bool, bool]:
        """Wait for a deletion.

        Returns:
            Whether somebody else deleted parts of the table, or messages were lost; whether somebody else deleted set elements.
        """
        ready, _, _ = select.select([self._socket], [], [], timeout_s)
        parts = elements = False
        while ready:
            try:
                data = self._socket.recv(1 << 16)
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno == errno.ENOBUFS:  # too much at once: whatever it was, look
                    return True, True
                raise Unavailable(f"changes of nftables cannot be heard: {error.strerror}") from error
            for kind in self._foreign(data):
                parts = parts or kind != _DELETE_ELEMENT
                elements = elements or kind == _DELETE_ELEMENT
        return parts, elements

    def _foreign(self, data: bytes) -> list[int]:
        found: list[int] = []
        at = 0
        while len(data) - at >= 20:
            length, kind, _flags, _seq, port = struct.unpack_from("=IHHII", data, at)
            if length < 20:
                break
            deletion = kind >> 8 == _NFTABLES and kind & 0xFF in _DELETIONS
            if deletion and not netlink.is_own(port) and parse(data[at + 20 : at + length]).get(_TABLE) == self._table:
                found.append(kind & 0xFF)
            at += (length + 3) & ~3
        return found


def _attach_filter(listener: socket.socket) -> None:
    # The type is in host byte order, BPF loads in network order: the message's number comes first on little-endian machines.
    accept = len(_DELETIONS) + 1
    steps = [(_LOAD_HALF, 0, 0, _TYPE_AT)]
    steps += [(_EQUAL, accept - at - 1, 0, _as_loaded(number)) for at, number in enumerate(_DELETIONS)]
    steps += [(_RETURN, 0, 0, 0), (_RETURN, 0, 0, 0xFFFF_FFFF)]
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    held = ctypes.create_string_buffer(code, len(code))
    listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", len(steps), ctypes.addressof(held)))


def _as_loaded(number: int) -> int:
    return int.from_bytes(struct.pack("=H", _NFTABLES << 8 | number), "big")
