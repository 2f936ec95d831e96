"""What holds on every page: nothing that axe objects to, no overflow on small screens, the keyboard, speed, size."""

import gzip
import time

import pytest

from tests.browser.admin.conftest import Page
from tests.browser.admin.fake import DIST, Refusal
from tests.browser.admin.test_admin_signin import OPEN

pytestmark = pytest.mark.browser

SECTIONS = (
    *("overview", "guests", "users", "log", "people", "audit", "account"),
    *("firewall", "integrations", "system", "system/backup", "system/logs"),
)
LOOKS = [("light", "en"), ("dark", "en"), ("light", "ar")]
SERIOUS = """
axe.run(document, {resultTypes: ['violations']}).then(told => {
    const node = each => each.html.slice(0, 200) + ' ' + each.any.map(any => any.message);
    const serious = told.violations.filter(each => ['serious', 'critical'].includes(each.impact));
    window.objections = serious.map(each => each.id + ': ' + each.nodes.map(node).join(' | '));
})"""


@pytest.mark.parametrize(("scheme", "language"), LOOKS)
def test_axe_has_no_serious_objection(page: Page, axe: str, scheme: str, language: str) -> None:
    page.box.answers["GET /me"]["person"]["language"] = language
    page.chromium.scheme(scheme)
    found = {}
    for section in SECTIONS:
        page.visit(section, "r-frame main :is(.card, .listing td, .grid-row, .log li)")
        found[section] = objections(page, axe)
    page.visit("guests", ".grid-body .act button")
    page.chromium.run("document.querySelector('.grid-body .act button').click()")
    found["menu"] = objections(page, axe)
    page.chromium.run("document.querySelector(':popover-open [role=menuitem]').click()")
    page.see("dialog .facts")
    found["dialog"] = objections(page, axe)
    assert found == dict.fromkeys(found)


@pytest.mark.parametrize(("scheme", "language"), LOOKS)
def test_axe_has_no_serious_objection_before_anybody_is_signed_in(page: Page, axe: str, scheme: str, language: str) -> None:
    def nobody(_: object) -> None:
        raise Refusal(401, message="sign in first", reason="sign-in")

    page.chromium.scheme(scheme)
    page.box.answers["GET /me"] = nobody
    page.visit("", "r-signin input")
    page.chromium.run(f"localStorage.setItem('routerd-language', '{language}')")
    page.visit("", "r-signin input")
    found = {"sign-in": objections(page, axe)}
    page.box.answers["GET /setup"] = OPEN
    page.visit("", "r-setup select")
    found["language"] = objections(page, axe)
    page.chromium.run("document.querySelector('[type=submit]').click()")
    page.see("[name=password]")
    page.chromium.run("document.querySelector('[type=submit]').click()")
    page.see("[aria-invalid=true]")
    found["account"] = objections(page, axe)
    assert found == dict.fromkeys(found)


def objections(page: Page, axe: str) -> list[str] | None:
    """What axe calls serious or critical on what is shown now; None when there is nothing."""
    page.chromium.wait("document.getAnimations().every(each => each.playState !== 'running')")
    page.chromium.run("window.objections = null; " + axe)
    page.chromium.run(SERIOUS)
    page.chromium.wait("window.objections !== null", 10)
    return page.chromium.run("window.objections") or None


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_nothing_is_wider_than_360_pixels(page: Page, language: str) -> None:
    page.box.answers["GET /me"]["person"]["language"] = language
    page.chromium.screen(360, 640)
    for section in SECTIONS:
        page.visit(section, "r-frame main :is(.card, .listing td, .grid-row, .log li)")
        page.fits()


def test_the_keyboard_reaches_the_content_past_the_menu_and_menus_obey_it(page: Page) -> None:
    page.visit("people", ".listing td")
    active = "document.activeElement"
    page.chromium.key("Tab")
    assert page.chromium.run(f"{active}.innerText") == "Skip to content"
    page.chromium.key("Enter")
    assert page.chromium.run(f"{active}.id") == "main"
    page.chromium.key("Tab")
    assert page.chromium.run(f"{active}.innerText").strip() == "Add a person"
    page.chromium.key("Tab")
    assert page.chromium.run(f"{active}.getAttribute('aria-label')") == "Actions for Ada"
    page.chromium.key("Enter")
    page.chromium.wait(f"{active}.role === 'menuitem'")
    first = page.chromium.run(f"{active}.innerText")
    page.chromium.key("ArrowDown")
    assert page.chromium.run(f"{active}.innerText") != first
    page.chromium.key("Escape")
    page.chromium.wait(f"{active}.getAttribute('aria-label') === 'Actions for Ada'")


def test_going_to_a_section_moves_the_focus_to_its_heading_and_names_the_window(page: Page) -> None:
    page.visit("people", ".listing td")
    page.press("Login log")
    page.see(".listing td")
    page.chromium.wait("document.activeElement.tagName === 'H1'")
    assert page.chromium.run("document.title") == "Login log – routerd"
    assert page.chromium.run("document.querySelector('.side nav [aria-current]').innerText") == "Login log"


def test_the_scripts_are_small_enough() -> None:
    scripts = list(DIST.rglob("*.js"))
    packed = sum(len(gzip.compress(path.read_bytes(), 9)) for path in scripts)
    assert scripts
    assert packed <= 60_000


def test_coming_and_going_all_day_leaves_nothing_behind(page: Page) -> None:
    """Thousands of events and a hundred changes of section: as many elements and listeners as after the first."""

    def weigh() -> dict[str, float]:
        page.chromium._call("HeapProfiler.collectGarbage")
        told = page.chromium._call("Performance.getMetrics")["metrics"]
        return {each["name"]: each["value"] for each in told if each["name"] in {"Nodes", "JSEventListeners", "JSHeapUsedSize"}}

    def round_trip() -> None:
        for section, ready in (("overview", ".tiles .tile"), ("guests", ".grid-body .grid-row"), ("people", ".listing td")):
            page.chromium.run(f"location.hash = '#/{section}'")
            page.see(ready)

    page.chromium._call("Performance.enable")
    page.visit("people", ".listing td")
    for _ in range(3):
        round_trip()
    before = weigh()
    for _ in range(15):
        round_trip()
    page.chromium.run("location.hash = '#/overview'")
    page.see(".tiles .tile")
    now = page.box.answers["GET /overview"]
    for number in range(500):
        page.box.tell("overview", now | {"at": number})
    page.chromium.run("location.hash = '#/people'")
    page.see(".listing td")
    until = time.monotonic() + 3
    while page.box.streams and time.monotonic() < until:
        time.sleep(0.05)
    after = weigh()
    assert after["JSEventListeners"] <= before["JSEventListeners"] * 1.2 + 50, (before, after)
    assert after["Nodes"] <= before["Nodes"] * 1.2 + 300, (before, after)
    assert after["JSHeapUsedSize"] <= before["JSHeapUsedSize"] * 1.3 + 2e6, (before, after)
