"""Guests with a real browser sign in with accounts of others: out to the provider through the firewall, and back by the portal.

The provider's pages are shut before, open to the one guest who set out, and shut again afterwards: tried with real packets.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import accounts, browser, packets
from tests.lab import plan as place
from tests.lab.browser import Browser
from tests.lab.conftest import fresh
from tests.lab.device import NAME, Device, wait
from tests.lab.gateway import Gateway
from tests.lab.network import ROOT, Lab
from tests.lab.packets import OPEN
from tests.lab.plan import GuestNet, Plan
from tests.social import provider

pytestmark = pytest.mark.browser

ADDRESS = "198.51.100.77"
HOST = "accounts.social.example"
PORTAL = "http://192.168.88.1"


@pytest.fixture(scope="session", autouse=True)
def early() -> None:
    """None of the big lab's guests is needed here."""


@pytest.fixture(scope="module")
def social_lab() -> Iterator[Lab]:
    with Lab(Plan(nets=(GuestNet(guests=2, ipv6=False, settings={"dns_upstream": [ADDRESS]}),)), tag=f"{os.getpid():x}s") as built:
        built.priv.batch([f"address add {ADDRESS}/32 dev lo"])
        built.net.batch([f"route add {ADDRESS}/32 via {place.PRIVATE_ADDRESS}"])
        built.gw.resolvers([ADDRESS])
        yield built


@pytest.fixture(scope="module")
def trusted(social_lab: Lab) -> Iterator[Path]:
    """The providers run; whose certificate the box trusts, and the browser too."""
    home = social_lab.directory / "accounts"
    home.mkdir()
    authority, key = accounts.certificate(home)
    for program in accounts.serve(social_lab.priv, ROOT, home, ADDRESS, place.NET_ADDRESS):
        social_lab.adopt(program)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(authority))
        patch.setattr(browser, "FLAGS", (*browser.FLAGS, f"--ignore-certificate-errors-spki-list={key}"))
        yield authority


@pytest.fixture(scope="module")
def offering(social_lab: Lab, trusted: Path) -> Iterator[Gateway]:
    cafe = {"name": "cafe", "label": "Café", "issuer": accounts.ISSUER, "client_id": "guest-wifi", "client_secret": "s3cret"}
    app = {
        "app_id": provider.APP,
        "app_secret": provider.APP_SECRET,
        "domains": [accounts.ZONE],
        "dialog_url": accounts.DIALOG,
        "token_url": accounts.TOKEN,
        "profile_url": accounts.PROFILE,
    }
    portal = {"methods": ["oidc", "facebook"], "social": {"valid_for_s": 7200, "facebook": app}}
    started = Gateway(social_lab, {"oidc": [cafe], "portal": portal})
    started.start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def jane(social_lab: Lab, offering: Gateway) -> Device:
    return fresh(Device(social_lab))


@pytest.fixture(scope="module")
def joe(social_lab: Lab, offering: Gateway) -> Device:
    return fresh(Device(social_lab, 2))


@pytest.fixture(scope="module")
def hers(jane: Device, trusted: Path) -> Iterator[Browser]:
    with Browser(jane.where) as started:
        yield started


@pytest.fixture(scope="module")
def his(joe: Device, trusted: Path) -> Iterator[Browser]:
    with Browser(joe.where) as started:
        yield started


def reaches(device: Device, port: int = 443) -> bool:
    """Whether the device gets through to the provider, whose name it has just looked up."""
    assert device.resolve(HOST).addresses == (ADDRESS,)
    return packets.tcp(device.where, ADDRESS, port) == OPEN


def go(page: Browser, element: str, there: str) -> None:
    """Click, and arrive at another site's page.

    Chromium gives that page to another process, and never answers what it was asked about the old one meanwhile: so it is asked for
    nothing but its address until then.
    """
    page.run(f"setTimeout(() => document.querySelector('{element}').click(), 50)")
    arrived = wait(lambda: page.address().startswith(there), 15)
    assert arrived, f"{page.address()} is {page.run('document.readyState')}: {page.run('document.documentElement.outerHTML')}"
    page.wait(f"location.href.startsWith('{there}') && document.readyState === 'complete'", 10)


def set_out(page: Browser, button: str, there: str) -> None:
    """Open the portal, press a provider's button, and arrive there."""
    page.open(f"http://{NAME}/")
    go(page, button, there)


CAFE, FACEBOOK = "[name=provider][value=cafe]", "form:has([value=facebook]) button"


def test_only_who_signs_in_reaches_the_provider_and_only_until_then(hers: Browser, jane: Device, joe: Device, offering: Gateway) -> None:
    assert not reaches(jane)
    assert not reaches(joe)
    set_out(hers, CAFE, accounts.ISSUER)
    assert reaches(jane)
    assert not reaches(joe)
    for port in (22, 8443):
        assert packets.tcp(jane.where, ADDRESS, port) != OPEN
    assert packets.tcp(jane.where, place.NET_ADDRESS, 443) != OPEN
    assert not jane.online
    hers.wait("(field => field && (field.value = 'jane@example.com'))(document.querySelector('[name=sub]'))")
    go(hers, "button", f"{PORTAL}/online")
    assert wait(lambda: jane.online, 3), offering.tail()
    assert "elements" not in offering.nft("list", "map", "inet", "routerd", "signing")
    assert not reaches(joe)
    (user,) = offering.api("get_fb_users")["users"]
    assert user["email"] == "jane@example.com"
    assert (user["visits"], user["MAC"]) == (1, jane.mac.upper())
    assert offering.active()[jane.mac]["logins"] == "jane@example.com"


def test_a_guest_who_cancels_is_told_so_and_shut_out_again(his: Browser, joe: Device, offering: Gateway) -> None:
    set_out(his, FACEBOOK, accounts.DIALOG)
    assert reaches(joe)
    go(his, "[name=no]", f"{PORTAL}/back/facebook")
    assert "You did not sign in with this account." in his.text
    assert not reaches(joe)
    assert not joe.online


def test_somebody_elses_link_signs_nobody_in(his: Browser, hers: Browser, joe: Device, offering: Gateway) -> None:
    """Whoever lures another guest to the end of his own sign-in gets nothing by it."""
    set_out(his, FACEBOOK, accounts.DIALOG)
    state = his.run("new URL(location.href).searchParams.get('state')")
    hers.open(f"{PORTAL}/status")
    hers.press("document.querySelector('[action=\"/logout\"] button')")
    hers.open(f"{PORTAL}/back/facebook?code=x&state={state}")
    assert "on another device" in hers.text
    assert reaches(joe)


def test_the_way_outlives_a_crash_and_the_sign_in_is_begun_anew(his: Browser, joe: Device, offering: Gateway) -> None:
    set_out(his, FACEBOOK, accounts.DIALOG)
    offering.kill()
    assert reaches(joe)
    offering.start()
    assert reaches(joe)
    go(his, "[name=go]", f"{PORTAL}/back/facebook")
    assert "Please begin again." in his.text
    assert not joe.online


def test_facebooks_protocol_signs_in_and_is_listed(his: Browser, joe: Device, jane: Device, offering: Gateway) -> None:
    set_out(his, FACEBOOK, accounts.DIALOG)
    go(his, "[name=go]", f"{PORTAL}/online")
    assert wait(lambda: joe.online, 3), offering.tail()
    assert not reaches(jane)
    listed = {user["name"]: user for user in offering.api("get_fb_users")["users"]}
    assert listed[provider.NAME]["email"] == provider.EMAIL
    assert offering.active()[joe.mac]["logins"] == provider.EMAIL


def test_both_buttons_fit_a_small_phone(hers: Browser) -> None:
    hers.open(f"{PORTAL}/")
    assert hers.run("document.documentElement.scrollWidth") <= hers.run("window.innerWidth")
    assert hers.run("document.querySelectorAll('form button').length") == 2
