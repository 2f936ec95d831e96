"""One lab with eight guest networks for the whole run, one daemon in it; each test brings devices that nobody has seen before.

A test that ends or starves the daemon takes `crash_lab` instead, a small lab of its own.
"""

import os
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.lab.device import Device
from tests.lab.gateway import Gateway
from tests.lab.network import Lab, kernel_has_vlans
from tests.lab.plan import GuestNet, Plan

STATIC_MAC, STATIC_ADDRESS = "3c:07:54:00:00:77", "192.168.88.77"

NETS = (
    GuestNet(settings={"static": [{"mac": STATIC_MAC, "address": STATIC_ADDRESS, "hostname": "printer"}]}),
    GuestNet("lobby", guests=2, subnet=89, settings={"isolation": False, "portal": {"title": "The Lobby", "methods": ["free"]}}),
    GuestNet("slow", guests=2, subnet=90, settings={"down_kbit": 8000, "up_kbit": 4000}),
    GuestNet("plain", guests=1, subnet=91, ipv6=False),
    GuestNet("manual", guests=2, subnet=92, ipv6=False, settings={"dhcp": False}),
    GuestNet("tagged", guests=1, subnet=93, vlan=11 if kernel_has_vlans() else 0),
    GuestNet("nap", guests=1, subnet=94, ipv6=False, settings={"idle_timeout_s": 60}),
    GuestNet("eighth", guests=1, subnet=95, settings={"portal": {"title": "The Eighth"}}),
)

Newcomer = Callable[..., Device]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs the lab."""
    for item in items:
        if "tests/lab/" in item.nodeid:
            item.add_marker(pytest.mark.lab)


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    with Lab(Plan(nets=NETS)) as built:
        yield built


@pytest.fixture(scope="session")
def gateway(lab: Lab) -> Iterator[Gateway]:
    started = Gateway(lab, {"portal": {"free": {"valid_for_s": 60}}})
    started.start()
    started.api_on()
    yield started
    started.stop()


@dataclass(frozen=True, slots=True)
class Early:
    """Guests who came first and whom later tests find at their end.

    Attributes:
        free: signed in by one click, which grants 60 seconds.
        napper: signed in, then silent, on a network whose idle timeout is 60 seconds.
        at: when, by the monotonic clock.
    """

    free: Device
    napper: Device
    at: float


@pytest.fixture(scope="session", autouse=True)
def early(lab: Lab, gateway: Gateway) -> Early:
    free = fresh(Device(lab, net="eighth"))
    free.sign_in_free()
    assert free.online, gateway.tail()
    napper = signed_in(fresh(Device(lab, net="nap")), gateway)
    return Early(free, napper, time.monotonic())


@pytest.fixture
def newcomer(lab: Lab, gateway: Gateway) -> Newcomer:
    """newcomer(number, net): a device with a MAC address that was never seen, joined."""

    def arrive(number: int = 1, net: str = "", *, six: bool = False) -> Device:
        return fresh(Device(lab, number, net), six=six)

    return arrive


@pytest.fixture
def guest(newcomer: Newcomer) -> Device:
    """A device on the main network that has joined, and no more."""
    return newcomer(1)


@pytest.fixture
def other(newcomer: Newcomer) -> Device:
    """Another one."""
    return newcomer(2)


@pytest.fixture
def surfer(guest: Device, gateway: Gateway) -> Device:
    """A device on the main network that has signed in for a day without limits."""
    return signed_in(guest, gateway)


def fresh(device: Device, *, six: bool = False) -> Device:
    """Make it a device that nobody has seen before, and join; with `six`, wait for IPv6 too."""
    device.reset()
    device.set_mac(f"3c:07:54:{secrets.token_bytes(3).hex(':')}")
    device.join()
    if six:
        assert device.wait_address6(), "no IPv6 address came by SLAAC"
    return device


def signed_in(device: Device, gateway: Gateway, **voucher: object) -> Device:
    """Sign in with a new voucher."""
    username, passcode = gateway.voucher(**{"valid_for": "1 day", **voucher})
    page = device.sign_in(username, passcode)
    assert page.status == 200, page
    assert device.online, f"{page.text}\n{gateway.tail()}"
    return device


@pytest.fixture(scope="module")
def crash_lab() -> Iterator[Lab]:
    """A small lab whose daemon may be ended, starved and cheated."""
    with Lab(Plan(), tag=f"{os.getpid():x}c") as built:
        yield built


@pytest.fixture(scope="module")
def crashing(crash_lab: Lab) -> Iterator[Gateway]:
    """Its daemon; a voucher's clock starts at valid_from there, so that one can be made that ends in a few seconds."""
    started = Gateway(crash_lab, {"vouchers": {"clock": "valid_from"}})
    started.start()
    started.api_on()
    yield started
    started.stop()


def ending_in(seconds: float) -> dict[str, str]:
    """Parameters of a voucher whose hour ends so soon, where the clock starts at valid_from."""
    return {"valid_for": "1 hour", "valid_from": time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(time.time() - 3600 + seconds))}
