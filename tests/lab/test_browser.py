"""A person with a real browser: the portal comes up for any page, signs in without JavaScript of ours, and lets surf."""

from collections.abc import Iterator

import pytest

from tests.lab.browser import Browser
from tests.lab.device import NAME, Device, wait
from tests.lab.gateway import Gateway

pytestmark = pytest.mark.browser


@pytest.fixture
def browser(guest: Device) -> Iterator[Browser]:
    with Browser(guest.where) as started:
        yield started


def test_a_guest_signs_in_through_the_page_and_surfs(browser: Browser, guest: Device, gateway: Gateway) -> None:
    username, passcode = gateway.voucher(valid_for="1 hour", download_limit=100)
    assert browser.open(f"http://{NAME}/") == ""
    assert browser.url.startswith("http://192.168.88.1/")
    browser.fill(username=username, passcode=passcode)
    assert wait(lambda: guest.online, 3), browser.text
    assert browser.open(f"http://{NAME}/") == ""
    assert "The internet" in browser.text
    assert browser.open("http://192.168.88.1/") == ""
    assert "MB" in browser.text


def test_a_wrong_passcode_is_said_on_the_page(browser: Browser, guest: Device, gateway: Gateway) -> None:
    username, _ = gateway.voucher()
    browser.open(f"http://{NAME}/")
    browser.fill(username=username, passcode="certainly-wrong")
    assert browser.url.startswith("http://192.168.88.1/")
    assert browser.run("document.querySelector('[name=passcode]') !== null")
    assert not guest.online


def test_an_https_page_fails_at_once_instead_of_hanging(browser: Browser) -> None:
    wait(lambda: browser.open(f"https://{NAME}/") != "net::ERR_NETWORK_CHANGED", 5)
    assert browser.open(f"https://{NAME}/") in ("net::ERR_CONNECTION_RESET", "net::ERR_CONNECTION_REFUSED")


def test_the_portal_fits_a_small_phone(browser: Browser) -> None:
    browser.open(f"http://{NAME}/")
    assert browser.run("document.documentElement.scrollWidth") <= browser.run("window.innerWidth")
