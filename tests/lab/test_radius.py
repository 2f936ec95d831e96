"""RADIUS end to end: a guest signs in through the page, gets what the server grants, is cut off by it, and is billed to the octet.

FreeRADIUS and its radclient run on the trusted LAN, in a lab of their own.
"""

import os
import re
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.lab import plan as place
from tests.lab.browser import Browser
from tests.lab.device import NAME, Device, wait
from tests.lab.gateway import Gateway
from tests.lab.namespace import Namespace
from tests.lab.network import Lab
from tests.lab.plan import GuestNet, Plan
from tests.radius.freeradius import SECRET, FreeRadius

MB = 1024 * 1024
ORDERS = f"{place.LAN_GATEWAY}:3799"
PRINTER = "3c:07:54:aa:bb:cc"

COUNTER = """
table inet billing {
  counter down { }
  chain out { type filter hook output priority 0; ip daddr 203.0.113.1 tcp sport 80 counter name down; }
}
"""
"""What the outside world sends to guests, counted where it is sent."""

RECEIVED = """
table inet billing {
  counter down { }
  chain in { type filter hook input priority 0; tcp sport 8080 counter name down; }
}
"""
"""What a guest got of a server that it asks nothing before it has signed in."""


@pytest.fixture(scope="module")
def radius_lab() -> Iterator[Lab]:
    with Lab(Plan(nets=(GuestNet(guests=3, ipv6=False),)), tag=f"{os.getpid():x}r") as built:
        built.net.run("nft", "-f", "-", input=COUNTER)
        yield built


@pytest.fixture(scope="module")
def server(radius_lab: Lab) -> Iterator[FreeRadius]:
    running = FreeRadius(radius_lab.directory / "freeradius", place.LAN_ADDRESS, 1812, radius_lab.lan.start)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def box(radius_lab: Lab, server: FreeRadius) -> Iterator[Gateway]:
    radius = {"servers": [server.name], "secret": SECRET, "nas_identifier": "lab", "coa_listen": [ORDERS], "mac_auth": True}
    started = Gateway(radius_lab, {"portal": {"methods": ["radius"]}, "radius": radius})
    started.start()
    yield started
    started.stop()


@pytest.fixture
def guest(radius_lab: Lab, box: Gateway) -> Device:
    device = Device(radius_lab, 1)
    device.reset()
    device.set_mac(f"3c:07:54:{os.urandom(3).hex(':')}")
    device.join()
    return device


def signed_in(device: Device, username: str, password: str, box: Gateway, *, look: bool = True) -> str:
    """Sign in through the page, and look whether it helped; the Acct-Session-Id."""
    page = device.submit(device.portal(), {"username": username, "password": password})
    assert page.status == 200, page
    assert not look or device.online, f"{page.text}\n{box.tail()}"
    return str(box.sql("select acct_session_id from radius_session where mac = ? and ended = 0", device.mac)[0][0])


def stop_of(server: FreeRadius, session: str) -> dict[str, list[str]]:
    """The Stop of a session; waits for it."""
    assert wait(lambda: server.reports("Stop", session), 8), server.log
    (stop,) = server.reports("Stop", session)
    return stop


def radclient(lab: Lab, kind: str, *said: str) -> str:
    """Have FreeRADIUS' own client send an order from the LAN."""
    lines = "\n".join((*said, f"Event-Timestamp = {int(time.time())}", "Message-Authenticator = 0x00"))
    done: subprocess.CompletedProcess[str] = lab.lan.run(
        "radclient", "-x", "-r", "1", "-t", "3", ORDERS, kind, SECRET, input=lines, check=False
    )
    return done.stdout + done.stderr


def counted(where: Namespace) -> int:
    """Octets that the counter there has seen."""
    listed = where.run("nft", "list", "counter", "inet", "billing", "down").stdout
    return int(re.search(r"bytes (\d+)", listed)[1])


@pytest.mark.browser
def test_a_person_signs_in_on_the_page(guest: Device, box: Gateway, server: FreeRadius) -> None:
    with Browser(guest.where) as browser:
        assert browser.open(f"http://{NAME}/") == ""
        browser.fill(username="carol", password="wrong")
        assert "not right" in browser.text
        assert not guest.online
        browser.fill(username="carol", password="short")
        assert wait(lambda: guest.online, 3), browser.text
    (left,) = box.sql("select ends_at - starts_at, login from access_grant where kind = 'radius' order by id desc limit 1")
    assert left == (600, "carol@example.org")


def test_a_guest_is_shaped_cut_off_by_the_server_and_billed_to_the_octet(
    guest: Device, box: Gateway, server: FreeRadius, radius_lab: Lab
) -> None:
    before = counted(radius_lab.net)
    session = signed_in(guest, "alice", "wonderland", box)
    came, seconds = guest.download(3 * MB)
    assert came == 3 * MB
    assert 5e6 < came * 8 / seconds < 9e6, "8 Mbit/s were granted"
    assert "CoA-ACK" in radclient(radius_lab, "coa", f'Acct-Session-Id = "{session}"', "WISPr-Bandwidth-Max-Down = 2000000")
    came, seconds = guest.download(MB)
    assert 1.2e6 < came * 8 / seconds < 3e6, "2 Mbit/s were left of it"
    time.sleep(0.3)
    assert "Disconnect-ACK" in radclient(radius_lab, "disconnect", f'Acct-Session-Id = "{session}"')
    assert not guest.online
    stop = stop_of(server, session)
    assert stop["Acct-Terminate-Cause"] == ["Admin-Reset"]
    assert int(stop["Acct-Output-Octets"][0]) == counted(radius_lab.net) - before
    assert int(stop["Acct-Input-Octets"][0]) > 0
    assert [each["Acct-Status-Type"][0] for each in server.reports(session=session)] == ["Start", "Stop"]
    assert stop["Class"] == ["0x3078666666", "0x00ff"]
    assert stop["Framed-IP-Address"] == [guest.address]
    assert re.fullmatch(r"([0-9A-F]{2}-){5}[0-9A-F]{2}:main", stop["Called-Station-Id"][0])


def test_an_order_from_a_stranger_does_nothing(guest: Device, box: Gateway, radius_lab: Lab) -> None:
    signed_in(guest, "alice", "wonderland", box)
    words = ("radclient", "-r", "1", "-t", "1", ORDERS, "disconnect", "guessed")
    asked = f'User-Name = "alice"\nEvent-Timestamp = {int(time.time())}\nMessage-Authenticator = 0x00'
    assert "ACK" not in radius_lab.lan.run(*words, input=asked, check=False).stdout
    assert "ACK" not in guest.where.run(*words[:-1], SECRET, input=asked, check=False).stdout
    assert guest.online


def test_the_sum_of_both_directions_ends_a_session(guest: Device, box: Gateway, server: FreeRadius) -> None:
    session = signed_in(guest, "bob", "builder", box)
    came, _ = guest.download(20 * MB, timeout=4)
    assert came <= 3_000_000
    stop = stop_of(server, session)
    assert stop["Acct-Terminate-Cause"] == ["NAS-Request"]
    assert int(stop["Acct-Output-Octets"][0]) <= 3_000_000


def test_a_session_that_runs_out_is_billed_to_the_octet(guest: Device, box: Gateway, server: FreeRadius) -> None:
    guest.where.run("nft", "-f", "-", input=RECEIVED)
    session = signed_in(guest, "frank", "brief", box, look=False)
    stream = guest.where.start("curl", "-sN", "-o", "/dev/null", f"http://{place.NET_ADDRESS}:8080/stream")
    stop = stop_of(server, session)
    stream.terminate()
    stream.wait(5)
    assert stop["Acct-Terminate-Cause"] == ["Session-Timeout"]
    assert 4 <= int(stop["Acct-Session-Time"][0]) <= 6
    told = int(stop["Acct-Output-Octets"][0])
    assert told == counted(guest.where) > 10_000


def test_a_session_that_ends_while_the_daemon_is_away_is_billed_when_it_is_back(guest: Device, box: Gateway, server: FreeRadius) -> None:
    session = signed_in(guest, "frank", "brief", box)
    assert guest.download(MB)[0] == MB
    box.stop()
    assert wait(lambda: not guest.online, 8), "the kernel ends it alone"
    box.start()
    stop = stop_of(server, session)
    assert stop["Acct-Terminate-Cause"] == ["Session-Timeout"]
    assert int(stop["Acct-Output-Octets"][0]) > MB


def test_a_device_that_the_server_knows_needs_no_page(radius_lab: Lab, box: Gateway, server: FreeRadius) -> None:
    printer, stranger = Device(radius_lab, 2), Device(radius_lab, 3)
    printer.set_mac(PRINTER)
    printer.join()
    stranger.join()
    assert wait(lambda: printer.online, 5), box.tail()
    assert not stranger.online
    assert wait(lambda: any(each["User-Name"] == ["printer"] for each in server.reports("Start")), 3)
