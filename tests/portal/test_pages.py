"""Every page there is: valid, light, self-contained, with its headers, and safe whatever is typed into it."""

import html
import re
from collections.abc import Callable

import pytest

from routerd.core.errors import Misconfigured, Unavailable
from routerd.core.places import data
from routerd.core.terms import Terms
from routerd.portal.languages import Languages
from routerd.portal.pages import Pages
from routerd.vouchers.model import NewVoucher
from tests.portal.client import Browser, Reply
from tests.portal.conftest import SETTINGS, World, make_world, settings_of
from tests.portal.markup import Markup

PAGE_OCTETS_MOST = 30_000
ROOM = {"username": "room", "passcode": "pass"}
CSP = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


def online(world: World, guest: Browser, path: str = "/status") -> Reply:
    guest.submit("voucher", **ROOM)
    return guest.get(path)


def too_many_devices(world: World, guest: Browser) -> Reply:
    world.guest(99).submit("voucher", **ROOM)
    return guest.submit("voucher", **ROOM)


def too_many_attempts(world: World, guest: Browser) -> Reply:
    for _ in range(6):
        page = guest.submit("voucher", username="room", passcode="nope")
    return page


def not_yet_valid(world: World, guest: Browser) -> Reply:
    world.vouchers.create(NewVoucher(username="later", passcode="pass", valid_from=int(world.clock.now()) + 99))
    return guest.submit("voucher", username="later", passcode="pass")


def expired(world: World, guest: Browser) -> Reply:
    guest.submit("voucher", **ROOM)
    world.clock.advance(90_000)
    return guest.submit("voucher", **ROOM)


def used_up(world: World, guest: Browser) -> Reply:
    guest.submit("free")
    world.clock.advance(3700)
    return guest.submit("free")


def unavailable(world: World, guest: Browser) -> Reply:
    world.gate.broken = {"open"}
    return guest.submit("free")


def unknown_device(world: World, guest: Browser) -> Reply:
    world.finder.devices.clear()
    return guest.get("/")


def broken(world: World, guest: Browser) -> Reply:
    def fail(*args, **options):
        raise RuntimeError("a defect with <secrets>")

    page = guest.get("/signin")
    world.sessions.open = fail
    return guest.post("/signin", {"token": page.field("token"), "method": "free"})


def signing_in_more(world: World, guest: Browser) -> Reply:
    return online(world, guest, "/signin")


PAGES: dict[str, tuple[int, str, Callable[[World, Browser], Reply]]] = {
    "sign-in": (200, "Sign in", lambda world, guest: guest.get("/")),
    "sign-in again": (200, "Sign in", signing_in_more),
    "status": (200, "You are online", online),
    "online": (200, "You are online", lambda world, guest: online(world, guest, "/online")),
    "no such voucher": (403, "No such voucher", lambda world, guest: guest.submit("voucher", username="a", passcode="b")),
    "empty form": (400, "Sign in", lambda world, guest: guest.submit("voucher")),
    "not yet valid": (403, "Not yet valid", not_yet_valid),
    "expired": (403, "Expired", expired),
    "used up": (403, "Used up", used_up),
    "too many devices": (403, "Too many devices", too_many_devices),
    "too many attempts": (429, "Too many attempts", too_many_attempts),
    "not available": (503, "Not available", unavailable),
    "unknown device": (404, "Device not recognised", unknown_device),
    "signed out": (200, "You are signed out", lambda world, guest: guest.get("/goodbye")),
    "no such page": (404, "Page not found", lambda world, guest: guest.get("/no/such/page")),
    "wrong method": (405, "Not possible", lambda world, guest: guest.send("PUT", "/signin")),
    "too large": (413, "Not possible", lambda world, guest: guest.send("POST", "/signin", b"a=" + b"x" * 20_000)),
    "broken": (500, "Something went wrong", broken),
}


@pytest.fixture(params=sorted(PAGES))
def page(request, world):
    status, heading, fetch = PAGES[request.param]
    world.vouchers.create(NewVoucher(username="room", passcode="pass"))
    reply = fetch(world, world.guest())
    assert reply.status == status
    assert f"<h1>{heading}</h1>" in reply.text
    return reply


def test_a_page_is_valid_html(page) -> None:
    assert Markup(page.text).problems == []


def test_a_page_with_its_style_sheet_is_light(page, world) -> None:
    css = world.guest().get("/portal.css")
    assert len(page.body) + len(css.body) < PAGE_OCTETS_MOST


def test_a_page_needs_nothing_from_outside_and_no_script(page) -> None:
    markup = Markup(page.text)
    assert "script" not in markup.seen
    assert "img" not in markup.seen
    for link in markup.links:
        assert re.fullmatch(r"/[a-z.]*(\?[0-9a-f]{8}|\?lang=[a-z]{2}(&to=[^\"<>]*)?)?", link), link


def test_a_page_carries_the_security_headers(page) -> None:
    assert page.headers["Content-Security-Policy"] == CSP
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Content-Type"].lower() == "text/html; charset=utf-8"
    assert "Set-Cookie" not in page.headers


def test_a_page_names_the_network_and_itself_in_its_title(page) -> None:
    heading = re.search("<h1>(.*)</h1>", page.text)[1]
    assert f"<title>{heading} – Guest Wi-Fi</title>" in page.text


@pytest.mark.parametrize("path", ["/portal.css", "/favicon.ico", "/api/captive", "/generate_204", "/status", "/online"])
@pytest.mark.parametrize("host", ["192.168.88.1", "example.com"])
def test_whatever_else_is_answered_carries_the_security_headers_too(world, path, host) -> None:
    guest = world.guest()
    for reply in (guest.get(path, host=host), guest.send("HEAD", path, host=host), guest.send("POST", path, host=host)):
        assert reply.headers["Content-Security-Policy"] == CSP
        assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_the_style_sheet_is_kept_by_browsers_under_an_address_that_changes_with_it(world) -> None:
    guest = world.guest()
    link = re.search('href="(/portal.css[^"]*)"', guest.get("/").text)[1]
    css = guest.get(link)
    assert css.status == 200
    assert css.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "max-age=" in css.headers["Cache-Control"]
    assert "url(" not in css.text
    assert "@import" not in css.text


EVIL = "\"'><script>alert(1)</script>&{{7*7}}%0d%0a\u202e<b>"


def assert_harmless(reply: Reply) -> None:
    markup = Markup(reply.text)
    assert markup.problems == []
    assert "script" not in markup.seen
    assert "b" not in markup.seen


@pytest.mark.parametrize("field", ["username", "passcode", "method", "to", "token", "ticket", "extra"])
@pytest.mark.parametrize("path", ["/signin", "/replace", "/logout"])
def test_no_field_of_a_form_comes_back_as_markup(world, field, path) -> None:
    guest = world.guest()
    fields = {"token": guest.get("/").field("token"), "method": "voucher", "username": "a", "passcode": "b", field: EVIL}
    reply = guest.post(path, fields)
    if reply.status != 303:
        assert_harmless(reply)
        if field == "username" and path == "/signin":
            assert html.escape(EVIL, quote=True).replace("&#x27;", "&#039;") in reply.text


@pytest.mark.parametrize("path", ["/", "/online", "/signin", "/status"])
def test_no_query_comes_back_as_markup(world, path) -> None:
    guest = world.guest()
    query = "to=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&x=%3Cb%3E"
    for _ in range(2):
        reply = guest.get(f"{path}?{query}")
        if reply.status != 303:
            assert_harmless(reply)
        guest.submit("free")


def test_no_path_comes_back_as_markup(world) -> None:
    assert_harmless(world.guest().get("/%3Cscript%3Ealert(1)%3C/script%3E"))


def test_a_login_name_that_a_guest_made_up_is_escaped(world) -> None:
    guest = world.guest()
    world.sessions.open(Terms("email", "1", EVIL, int(world.clock.now())), world.finder.devices[guest.address])
    page = guest.get("/status")
    assert_harmless(page)
    assert "&lt;script&gt;" in page.text


def test_titles_and_names_from_the_operator_are_escaped() -> None:
    world = make_world(settings_of(SETTINGS.replace('title = "Suite Wi-Fi"', 'title = "<Suite> & \\"Co\\""')))
    world.vouchers.create(NewVoucher(username="<b>room", passcode="pass"))
    guest = world.guest(10, "suite")
    page = guest.get("/")
    assert "&lt;Suite&gt; &amp; &quot;Co&quot;" in page.text
    assert_harmless(page)
    guest.submit("voucher", username="<b>room", passcode="pass")
    assert_harmless(guest.get("/status"))


def test_an_error_page_tells_nothing_of_the_inside(world) -> None:
    page = broken(world, world.guest())
    assert "secrets" not in page.text
    assert "Traceback" not in page.text
    world.sessions.open = lambda *args, **options: (_ for _ in ()).throw(Unavailable("netlink: errno 12"))
    assert "errno" not in world.guest(11).submit("free").text


def test_the_fields_are_easy_to_fill_on_a_phone(world) -> None:
    fields = {field["name"]: field for field in Markup(world.guest().get("/").text).inputs}
    for name, hint in (("username", "username"), ("passcode", "current-password")):
        assert fields[name]["autocomplete"] == hint
        assert fields[name]["autocapitalize"] == "none"
        assert fields[name]["inputmode"] == "text"


def test_each_network_has_its_own_title_and_methods(world) -> None:
    assert "<bdi>Guest Wi-Fi</bdi>" in world.guest(10, "main").get("/").text
    assert "<bdi>Suite Wi-Fi</bdi>" in world.guest(10, "suite").get("/").text


def test_a_network_without_a_known_method_says_so() -> None:
    world = make_world(settings_of(), methods=())
    page = world.guest().get("/")
    assert "Signing in is not possible on this network" in page.text
    assert Markup(page.text).problems == []


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


PAIRS = [
    *[(fore, back, 4.5) for fore in ("text", "quiet", "accent") for back in ("card", "page")],
    *[("on-accent", "accent", 4.5), ("on-accent", "accent-deep", 4.5), ("bad", "bad-page", 4.5), ("good", "good-page", 4.5)],
    ("field", "card", 3.0),
]


@pytest.mark.parametrize(("fore", "back", "least"), PAIRS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_have_the_contrast_that_wcag_asks_for(world, fore, back, least, scheme) -> None:
    css = world.guest().get("/portal.css").text
    block = css.split(":root")[1 if scheme == "light" else 2]
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
    assert contrast(colours[fore], colours[back]) >= least


@pytest.mark.parametrize("text", [None, "% if broken", "{{1 +}}"])
def test_a_template_that_is_missing_or_broken_is_noticed_at_the_start(tmp_path, text) -> None:
    if text is not None:
        (tmp_path / "layout.tpl").write_text(text)
    with pytest.raises(Misconfigured, match=r"layout\.tpl"):
        Pages(tmp_path, {}, Languages(data("webroot", "portal", "languages")))
