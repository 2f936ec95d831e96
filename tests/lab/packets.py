"""Single questions asked from inside a namespace: does TCP, UDP, ICMP or DNS get an answer, and how soon.

Each returns a plain word or value, so that a test is a table of them. Nothing here forks.
"""

import contextlib
import errno
import ipaddress
import os
import secrets
import socket
import struct
import time
from dataclasses import dataclass

from tests.lab.namespace import Namespace

OPEN, RESET, REFUSED, SILENT = "open", "reset", "refused", "silent"
"""Answers: it works; TCP reset; an ICMP error, or no route; nothing came."""

DNS_TYPES = {"A": 1, "TXT": 16, "AAAA": 28}


def family_of(address: str) -> int:
    """AF_INET or AF_INET6, by the look of the address."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def tcp(where: Namespace, address: str, port: int, wait_s: float = 1.0) -> str:
    """What happens to a TCP connection."""
    with where.socket(family_of(address), socket.SOCK_STREAM) as probe:
        probe.settimeout(wait_s)
        try:
            probe.connect((address, port))
        except TimeoutError:
            return SILENT
        except OSError as error:
            return RESET if error.errno == errno.ECONNREFUSED else REFUSED
    return OPEN


def udp(where: Namespace, address: str, port: int, wait_s: float = 0.5) -> str:
    """What happens to a datagram sent to an echo server."""
    with where.socket(family_of(address), socket.SOCK_DGRAM) as probe:
        probe.settimeout(wait_s)
        try:
            probe.connect((address, port))
            probe.send(b"echo")
            probe.recv(64)
        except TimeoutError:
            return SILENT
        except OSError:
            return REFUSED
    return OPEN


def icmp(where: Namespace, address: str, wait_s: float = 0.5) -> str:
    """What happens to a ping."""
    six = family_of(address) == socket.AF_INET6
    protocol = socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP
    mark = secrets.token_bytes(8)
    head = struct.pack("!BBHHH", 128 if six else 8, 0, 0, os.getpid() & 0xFFFF, 1)
    packet = head + mark
    if not six:
        packet = head[:2] + struct.pack("!H", _checksum(packet)) + packet[4:]
    with where.socket(family_of(address), socket.SOCK_RAW, protocol) as probe:
        return _ping(probe, packet, mark, (address, 0), wait_s)


def _ping(probe: socket.socket, packet: bytes, mark: bytes, to: tuple[str, int], wait_s: float) -> str:
    until = time.monotonic() + wait_s
    echo_reply = (0, 129)
    errors = (3, 1)
    six = probe.family == socket.AF_INET6
    try:
        probe.sendto(packet, to)
        while (left := until - time.monotonic()) > 0:
            probe.settimeout(left)
            data = probe.recv(2048)
            body = data if six else data[(data[0] & 15) * 4 :]
            if mark in body:
                if body[0] == echo_reply[six]:
                    return OPEN
                if body[0] == errors[six]:
                    return REFUSED
    except TimeoutError:
        return SILENT
    except OSError:
        return REFUSED
    return SILENT


def _checksum(data: bytes) -> int:
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


@dataclass(frozen=True, slots=True)
class Answer:
    """What a name server said.

    Attributes:
        code: DNS response code; -1: refused by ICMP; -2: no answer.
        addresses: what the name leads to.
    """

    code: int
    addresses: tuple[str, ...] = ()


def dns(where: Namespace, server: str, name: str, kind: str = "A", *, port: int = 53, wait_s: float = 1.0) -> Answer:
    """Ask `server` over UDP."""
    number = secrets.randbelow(65536)
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split(".")) + b"\0"
    query = struct.pack("!HHHHHH", number, 0x0100, 1, 0, 0, 0) + labels + struct.pack("!HH", DNS_TYPES[kind], 1)
    with where.socket(family_of(server), socket.SOCK_DGRAM) as probe:
        probe.settimeout(wait_s)
        try:
            probe.connect((server, port))
            probe.send(query)
            reply = probe.recv(4096)
        except TimeoutError:
            return Answer(-2)
        except OSError:
            return Answer(-1)
    return Answer(reply[3] & 15, tuple(_addresses(reply, 12 + len(labels) + 4)))


def _addresses(reply: bytes, at: int) -> list[str]:
    found = []
    for _ in range(struct.unpack_from("!H", reply, 6)[0]):
        at = _past_name(reply, at)
        kind, _, _, length = struct.unpack_from("!HHIH", reply, at)
        data = reply[at + 10 : at + 10 + length]
        if kind in (DNS_TYPES["A"], DNS_TYPES["AAAA"]):
            found.append(str(ipaddress.ip_address(data)))
        at += 10 + length
    return found


def _past_name(reply: bytes, at: int) -> int:
    while reply[at]:
        if reply[at] & 0xC0:
            return at + 2
        at += reply[at] + 1
    return at + 1


class Flow:
    """A running UDP conversation with an echo server: numbered datagrams, so that a lost one is known.

    Args:
        where: the namespace that it speaks from.
        address: an echo server.
        port: its port.
    """

    def __init__(self, where: Namespace, address: str, port: int = 7) -> None:
        self._socket = where.socket(family_of(address), socket.SOCK_DGRAM)
        self._socket.connect((address, port))
        self.sent = 0
        self.back = 0
        self.longest_gap_s = 0.0

    def pump(self, seconds: float, interval_s: float = 0.005) -> None:
        """Send for so long, taking what comes back; then wait briefly for stragglers."""
        until = time.monotonic() + seconds
        heard = time.monotonic()
        while (now := time.monotonic()) < until:
            with contextlib.suppress(OSError):
                self._socket.send(b"%08d" % self.sent)
            self.sent += 1
            self._socket.settimeout(interval_s)
            with contextlib.suppress(OSError):
                self._socket.recv(64)
                self.back += 1
                self.longest_gap_s = max(self.longest_gap_s, time.monotonic() - heard)
                heard = time.monotonic()
            time.sleep(max(0.0, interval_s - (time.monotonic() - now)))
        self._socket.settimeout(0.2)
        with contextlib.suppress(OSError):
            while self.back < self.sent:
                self._socket.recv(64)
                self.back += 1

    @property
    def lost(self) -> int:
        """Datagrams without an answer so far."""
        return self.sent - self.back

    def close(self) -> None:
        """End it."""
        self._socket.close()
