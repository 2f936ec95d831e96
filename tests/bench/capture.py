"""What capture costs in memory, and how many control packets a second it follows while a guest sends at full speed."""

import subprocess
import sys
import time

from routerd.capture.service import FRAMES_PER_S, Capture
from routerd.core.clock import SystemClock
from tests.bench.figures import Figure, at_least
from tests.capture.test_service import Yard, arp
from tests.lab.network import ROOT

RATES = (500, 1000, 2000, 3000)
SECONDS = 3
STEP_S = 0.02
ENOUGH = 1000
"""ARP packets a second: a full hotel in the morning makes a few hundred."""

MEMORY = """
from pathlib import Path
def rss():
    return int(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmRSS")))
import routerd.app.build, routerd.app.house, routerd.network.service, routerd.firewall.service, routerd.portal.routes
import routerd.kernel.links, routerd.kernel.neighbours
before = rss()
from routerd.capture.rich import dhcp
from routerd.capture.listener import Listener
Listener("lo", "main")
listening = rss()
dhcp("main", "a0:00:00:00:00:01", "", bytes(236) + b"\\x63\\x82\\x53\\x63\\x35\\x01\\x01\\xff")
print(before, listening, rss())
"""


def run() -> list[Figure]:
    """The figures."""
    before, listening, dissecting = (int(word) / 1024 for word in _child().split())
    followed, forwarded = 0, 0.0
    for rate in RATES:
        lost, gbit = _followed(rate)
        if lost:
            break
        followed, forwarded = rate, gbit
    return [
        Figure("memory of capture, listening", listening - before, "MiB", before, "the daemon's other modules"),
        Figure("memory of capture, after the first DHCP request", dissecting - before, "MiB", before, "the daemon's other modules"),
        at_least(
            "control packets followed without a loss",
            followed,
            "/s",
            ENOUGH,
            f"beside {forwarded:.1f} Gbit/s; takes {FRAMES_PER_S} at most",
        ),
    ]


def _child() -> str:
    return subprocess.run([sys.executable, "-c", MEMORY], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout


def _followed(rate: int) -> tuple[int, float]:
    """Control packets lost at so many a second, and Gbit/s that went past them."""
    yard = Yard()
    capture = Capture({"guest0": "main"}, yard.told.append, SystemClock())
    try:
        with yard.gw.entered():
            capture.start()
        server = yard.gw.start("iperf3", "-s", "-1", stdout=subprocess.DEVNULL)
        time.sleep(0.3)
        client = yard.guest.start("iperf3", "-c", "192.168.88.1", "-t", str(SECONDS), "-f", "g", stdout=subprocess.PIPE, text=True)
        time.sleep(0.3)
        at_once = int(rate * STEP_S)
        due = time.monotonic()
        for first in range(1000, 1000 + rate * SECONDS, at_once):
            yard.raw(*(arp(number) for number in range(first, first + at_once)))
            due += STEP_S
            time.sleep(max(0.0, due - time.monotonic()))
        said = client.communicate(timeout=20)[0]
        server.wait(10)
        time.sleep(1)
        speeds = [float(line.split()[-3]) for line in said.splitlines() if line.endswith("receiver")]
        return rate * SECONDS - len({one.mac for one in yard.told if one.mac.startswith("a2:")}), speeds[0]
    finally:
        capture.stop()
        yard.guest.remove()
        yard.gw.remove()
