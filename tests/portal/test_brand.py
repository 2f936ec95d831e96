"""The owner's look and words at the portal: live at once, plain text only, pictures from here only, terms that must be accepted."""

import re
from dataclasses import replace

import pytest

from routerd.brand.model import Advert, Brand
from routerd.core.errors import NotFound
from routerd.vouchers.model import NewVoucher
from tests.portal.conftest import make_world, settings_of
from tests.portal.markup import Markup

IMAGE = "0123456789abcdef"
PNG = b"\x89PNG\r\n\x1a\nrest"
EVIL = "\"'><script>alert(1)</script>&{{7*7}}<b>"
TERMS = Brand(terms={"en": "Be nice.\n\nVery\nnice.", "de": "Seid nett."}, must_accept=True)


class House:
    """The brands that the portal is given; a test changes them while it runs."""

    def __init__(self) -> None:
        self.brands: dict[str, Brand] = {}

    def brand_of(self, network: str) -> Brand:
        return self.brands.get(network, Brand())

    def images(self, image: str) -> tuple[str, bytes]:
        if image != IMAGE:
            raise NotFound(image)
        return "image/png", PNG


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def world(house):
    made = make_world(settings_of(), brand_of=house.brand_of, images=house.images)
    yield made
    made.store.stop()


def test_a_house_without_a_brand_has_the_portal_s_own_look(world) -> None:
    page = world.guest().get("/").text
    assert "brand" not in page
    assert "/terms" not in page


def test_a_change_is_live_at_once_and_on_its_network_alone(world, house) -> None:
    guest, other = world.guest(10, "main"), world.guest(10, "suite")
    guest.get("/")
    house.brands["main"] = Brand(welcome={"en": "Welcome to the Café"})
    assert "Welcome to the Café" in guest.get("/").text
    assert "Welcome" not in other.get("/").text


def test_colours_come_as_a_style_sheet_whose_address_changes_with_them(world, house) -> None:
    guest, links = world.guest(), []
    for accent in ("#7a1fa2", "#00695c"):
        house.brands["main"] = Brand(accent=accent)
        page = guest.get("/").text
        links.append(re.search(r'href="(/brand\.css\?[0-9a-f]{8})"', page)[1])
        assert Markup(page).problems == []
        css = guest.get(links[-1])
        assert css.headers["Content-Type"] == "text/css; charset=utf-8"
        assert f"--accent: {accent}" in css.text
    assert links[0] != links[1]


def test_pictures_come_from_here_and_are_what_they_say(world, house) -> None:
    house.brands["main"] = Brand(logo=IMAGE, background=IMAGE, advert=Advert(IMAGE, "https://shop.example/?a=1&b=2", "Our shop"))
    guest = world.guest()
    page = guest.get("/").text
    markup = Markup(page)
    assert markup.problems == []
    assert markup.seen.count("img") == 2
    assert 'alt="Our shop"' in page
    assert 'href="https://shop.example/?a=1&amp;b=2" rel="noreferrer nofollow"' in page
    picture = guest.get(f"/brand/{IMAGE}")
    assert (picture.headers["Content-Type"], picture.body) == ("image/png", PNG)
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age" in picture.headers["Cache-Control"]


@pytest.mark.parametrize("image", ["none", "..%2F..%2Fetc%2Fpasswd", "x" * 300])
def test_a_picture_that_is_not_there_is_a_page_that_is_not_there(world, image) -> None:
    page = world.guest().get(f"/brand/{image}")
    assert page.status in (303, 404)
    assert "Device not recognised" not in page.text


def test_texts_are_plain_in_paragraphs_and_in_the_guest_s_language_where_there_is_one(world, house) -> None:
    house.brands["main"] = Brand(welcome={"en": f"Hello {EVIL}\nthere\n\nagain", "ar": "أهلاً"})
    guest = world.guest()
    page = guest.get("/", accept_language="de").text
    markup = Markup(page)
    assert markup.problems == []
    assert "script" not in markup.seen
    assert "&lt;script&gt;" in page
    assert '<div class="prose" lang="en" dir="auto">' in page
    assert page.count("<br>") == 1
    assert "أهلاً" in guest.get("/?lang=ar").text


def test_advert_and_link_are_escaped(world, house) -> None:
    house.brands["main"] = Brand(logo=EVIL, advert=Advert(EVIL, f"https://x/{EVIL}", EVIL))
    markup = Markup(world.guest().get("/").text)
    assert markup.problems == []
    assert "script" not in markup.seen


def test_the_landing_page_is_the_brand_s_before_that_of_the_settings(world, house) -> None:
    house.brands["suite"] = Brand(landing_url="https://other.example/hello")
    world.vouchers.create(NewVoucher(username="room", passcode="pass"))
    guest = world.guest(10, "suite")
    guest.submit("voucher", username="room", passcode="pass")
    assert 'content="0;url=https://other.example/hello"' in guest.get("/online").text


def test_a_landing_page_that_is_no_web_page_is_none(world, house) -> None:
    house.brands["main"] = Brand(landing_url="javascript:alert(1)")
    guest = world.guest()
    guest.submit("free")
    assert "javascript" not in guest.get("/online").text


def test_terms_have_a_page_of_their_own(world, house) -> None:
    house.brands["main"] = replace(TERMS, must_accept=False)
    guest = world.guest()
    page = guest.get("/")
    assert "By signing in you accept the terms of use." in page.text
    assert 'href="/terms"' in page.text
    terms = guest.get("/terms")
    assert "<p>Be nice.</p>" in terms.text
    assert Markup(terms.text).problems == []
    assert "Seid nett." in guest.get("/terms?lang=de").text
    house.brands.clear()
    assert guest.get("/terms").status == 404


def test_terms_that_must_be_accepted_have_a_box_in_each_form(world, house) -> None:
    house.brands["main"] = TERMS
    page = world.guest().get("/").text
    assert Markup(page).problems == []
    assert len(re.findall(r'<input type="checkbox" id="accept-\w+" name="accept" value="yes" required>', page)) == 2
    assert page.index("accept-voucher") < page.index("<button")


@pytest.mark.parametrize("accept", ["", "no", "on"])
def test_nobody_signs_in_without_accepting(world, house, accept) -> None:
    house.brands["main"] = TERMS
    page = world.guest().submit("free", accept=accept)
    assert page.status == 400
    assert "Please accept the terms of use to sign in." in page.text
    assert world.sessions.online() == []


def test_who_has_accepted_is_not_asked_again_until_the_terms_change(world, house) -> None:
    house.brands["main"] = TERMS
    guest, other = world.guest(10), world.guest(11)
    assert guest.submit("free", accept="yes").status == 303
    guest.post("/logout", {"token": guest.get("/status").field("token")})
    assert "checkbox" not in guest.get("/").text
    assert guest.submit("free").status == 303
    assert "checkbox" in other.get("/").text
    guest.post("/logout", {"token": guest.get("/status").field("token")})
    house.brands["main"] = replace(TERMS, terms={"en": "Be nicer."})
    assert "checkbox" in guest.get("/").text


def test_a_scanned_voucher_does_not_get_round_the_terms(world, house) -> None:
    house.brands["main"] = TERMS
    world.vouchers.create(NewVoucher(username="room", passcode="pass"))
    guest = world.guest()
    page = guest.get("/back/voucher?username=room&passcode=pass&accept=yes")
    assert page.status == 200
    assert page.field("username") == "room"
    assert "checkbox" in page.text
    assert world.sessions.online() == []
    assert guest.submit("voucher", username="room", passcode="pass", accept="yes").status == 303
