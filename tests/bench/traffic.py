"""Traffic at full speed between two namespaces, and what arrived of it: small datagrams, and TCP by iperf3.

Senders run on the first core and receivers on the second, so that two measurements differ in nothing but what lies between.
veth hands packets over on the sender's core: all forwarding happens there too, and its cost shows in full.
"""

import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from tests.lab import plan as place
from tests.lab.namespace import Namespace

SENDER, RECEIVER = 0, (os.cpu_count() or 1) - 1
"""Cores."""

FIRST = -20
"""Niceness of senders and receivers: whatever else runs on the machine waits."""

SOL_UDP, UDP_SEGMENT = 17, 103
SMALL_OCTETS = 18
"""Payload of a datagram that makes a frame of 60 octets (64 with its checksum), the smallest there is."""

IP_OCTETS = SMALL_OCTETS + 28
SINK = "add table netdev sink; add chain netdev sink in { type filter hook ingress device eth0 priority 0; }"

SEGMENTS = 64
"""Datagrams that one system call hands to the kernel, which takes them apart before the first interface."""

PORT = 9
IPERF_PORT = 5201
OFFLOADS = ("tso", "gso", "gro")

PROC_NET_DEV = Path("/proc/thread-self/net/dev")
Counters = tuple[int, int, int]


def counters(where: Namespace, interface: str) -> Counters:
    """Octets in, packets in, packets out."""
    with where.entered(), PROC_NET_DEV.open(encoding="ascii") as lines:
        for line in lines:
            name, _, rest = line.partition(":")
            if name.strip() == interface:
                words = rest.split()
                return int(words[0]), int(words[1]), int(words[9])
    raise RuntimeError(f"there is no {interface} in {where.name}")


def prepare(where: Namespace) -> None:
    """Let the kernel drop test datagrams as they arrive, and send datagrams one by one."""
    drops = (f"add rule netdev sink in meta length {IP_OCTETS} udp {end} {PORT} drop" for end in ("dport", "sport"))
    where.run("nft", "; ".join([SINK, *drops]))
    where.run("ethtool", "-K", "eth0", "tx-udp-segmentation", "off")


def offload(interfaces: dict[Namespace, tuple[str, ...]], on: bool) -> None:
    """Switch segmentation and receive offload: with it TCP crosses the gateway in pieces of up to 64 KiB, without in MTU's size."""
    for where, names in interfaces.items():
        for name in names:
            where.run("ethtool", "-K", name, *(word for kind in OFFLOADS for word in (kind, "on" if on else "off")), check=False)


@contextlib.contextmanager
def sending(flood: socket.socket) -> Iterator[None]:
    """A process on the sender's core that sends small datagrams through a connected socket as fast as it can."""
    pid = os.fork()
    if pid == 0:
        try:
            os.sched_setaffinity(0, {SENDER})
            os.nice(FIRST)
            _flood(flood)
        finally:
            os._exit(0)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _flood(flood: socket.socket) -> None:
    flood.setsockopt(SOL_UDP, UDP_SEGMENT, SMALL_OCTETS)
    data = b"x" * (SMALL_OCTETS * SEGMENTS)
    while True:
        with contextlib.suppress(OSError):
            flood.send(data)


def small_packets(flood: socket.socket, receiver: Namespace, seconds: float) -> float:
    """Thousands of datagrams a second that reach the receiver's interface."""
    with sending(flood):
        time.sleep(0.1)
        begun, before = time.monotonic(), counters(receiver, "eth0")
        time.sleep(seconds)
        took, after = time.monotonic() - begun, counters(receiver, "eth0")
    return (after[1] - before[1]) / took / 1000


def upward(guest: Namespace, port: int) -> socket.socket:
    """A socket whose datagrams go from the guest to the outside."""
    sender = guest.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.bind(("", port))
    sender.connect((place.NET_ADDRESS, PORT))
    return sender


def downward(guest: Namespace, net: Namespace, port: int) -> socket.socket:
    """A socket whose datagrams answer a guest's, through its translated address."""
    answering = net.socket(socket.AF_INET, socket.SOCK_DGRAM)
    answering.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    answering.bind((place.NET_ADDRESS, PORT))
    answering.settimeout(2)
    with guest.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.bind(("", port))
        asking.sendto(b"a question longer than the datagrams that the kernel drops", (place.NET_ADDRESS, PORT))
        _, sender = answering.recvfrom(256)
    answering.connect(sender)
    return answering


def iperf_server(net: Namespace) -> None:
    """An iperf3 server on the receiver's core until the namespace goes."""
    net.start("nice", "-n", str(FIRST), "taskset", "-c", str(RECEIVER), "iperf3", "-s", "-D", "-p", str(IPERF_PORT)).wait()


def tcp_gbit(guest: Namespace, seconds: int, *, down: bool) -> float:
    """Gbit/s of payload that one TCP connection brought to its receiver."""
    words = ["iperf3", "-c", place.NET_ADDRESS, "-p", str(IPERF_PORT), "-t", str(seconds), "-J", *(["-R"] if down else [])]
    done = guest.run("nice", "-n", str(FIRST), "taskset", "-c", str(SENDER), *words, timeout=seconds + 15)
    return float(json.loads(done.stdout)["end"]["sum_received"]["bits_per_second"]) / 1e9
