"""Integrations, API Access: the switches, the endpoints, the key, the manual; on a desk and on a phone."""

import json
import shlex

import pytest

from routerd.admin.sections.actions import EXAMPLES
from tests.browser.admin.conftest import Page
from tests.browser.admin.fake import Call, Refusal
from tests.browser.admin.sample_box import CLOUD, LOCAL

pytestmark = pytest.mark.browser

KEY = "5f2c8a90b1d3"
OPEN_ALL = "document.querySelectorAll('.manual details').forEach(each => each.open = true)"
LINES = "[...document.querySelectorAll('.example pre')].map(each => each.innerText)"


@pytest.fixture
def page(page: Page) -> Page:
    page.box.answers |= {"POST /integrations/api/reveal": {"key": KEY}, "POST /integrations/api/rotate": {"key": KEY[::-1]}}
    return page


def copied(page: Page, label: str) -> str:
    """What the button of this label puts into the clipboard; it is pressed by a key, as browsers want of whoever copies."""
    page.chromium._call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    page.chromium.run(f"document.querySelector('[aria-label={json.dumps(label)}]').focus()")
    page.chromium.key("Enter")
    page.read("Copied.")
    page.chromium.run("window.held = null; navigator.clipboard.readText().then(text => { window.held = text })")
    return str(page.chromium.wait("window.held"))


def test_the_methods_are_switched_one_by_one(page: Page, screen) -> None:
    def switch(call: Call) -> object:
        page.box.answers["GET /integrations/api"] |= call.body
        return page.box.answers["GET /integrations/api"]

    page.box.answers["POST /integrations/api"] = switch
    page.visit("integrations", "[name=get]")
    page.read("never open the API to the internet")
    checked = "[...document.querySelectorAll('.switch')].map(each => each.checked)"
    assert page.chromium.run(checked) == [True, False]
    page.chromium.run("document.querySelector('[name=get]').click()")
    page.read("GET is enabled.")
    assert page.sent("/integrations/api") == {"get": True}
    assert page.chromium.run(checked) == [True, True]
    page.chromium.run("document.querySelector('[name=post]').click()")
    page.read("POST is disabled.")
    assert page.sent("/integrations/api") == {"post": False}
    page.fits()


def test_a_switch_that_is_refused_goes_back(page: Page) -> None:
    def refuse(_: Call) -> None:
        raise Refusal(503, message="The disk is full.", reason="unavailable")

    page.box.answers["POST /integrations/api"] = refuse
    page.visit("integrations", "[name=get]")
    page.chromium.run("document.querySelector('[name=get]').click()")
    page.read("The disk is full.")
    assert page.chromium.run("document.querySelector('[name=get]').checked") is False


def test_the_endpoints_are_told_and_copied(page: Page, screen) -> None:
    page.visit("integrations", ".key")
    for words in (LOCAL, "Trusted network (LAN)", CLOUD, "relay.example.net", "Last error: Connection timed out"):
        page.read(words)
    assert copied(page, f"Copy: {CLOUD}") == CLOUD
    assert copied(page, f"Copy: {LOCAL}") == LOCAL


def test_copying_works_without_tls_too(page: Page) -> None:
    page.visit("integrations", ".key")
    page.chromium.run("navigator.clipboard.writeText = undefined")
    assert copied(page, f"Copy: {LOCAL}") == LOCAL


def test_the_cloud_endpoint_moves_after_a_question(page: Page, screen) -> None:
    def move(_: Call) -> object:
        page.box.answers["GET /integrations/api"]["cloud"]["url"] = "https://0123456789.w-router.com/api/"
        return page.box.answers["GET /integrations/api"]["cloud"]

    page.box.answers["POST /integrations/cloud/rotate"] = move
    page.visit("integrations", ".key")
    page.press("New address")
    page.read("The address so far leads nowhere from then on.")
    page.press("Cancel")
    assert page.box.changes() == []
    page.press("New address")
    page.press("New address", "dialog")
    page.read("https://0123456789.w-router.com/api/")
    page.read("The cloud endpoint has a new address.")


def test_without_a_cloud_endpoint_it_is_told_what_one_needs(page: Page) -> None:
    page.box.answers["GET /integrations/api"]["cloud"] = None
    page.visit("integrations", ".key")
    page.read("name one under [tunnel] in the box's configuration file")


def test_the_key_is_hidden_until_it_is_asked_for(page: Page, screen) -> None:
    page.visit("integrations", ".key")
    page.chromium.run(OPEN_ALL)
    assert page.box.changes() == []
    assert KEY not in page.chromium.text
    page.choose("Method", "GET")
    page.press("Show the key")
    page.read(KEY)
    assert page.chromium.run("document.querySelectorAll('.manual details:not([open])').length") == 0
    assert all(f"api-key={KEY}" in line for line in page.chromium.run(LINES))
    page.fits()
    page.press("Hide the key")
    page.chromium.wait(f"!document.body.innerText.includes('{KEY}')")


def test_the_key_is_copied_without_being_shown(page: Page) -> None:
    page.visit("integrations", ".key")
    assert copied(page, "Copy the key") == KEY
    assert KEY not in page.chromium.text


def test_a_new_key_is_made_after_a_question_and_shown(page: Page, screen) -> None:
    page.visit("integrations", ".key")
    page.press("Make a new key")
    page.read("everything that calls the API stops working")
    page.press("Make a new key", "dialog")
    page.read(KEY[::-1])
    assert page.sent("/integrations/api/rotate") == {}


def test_before_the_first_method_is_enabled_there_is_no_key(page: Page) -> None:
    page.box.answers["GET /integrations/api"] |= {"post": False, "has_key": False, "rotated_at": None}
    page.visit("integrations", ".key")
    page.read("It is made when you enable a method.")
    page.gone("[aria-label='Show the key']")


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("url", [LOCAL, CLOUD])
def test_every_action_has_a_line_to_paste(page: Page, method: str, url: str) -> None:
    page.visit("integrations", ".key")
    page.press("Show the key")
    page.read(KEY)
    page.choose("Method", method)
    page.choose("Endpoint", url)
    page.chromium.run(OPEN_ALL)
    lines = page.chromium.run(LINES)
    assert len(lines) == len(EXAMPLES)
    for example, line in zip(EXAMPLES, lines, strict=True):
        words = shlex.split(line)
        if method == "POST":
            assert words[:3] == ["curl", "-sS", url]
            assert json.loads(words[-1]) == {"api-key": KEY, "action": example.action, **example.sent}
        else:
            assert words[2].startswith(f"{url}?api-key={KEY}&action={example.action}")


def test_the_manual_tells_what_each_action_takes_and_answers(page: Page, screen) -> None:
    page.visit("integrations", ".key")
    page.chromium.run("document.querySelector('.manual summary').click()")
    page.read("YYYY-MM-DD HH:MM:SS")
    page.read("User added successfully")
    page.read("YOUR-API-KEY")
    page.fits()
    assert shlex.split(copied(page, "Copy: curl"))[0] == "curl"
