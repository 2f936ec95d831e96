"""A person with a real browser proves an address and a number: the mail goes through a real mail server behind the uplink, the text
message into smstools' spool directory, and the kernel lets through what was granted."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.courier.exim import EXIM, Exim
from tests.lab.browser import Browser
from tests.lab.conftest import fresh
from tests.lab.device import NAME, Device, wait
from tests.lab.gateway import Gateway
from tests.lab.network import Lab
from tests.lab.plan import NET_ADDRESS, GuestNet, Plan

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not shutil.which(EXIM), reason="needs exim4")]


@pytest.fixture(scope="session", autouse=True)
def early() -> None:
    """None of the big lab's guests is needed here."""


@pytest.fixture(scope="module")
def mail_lab() -> Iterator[Lab]:
    with Lab(Plan(nets=(GuestNet(guests=1, ipv6=False),)), tag=f"{os.getpid():x}m") as built:
        yield built


@pytest.fixture(scope="module")
def exim(mail_lab: Lab) -> Iterator[Exim]:
    home = mail_lab.directory / "exim"
    home.mkdir(mode=0o711)
    with Exim(home, NET_ADDRESS, 25, start=mail_lab.net.start) as server:
        yield server


@pytest.fixture(scope="module")
def spool(mail_lab: Lab) -> Path:
    place = mail_lab.directory / "outgoing"
    place.mkdir()
    return place


@pytest.fixture(scope="module")
def mailing(mail_lab: Lab, exim: Exim, spool: Path) -> Iterator[Gateway]:
    started = Gateway(
        mail_lab,
        {
            "mail": {"host": NET_ADDRESS, "port": 25, "security": "none", "sender": "wifi@hotel.example"},
            "sms": {"provider": "smstools", "smstools": {"spool": str(spool)}},
            "portal": {
                "methods": ["email", "mobile"],
                "email": {"verify": "link", "valid_for_s": 7200, "comments_label": "First name"},
                "mobile": {"country": "DE", "marketing": True, "valid_for_s": 5400},
            },
        },
    )
    started.start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def traveller(mail_lab: Lab, mailing: Gateway) -> Device:
    return fresh(Device(mail_lab))


@pytest.fixture(scope="module")
def browser(traveller: Device) -> Iterator[Browser]:
    with Browser(traveller.where) as started:
        yield started


def minutes_left(mailing: Gateway, traveller: Device) -> float:
    """What the device's grant still has."""
    query = "SELECT ends_at - strftime('%s', 'now') FROM access_grant JOIN session ON access_grant.id = grant_id"
    ((seconds,),) = mailing.sql(f"{query} WHERE mac = ? AND ended_at IS NULL", traveller.mac)
    return seconds / 60


def test_a_mail_is_read_within_the_grace_and_its_link_gives_the_rest(
    browser: Browser, traveller: Device, mailing: Gateway, exim: Exim
) -> None:
    browser.open(f"http://{NAME}/")
    browser.fill(email="Traveller@Example.com", comments="Jo")
    assert wait(lambda: traveller.online, 3), mailing.tail()
    assert "traveller@example.com" in browser.text
    assert 9 < minutes_left(mailing, traveller) <= 10
    assert browser.run("document.querySelector('[name=code]') !== null"), browser.text
    letter = exim.letter("traveller").get_content()
    link = re.search(r"http://\S+/back/email\?key=\S+", letter)
    assert link is not None, letter
    assert browser.open(link[0]) == ""
    assert browser.url.endswith("/online")
    assert 119 < minutes_left(mailing, traveller) <= 120
    assert browser.run("document.querySelector('[name=code]') === null")
    assert traveller.online
    (user,) = mailing.api("get_email_users")["users"]
    told = {name: user[name] for name in ("email", "visits", "verified", "marketing", "comments", "MAC")}
    wanted = {"email": "traveller@example.com", "visits": 1, "verified": 1, "marketing": 0, "comments": "Jo", "MAC": traveller.mac.upper()}
    assert told == wanted
    assert mailing.active()[traveller.mac]["logins"] == "traveller@example.com"


def test_a_number_is_proven_by_the_code_in_a_text_message(browser: Browser, traveller: Device, mailing: Gateway, spool: Path) -> None:
    browser.open("http://192.168.88.1/status")
    browser.press("document.querySelector('[action=\"/logout\"] button')")
    assert wait(lambda: not traveller.online, 3)
    browser.open("http://192.168.88.1/")
    assert browser.run("document.querySelector('[name=country]').value") == "DE"
    browser.run("document.querySelector('#mobile-marketing').checked = true")
    browser.fill(mobile="0171 1234567")
    (message,) = spool.iterdir()
    assert message.read_text().startswith("To: 491711234567\n\n")
    code = re.search(r"\b\d{6}\b", message.read_text())
    assert code is not None
    wrong = f"{(int(code[0]) + 1) % 1_000_000:06}"
    browser.fill(code=wrong)
    assert "not right" in browser.text
    assert not traveller.online
    browser.fill(code=f"{code[0][:3]} {code[0][3:]}")
    assert wait(lambda: traveller.online, 3), browser.text
    assert 89 < minutes_left(mailing, traveller) <= 90
    (user,) = mailing.api("get_mobile_users")["users"]
    told = {name: user[name] for name in ("mobile", "visits", "verified", "marketing", "MAC")}
    assert told == {"mobile": "491711234567", "visits": 1, "verified": 1, "marketing": 1, "MAC": traveller.mac.upper()}
    assert mailing.active()[traveller.mac]["logins"] == "491711234567"


def test_both_pages_fit_a_small_phone(browser: Browser, traveller: Device, mailing: Gateway) -> None:
    browser.open("http://192.168.88.1/status")
    browser.press("document.querySelector('[action=\"/logout\"] button')")
    browser.open("http://192.168.88.1/")
    browser.fill(email="another@example.com")
    for address in ("/", "/status"):
        browser.open(f"http://192.168.88.1{address}")
        assert browser.run("document.documentElement.scrollWidth") <= browser.run("window.innerWidth")
