"""Speed limits: the network's default, the voucher's own, both directions, and fairness between guests."""

import json
import subprocess
import threading
import time

import pytest

from tests.lab import plan as place
from tests.lab.conftest import Newcomer, signed_in
from tests.lab.device import Device
from tests.lab.gateway import Gateway

SECONDS = 5


def down_kbit(device: Device) -> float:
    """Measured over five seconds from the first octet on, Ethernet framing included as HTB counts it."""
    done = device.curl("-o", "/dev/null", "-w", "%{size_download} %{time_starttransfer} %{time_total}", url(), timeout=SECONDS)
    octets, first, total = (float(word) for word in done.stdout.split())
    return octets * 8 / 1000 / (total - first) * 1514 / 1448


def up_kbit(device: Device, gateway: Gateway) -> float:
    """Measured where it arrives, once the sender's socket and the queue are full; what the sender counts is still on its way."""
    file = gateway.directory / "big"
    if not file.exists():
        with file.open("wb") as handle:
            handle.truncate(200 * 1024 * 1024)
    words = ("curl", "-s", "-m", "20", "-T", str(file), "-X", "POST", f"http://{place.NET_ADDRESS}/up")
    sender = device.where.start(*words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        begun, before = time.monotonic(), arrived_octets(gateway)
        time.sleep(SECONDS - 1)
        seconds, octets = time.monotonic() - begun, arrived_octets(gateway) - before
    finally:
        sender.kill()
        sender.wait()
    return octets * 8 / 1000 / seconds


def arrived_octets(gateway: Gateway) -> int:
    """What the uplink's other end has received, Ethernet framing included."""
    link = json.loads(gateway.lab.net.ip("-j", "-s", "link", "show", "eth0"))
    return int(link[0]["stats64"]["rx"]["bytes"])


def url() -> str:
    return f"http://{place.NET_ADDRESS}/bytes/{1 << 33}"


def test_the_networks_default_holds_downwards(newcomer: Newcomer, gateway: Gateway) -> None:
    device = signed_in(newcomer(1, "slow"), gateway)
    assert down_kbit(device) == pytest.approx(8000, rel=0.05)


def test_the_networks_default_holds_upwards(newcomer: Newcomer, gateway: Gateway) -> None:
    device = signed_in(newcomer(1, "slow"), gateway)
    assert up_kbit(device, gateway) == pytest.approx(4000, rel=0.05)


def test_a_vouchers_own_speed_goes_first(newcomer: Newcomer, gateway: Gateway) -> None:
    device = newcomer(1, "slow")
    username, passcode = gateway.voucher_with("--down-kbit", "20000")
    device.sign_in(username, passcode)
    assert down_kbit(device) == pytest.approx(20000, rel=0.05)


def test_two_guests_each_get_their_own_rate(newcomer: Newcomer, gateway: Gateway) -> None:
    devices = [signed_in(newcomer(number, "slow"), gateway) for number in (1, 2)]
    rates = [0.0, 0.0]

    def measure(at: int) -> None:
        rates[at] = down_kbit(devices[at])

    threads = [threading.Thread(target=measure, args=(at,)) for at in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rates == pytest.approx([8000, 8000], rel=0.05)


def test_a_network_without_a_limit_is_not_slowed(surfer: Device) -> None:
    octets, seconds = surfer.download(200 * 1024 * 1024)
    assert octets * 8 / seconds > 200e6
