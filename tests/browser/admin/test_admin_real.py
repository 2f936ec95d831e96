"""The page in front of the real door with everything behind it, from the first visit on: what the fake box cannot prove."""

from collections.abc import Iterator

import pytest

from routerd.core.events import HostSighted
from routerd.core.terms import Device
from routerd.identity import hashing
from routerd.vouchers.model import NewVoucher
from routerd.web.server import WebServer, bind_tcp
from tests.admin.house import House
from tests.browser.admin.conftest import Page
from tests.lab.browser import Browser

pytestmark = pytest.mark.browser

MAC = "02:00:00:00:00:01"


class Served:
    """Stands in for the fake where a `Page` wants one: the real door on loopback."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/admin/"
        self.box = None


@pytest.fixture
def house(tmp_path, monkeypatch) -> Iterator[House]:
    monkeypatch.setattr(hashing, "MEMORY_KIB", 64)
    made = House(tmp_path / "box")
    yield made
    made.close()


@pytest.fixture
def page(house: House, watched: Browser) -> Iterator[Page]:
    watched.complaints.clear()
    watched.screen(390, 844)
    watched.scheme("light")
    listener = bind_tcp("127.0.0.1", 0)
    server = WebServer("admin", house.door.front, [listener], threads=12)
    server.start()
    yield Page(watched, Served(listener.getsockname()[1]))
    watched._call("Page.navigate", url="about:blank")
    server.stop()
    assert [each for each in watched.complaints if "Failed to load resource" not in each] == []


def set_up(page: Page) -> None:
    page.visit("", "r-setup select")
    page.press("Next")
    page.write(name="Ada", password="three unlikely words")
    if page.chromium.run("document.querySelector('[name=code]') !== null"):
        raise AssertionError("loopback needs no setup code")
    for _ in range(4):
        page.press("Next")
    page.press("Finish")
    page.see(".tiles .tile")


def test_an_owner_sets_the_box_up_and_runs_it(page: Page, house: House) -> None:
    set_up(page)
    assert not house.accounts.setup.is_open
    house.services.guests.sighted(HostSighted("main", MAC, "192.168.88.20", "annas-phone"))
    house.services.vouchers.create(NewVoucher(username="room12", passcode="pass", valid_for="1 day"))
    phone = Device(MAC, "192.168.88.20", "main")
    house.store.write(lambda: house.services.sessions.open(house.services.vouchers.redeem("room12", "pass"), phone))
    sections = {"guests": "annas-phone", "log": "room12", "users": "Nobody has signed in this way yet.", "people": "Ada", "audit": "Ada"}
    for section, words in sections.items():
        page.visit(section)
        page.see("r-frame main :is(.nothing, .listing td, .grid-row)")
        page.read(words)
        page.fits()
    page.visit("guests", ".grid-body .grid-row")
    page.press("Actions for annas-phone")
    page.press("Kick")
    page.read("annas-phone is offline.")
    assert house.services.sessions.online() == []
    page.visit("audit", ".listing td")
    page.read(MAC)


def test_a_password_is_changed_and_counts_at_the_next_sign_in(page: Page) -> None:
    set_up(page)
    page.visit("account", ".listing td")
    page.press("Change password")
    page.write(old="three unlikely words", new="four other unlikely words")
    page.press("Save")
    page.read("Saved.")
    page.press("Signed in as Ada")
    page.press("Sign out")
    page.see("r-signin input")
    page.write(name="Ada", password="four other unlikely words")
    page.press("Sign in")
    page.see(".listing td")
