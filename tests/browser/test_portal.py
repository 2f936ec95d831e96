"""What a guest sees: the portal in a real browser, on a small screen and a large one, with and without JavaScript."""

import json
from collections.abc import Iterator

import pytest

from routerd.portal.languages import NAMES
from routerd.vouchers.model import NewVoucher
from routerd.vouchers.scan import scan_url
from tests.browser.showcase import PAGES, Hotel, show
from tests.lab.browser import Browser

pytestmark = pytest.mark.browser

SCREENS = [(320, 568), (1280, 800)]


@pytest.fixture(params=SCREENS, ids=lambda screen: f"{screen[0]}px")
def screen(request, chromium: Browser) -> Iterator[tuple[int, int]]:
    width, height = request.param
    chromium._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
    yield request.param
    chromium._call("Emulation.clearDeviceMetricsOverride")


@pytest.fixture(params=["light", "dark"])
def scheme(request, chromium: Browser) -> str:
    chromium._call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": request.param}])
    return request.param


def assert_fits(chromium: Browser, width: int) -> None:
    assert chromium.run("window.innerWidth") == width
    assert chromium.run("document.documentElement.scrollWidth") <= width
    touched = "button, a.button, summary, input:not([type=hidden]):not([type=checkbox])"
    small = chromium.run(f"[...document.querySelectorAll({touched!r})].map(e => e.offsetHeight)")
    assert all(height >= 44 for height in small), "a finger needs 44 px"


def test_a_guest_signs_in_reads_the_status_and_signs_out(hotel: Hotel, chromium: Browser, screen) -> None:
    assert chromium.open(f"{hotel.url}/") == ""
    assert_fits(chromium, screen[0])
    chromium.fill(username="room12", passcode="hx7kq3mp")
    assert chromium.url == f"{hotel.url}/online"
    assert "You are online" in chromium.text
    assert "2 GB" in chromium.text
    assert_fits(chromium, screen[0])
    chromium.press("document.querySelector('form[action=\"/logout\"] button')")
    assert "You are signed out" in chromium.text
    assert_fits(chromium, screen[0])
    assert hotel.world.sessions.online() == []


def test_a_guest_goes_online_for_free_with_one_click(hotel: Hotel, chromium: Browser, screen) -> None:
    chromium.open(f"{hotel.url}/")
    chromium.press("document.querySelector('button.second')")
    assert "You are online" in chromium.text


def test_a_wrong_passcode_is_explained_and_the_username_kept(hotel: Hotel, chromium: Browser, screen) -> None:
    chromium.open(f"{hotel.url}/")
    chromium.fill(username="room12", passcode="wrong")
    assert "There is no voucher with this username and passcode." in chromium.text
    assert chromium.run("document.querySelector('[name=username]').value") == "room12"
    assert chromium.run("document.querySelector('[name=passcode]').value") == ""
    assert_fits(chromium, screen[0])


def test_a_second_device_takes_over_the_session(hotel: Hotel, chromium: Browser, screen) -> None:
    chromium.open(f"{hotel.url}/")
    chromium.fill(username="room12", passcode="hx7kq3mp")
    device = hotel.world.finder.devices["127.0.0.1"]
    hotel.world.finder.add(type(device)("02:00:00:00:00:02", "127.0.0.1", "main"))
    chromium.open(f"{hotel.url}/")
    chromium.fill(username="room12", passcode="hx7kq3mp")
    assert "Too many devices" in chromium.text
    assert "hx7kq3mp" not in chromium.run("document.documentElement.outerHTML")
    assert_fits(chromium, screen[0])
    chromium.press("document.querySelector('form button')")
    assert "You are online" in chromium.text


def test_nothing_is_fetched_but_the_page_and_its_style_sheet_and_nothing_is_blocked(hotel: Hotel, chromium: Browser) -> None:
    chromium.open(f"{hotel.url}/")
    names = json.loads(chromium.run("JSON.stringify(performance.getEntriesByType('resource').map(entry => entry.name))"))
    assert [name.partition("?")[0] for name in names if not name.endswith("favicon.ico")] == [f"{hotel.url}/portal.css"]
    assert chromium.run("document.styleSheets.length") == 1
    assert chromium.run("getComputedStyle(document.querySelector('main')).maxWidth") == "416px"


def test_both_colour_schemes_are_served(hotel: Hotel, chromium: Browser, scheme) -> None:
    chromium.open(f"{hotel.url}/")
    background = chromium.run("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(242, 245, 249)", "dark": "rgb(15, 21, 29)"}[scheme]


def test_very_long_words_do_not_break_the_page(hotel: Hotel, chromium: Browser, screen) -> None:
    hotel.world.vouchers.create(NewVoucher(username="w" * 64, passcode="hx7kq3mp"))
    chromium.open(f"{hotel.url}/")
    chromium.fill(username="w" * 64, passcode="hx7kq3mp")
    assert "You are online" in chromium.text
    assert_fits(chromium, screen[0])


def type_into(chromium: Browser, selector: str, text: str) -> None:
    """Type as a keyboard does, without any script in the page."""
    root = chromium._call("DOM.getDocument")["root"]["nodeId"]
    node = chromium._call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
    chromium._call("DOM.focus", nodeId=node)
    chromium._call("Input.insertText", text=text)


def test_a_guest_without_javascript_signs_in_by_keyboard_alone(hotel: Hotel, chromium: Browser, screen) -> None:
    chromium._call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        chromium.open(f"{hotel.url}/")
        type_into(chromium, "[name=username]", "room12")
        type_into(chromium, "[name=passcode]", "hx7kq3mp")
        for kind in ("keyDown", "keyUp"):
            chromium._call("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r", windowsVirtualKeyCode=13)
        chromium.wait("location.pathname === '/online'")
        chromium.settle()
        assert "You are online" in chromium.text
        assert_fits(chromium, screen[0])
    finally:
        chromium._call("Emulation.setScriptExecutionDisabled", value=False)


def test_a_printed_voucher_is_scanned_and_the_guest_is_online(hotel: Hotel, chromium: Browser) -> None:
    chromium.open(scan_url(hotel.url, hotel.world.vouchers.get("room12")))
    assert chromium.url == f"{hotel.url}/online"
    assert "You are online" in chromium.text


def test_another_language_is_chosen_without_javascript(hotel: Hotel, chromium: Browser, screen) -> None:
    chromium._call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        chromium.open(f"{hotel.url}/")
        chromium.press("document.querySelector('nav a[lang=ar]')")
        assert "تسجيل الدخول" in chromium.text
        assert chromium.run("getComputedStyle(document.body).direction") == "rtl"
        assert_fits(chromium, screen[0])
    finally:
        chromium._call("Emulation.setScriptExecutionDisabled", value=False)


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "en"), ("light", "ar"), ("dark", "ar")])
def test_no_page_has_anything_that_axe_objects_to_and_none_is_blocked_by_its_own_policy(
    gallery: Hotel, chromium: Browser, axe: str, scheme: str, language: str
) -> None:
    chromium._call("Emulation.setDeviceMetricsOverride", width=390, height=760, deviceScaleFactor=1, mobile=True)
    chromium._call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    found: dict[str, list[str]] = {}
    for name in PAGES:
        show(name, gallery, chromium, language)
        found[name] = objections(chromium, axe) + chromium.run("window.violations")
    assert {name: objected for name, objected in found.items() if objected} == {}


def objections(chromium: Browser, axe: str) -> list[str]:
    """What axe-core's rules for WCAG 2.2 AA, and its good practices, object to."""
    chromium.wait("document.fonts.status === 'loaded' && document.getAnimations().every(each => each.playState !== 'running')")
    chromium.run(axe)
    script = "axe.run().then(r => r.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html + ' ' + n.any.map(a => a.message))}`))"
    answer = chromium._call("Runtime.evaluate", wait_s=60, expression=script, awaitPromise=True, returnByValue=True)
    assert "exceptionDetails" not in answer, answer
    return list(answer["result"]["value"])


@pytest.mark.parametrize("width", [320, 390])
def test_no_page_overflows_in_any_language(gallery: Hotel, chromium: Browser, width: int) -> None:
    chromium._call("Emulation.setDeviceMetricsOverride", width=width, height=568, deviceScaleFactor=1, mobile=True)
    wide: list[str] = []
    for language in NAMES:
        for name in ("languages", "ending", "too-many-devices", "branded-sign-in"):
            show(name, gallery, chromium, language)
            if chromium.run("document.documentElement.scrollWidth") > width:
                wide.append(f"{name} in {language}")
    assert wide == []


def test_axe_sees_what_is_wrong(gallery: Hotel, chromium: Browser, axe: str) -> None:
    show("sign-in", gallery, chromium)
    chromium.run("document.querySelector('label').remove(); document.querySelector('main').style.color = 'var(--line)'")
    assert {"color-contrast", "label"} <= {objection.partition(":")[0] for objection in objections(chromium, axe)}
