"""What a DNS tunnel carries before sign-in: iodine through the gateway's resolver, random data both ways as fast as it takes it.

The peer is the same tunnel from a guest who has signed in, whose queries nobody counts.
"""

import os
import re
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field

from tests.bench.figures import Figure, at_most
from tests.lab import plan as place
from tests.lab.device import Device, wait
from tests.lab.gateway import Gateway
from tests.lab.namespace import Namespace
from tests.lab.network import Lab
from tests.lab.plan import GuestNet, Plan

DOMAIN = "t.example.net"
PASSWORD = "benchmark"
THERE = "10.77.0.1"
PORT = 7300
DATAGRAM_OCTETS = 100
PAUSE_S = 0.02
SETTLE_S = 60
"""Until the first burst of queries that every device may send is spent."""

MEASURED_S = 60
FREE_S = 10
AIM_KBIT = 4


@dataclass
class End:
    """One end of the tunnel: sends all the time, counts what arrives."""

    where: Namespace
    own: str
    other: str
    octets: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        self.socket = self.where.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((self.own, PORT))
        self.socket.settimeout(0.2)
        self.threads = [threading.Thread(target=self._send, daemon=True), threading.Thread(target=self._hear, daemon=True)]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(2)
        self.socket.close()

    def _send(self) -> None:
        while not self.stopping.wait(PAUSE_S):
            try:
                self.socket.sendto(os.urandom(DATAGRAM_OCTETS), (self.other, PORT))
            except OSError:
                continue

    def _hear(self) -> None:
        while not self.stopping.is_set():
            try:
                self.octets += len(self.socket.recv(2048))
            except TimeoutError:
                continue


def run() -> list[Figure]:
    """The figures."""
    network = GuestNet(guests=1, ipv6=False, settings={"dns_upstream": [place.OTHER_NET_ADDRESS]})
    with Lab(Plan((network,))) as lab:
        gateway = Gateway(lab, {"daemon": {"log_level": "info"}})
        gateway.start()
        device = Device(lab, 1)
        device.join()
        server = _program(lab.net, "iodined", "-f", "-c", "-P", PASSWORD, "-l", place.OTHER_NET_ADDRESS, f"{THERE}/27", DOMAIN)
        try:
            captive_up, captive_down = _measured(lab, device, SETTLE_S, MEASURED_S)
            username, passcode = gateway.voucher(valid_for="1 hour")
            device.submit(device.get(f"http://{network.gateway}/"), {"username": username, "passcode": passcode})
            free_up, free_down = _measured(lab, device, 2, FREE_S)
        finally:
            server.kill()
            server.wait()
        gateway.stop()
    note = f"over {MEASURED_S} s after the first {SETTLE_S} s; after sign-in"
    return [
        at_most("DNS tunnel before sign-in, up", captive_up, "kbit/s", AIM_KBIT, f"{note} {free_up:.0f} kbit/s"),
        at_most("DNS tunnel before sign-in, down", captive_down, "kbit/s", AIM_KBIT, f"{note} {free_down:.0f} kbit/s"),
    ]


def _measured(lab: Lab, device: Device, settle_s: float, measured_s: float) -> tuple[float, float]:
    """kbit/s of payload up and down."""
    client = _program(device.where, "iodine", "-f", "-r", "-P", PASSWORD, device.net.gateway, DOMAIN)
    try:
        if not wait(lambda: _tunnel_address(device), 90):
            return 0.0, 0.0  # not even its handshake came through
        here = _tunnel_address(device)
        near, far = End(device.where, here, THERE), End(lab.net, THERE, here)
        near.start()
        far.start()
        time.sleep(settle_s)
        before = far.octets, near.octets
        time.sleep(measured_s)
        up, down = far.octets - before[0], near.octets - before[1]
        near.stop()
        far.stop()
    finally:
        client.kill()
        client.wait()
    return up * 8 / measured_s / 1000, down * 8 / measured_s / 1000


def _tunnel_address(device: Device) -> str:
    found = re.search(r"inet (10\.77\.0\.\d+)", device.where.run("ip", "-4", "address", "show").stdout)
    return found.group(1) if found else ""


def _program(where: Namespace, *words: str) -> "subprocess.Popen[bytes]":
    return where.start(*words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
