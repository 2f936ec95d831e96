"""A TCP stream between two sockets of this process in two namespaces, and when how much of it arrived."""

import contextlib
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.lab import plan as place
from tests.lab.namespace import Namespace

PIECE = 1 << 18
ETH_P_IP = 0x0800
SO_RCVBUFFORCE = 33
HEAD_OCTETS = 24
"""Of an IP packet, up to and with TCP's ports."""


@dataclass(slots=True)
class Arrivals:
    """What a receiver saw: (monotonic seconds, octets so far), one entry a read."""

    seen: list[tuple[float, int]] = field(default_factory=list)

    @property
    def octets(self) -> int:
        return self.seen[-1][1] if self.seen else 0

    @property
    def first_at(self) -> float:
        return self.seen[0][0]

    @property
    def last_at(self) -> float:
        return self.seen[-1][0]

    def rates(self, window_s: float, step_s: float = 0.1) -> list[float]:
        """Octets a second of payload in every window of `window_s` from the first octet on, one each `step_s`."""
        end = self.last_at
        found = []
        at = self.first_at
        while at + window_s <= end:
            found.append((self._until(at + window_s) - self._until(at)) / window_s)
            at += step_s
        return found

    def _until(self, when: float) -> int:
        """Octets that had arrived by then; the reads are in the order of time."""
        low, high = 0, len(self.seen)
        while low < high:
            middle = (low + high) // 2
            if self.seen[middle][0] <= when:
                low = middle + 1
            else:
                high = middle
        return self.seen[low - 1][1] if low else 0


class Sniffer:
    """Sees the IP packets of some TCP ports of the outside that arrive in a namespace; whole octets, headers included, as shaping counts.

    Args:
        where: on its eth0.
        ports: of the outside.
    """

    def __init__(self, where: Namespace, ports: Sequence[int]) -> None:
        self.arrived = {port: Arrivals() for port in ports}
        self._socket = where.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
        self._socket.bind(("eth0", ETH_P_IP))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20)
        self._socket.settimeout(0.2)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no longer."""
        self._ending.set()
        self._thread.join(2)
        self._socket.close()

    def _watch(self) -> None:
        head = bytearray(HEAD_OCTETS)
        by_port = {port.to_bytes(2, "big"): arrivals.seen for port, arrivals in self.arrived.items()}
        totals = dict.fromkeys(by_port, 0)
        while not self._ending.is_set():
            try:
                octets, _, _, sender = self._socket.recvmsg_into([head], 0, socket.MSG_TRUNC)
            except TimeoutError:
                continue
            port = bytes(head[20:22]) if bytes(head[20:22]) in by_port else bytes(head[22:24])
            if sender[2] != socket.PACKET_OUTGOING and head[9] == socket.IPPROTO_TCP and port in by_port:
                totals[port] += octets
                by_port[port].append((time.monotonic(), totals[port]))


class Stream:
    """One TCP connection from a guest to the outside, with payload in one direction as fast as it goes.

    Args:
        guest: opens the connection.
        net: accepts it.
        port: TCP port outside.
        down: whether the payload goes to the guest.
    """

    def __init__(self, guest: Namespace, net: Namespace, port: int, *, down: bool) -> None:
        with net.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((place.NET_ADDRESS, port))
            listener.listen(1)
            listener.settimeout(5)
            near = guest.socket(socket.AF_INET, socket.SOCK_STREAM)
            near.settimeout(5)
            near.connect((place.NET_ADDRESS, port))
            far, _ = listener.accept()
        self.arrived = Arrivals()
        self._sender, self._receiver = (far, near) if down else (near, far)
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._receive, self._send)]

    def start(self) -> None:
        """Begin to send."""
        for end in (self._sender, self._receiver):
            end.settimeout(None)
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """End it; what was still under way is lost."""
        for end in (self._sender, self._receiver):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(2)
        for end in (self._sender, self._receiver):
            end.close()

    def wait_silence(self, silent_s: float, most_s: float) -> None:
        """Until nothing arrived for so long."""
        until = time.monotonic() + most_s
        while time.monotonic() < until:
            if self.arrived.seen and time.monotonic() - self.arrived.last_at > silent_s:
                return
            time.sleep(0.02)

    def _send(self) -> None:
        data = bytes(PIECE)
        with contextlib.suppress(OSError):
            while True:
                self._sender.sendall(data)

    def _receive(self) -> None:
        buffer = bytearray(PIECE)
        total = 0
        with contextlib.suppress(OSError):
            while count := self._receiver.recv_into(buffer):
                total += count
                self.arrived.seen.append((time.monotonic(), total))


class Ticks:
    """Numbered datagrams both ways through one flow, one every `interval_s`, so that a lost one and the last one are known.

    Args:
        guest: begins the flow.
        net: the other end.
        port: UDP port outside.
        interval_s: between datagrams of one direction.
    """

    def __init__(self, guest: Namespace, net: Namespace, port: int, interval_s: float = 0.002) -> None:
        self._near, self._far = (where.socket(socket.AF_INET, socket.SOCK_DGRAM) for where in (guest, net))
        self._far.bind((place.NET_ADDRESS, port))
        self._far.settimeout(5)
        self._near.connect((place.NET_ADDRESS, port))
        self._near.send(b"open")
        self._far.connect(self._far.recvfrom(64)[1])
        self._interval_s = interval_s
        self._ending = threading.Event()
        self.sent = {"up": 0, "down": 0}
        self.heard: dict[str, list[float]] = {"up": [], "down": []}
        self._senders = [threading.Thread(target=self._send, args=each, daemon=True) for each in (("up", self._near), ("down", self._far))]
        self._receivers = [
            threading.Thread(target=self._hear, args=each, daemon=True) for each in (("up", self._far), ("down", self._near))
        ]

    def start(self) -> None:
        """Begin to send."""
        for thread in (*self._receivers, *self._senders):
            thread.start()

    def stop(self) -> None:
        """Send no more, and hear what is under way."""
        self._ending.set()
        for thread in self._senders:
            thread.join(1)
        time.sleep(0.2)
        for end in (self._near, self._far):
            end.close()
        for thread in self._receivers:
            thread.join(1)

    @property
    def lost(self) -> int:
        """Datagrams that never arrived, both directions together; after `stop`."""
        return sum(self.sent.values()) - sum(map(len, self.heard.values()))

    @property
    def last_at(self) -> float:
        """When the last one arrived, either way."""
        return max(times[-1] for times in self.heard.values())

    def _send(self, direction: str, end: socket.socket) -> None:
        due = time.monotonic()
        while not self._ending.is_set():
            with contextlib.suppress(OSError):
                end.send(b"%08d" % self.sent[direction])
            self.sent[direction] += 1
            due += self._interval_s
            time.sleep(max(0.0, due - time.monotonic()))

    def _hear(self, direction: str, end: socket.socket) -> None:
        end.settimeout(0.1)
        while not self._ending.is_set() or end.fileno() >= 0:
            try:
                if end.recv(64):
                    self.heard[direction].append(time.monotonic())
            except TimeoutError:
                continue
            except OSError:
                if end.fileno() < 0:
                    return
