"""The Guests section: what an owner does there, on a desk and on a phone; ten thousand rows; live."""

import time

import pytest

from tests.browser.admin.conftest import Page
from tests.browser.admin.fake import Call, Refusal
from tests.browser.admin.sample import COLUMNS, guest, guests

pytestmark = pytest.mark.browser

ROWS = ".grid-body .grid-row"
MANY = 10_000


def act(page: Page, name: str, action: str) -> None:
    """Open a device's menu and choose from it."""
    page.press(f"Actions for {name}")
    page.press(action)


def shown(page: Page) -> int:
    """How many rows the table has, drawn or not."""
    return (
        int(
            page.chromium.run(
                "document.querySelector('.grid').ariaRowCount ?? document.querySelector('.grid').getAttribute('aria-rowcount')"
            )
        )
        - 1
    )


def test_every_action_on_one_device_asks_the_box_for_it(page: Page, screen) -> None:
    page.box.answers |= {
        "POST /guests/kick": {"ended": 1}, "POST /guests/block": {"blocked": 1, "ended": 1}, "POST /guests/unblock": {"unblocked": 1},
        "POST /guests/extend": {"until": 0, "down_left": None, "up_left": None}, "POST /guests/rename": {"name": "Till 2"},
        "POST /guests/signin": {"until": 0}, "POST /guests/bypass": lambda call: {"bypass": call.body["on"]},
    }  # fmt: skip
    page.visit("guests", ROWS)
    page.fits()
    act(page, "Till", "Kick")
    page.read("Till is offline.")
    assert page.sent("/guests/kick") == {"macs": ["02:00:00:00:00:06"]}
    act(page, "Till", "Extend")
    page.write(add_s="86400")
    page.press("Extend", "dialog")
    page.read("Till has been extended.")
    assert page.sent("/guests/extend") == {"mac": "02:00:00:00:00:06", "add_s": 86400}
    act(page, "Till", "Rename")
    page.write(name="Till 2")
    page.press("Save")
    page.read("Saved.")
    assert page.sent("/guests/rename") == {"mac": "02:00:00:00:00:06", "name": "Till 2"}
    act(page, "Till", "Ask for sign-in again")
    page.read("Till has to sign in again.")
    assert page.sent("/guests/bypass") == {"mac": "02:00:00:00:00:06", "on": False}
    act(page, "Till", "Block")
    page.read("Blocked: Till")
    page.press("Undo")
    page.read("Unblocked: Till")
    assert page.sent("/guests/unblock") == {"macs": ["02:00:00:00:00:06"]}


def test_somebody_is_signed_in_by_hand_and_a_refusal_is_told_in_the_form(page: Page, screen) -> None:
    def refuse(_: Call) -> None:
        raise Refusal(409, message="This device has no address yet.", reason="conflict")

    page.box.answers["POST /guests/signin"] = refuse
    page.visit("guests", ROWS)
    page.write_search("redmi-note")
    page.chromium.wait(f"document.querySelectorAll('{ROWS}').length === 6")
    act(page, "Redmi-Note", "Sign in by hand")
    page.write(time="10800", down="5")
    page.press("Sign in", "dialog")
    page.read("This device has no address yet.")
    page.box.answers["POST /guests/signin"] = {"until": 0}
    page.press("Sign in", "dialog")
    page.read("Redmi-Note is online.")
    told = page.sent("/guests/signin")
    assert (told["valid_for_s"], told["down_kbit"], "up_kbit" in told) == (10800, 5000, False)


def test_search_filter_and_order_narrow_the_table(page: Page) -> None:
    page.visit("guests", ROWS)
    assert shown(page) == 60
    page.choose("State", "blocked")
    page.chromium.wait("document.querySelector('.grid').getAttribute('aria-rowcount') === '7'")
    page.choose("State", "")
    page.choose("Network", "garden")
    page.read("9 of 60")
    page.choose("Network", "")
    page.write_search("nobody has this name")
    page.read("No device matches.")
    page.write_search("")
    page.press("Device", "r-grid")
    first = "document.querySelector('.grid-body [aria-rowindex=\"2\"] strong').innerText"
    ascending = page.chromium.run(first)
    page.press("Device", "r-grid")
    page.chromium.wait(f"{first} !== {ascending!r}")
    assert page.chromium.run("document.querySelector('.grid-head .device').getAttribute('aria-sort')") == "descending"


def test_many_devices_are_kicked_together_after_a_question(page: Page, screen) -> None:
    page.box.answers["LIVE guests"] = [("guests", guests(1200, time.time()))]
    page.box.answers["POST /guests/kick"] = lambda call: {"ended": len(call.body["macs"])}
    page.visit("guests", ROWS)
    page.chromium.run("document.querySelector('.grid-head input').click()")
    page.read("Chosen: 1,200")
    page.press("Kick", ".choice-bar")
    page.read("Kick 1,200 devices?")
    page.press("Kick", "dialog")
    page.read("Sessions ended: 1,200")
    assert [len(body["macs"]) for body in page.box.changes("/guests/kick")] == [1000, 200]


def test_of_ten_thousand_rows_few_are_drawn(page: Page, screen) -> None:
    page.box.answers["LIVE guests"] = [("guests", guests(MANY, time.time()))]
    page.visit("overview", ".tiles")
    page.chromium.run("location.hash = '#/guests'")
    page.see(ROWS)
    page.write_search("desktop-4k2p")
    page.chromium.wait("document.querySelector('.grid').getAttribute('aria-rowcount') === '1001'")
    page.write_search("")
    page.chromium.wait(f"document.querySelector('.grid').getAttribute('aria-rowcount') === '{MANY + 1}'")
    page.chromium.run("scrollTo(0, document.documentElement.scrollHeight)")
    page.chromium.wait(f"document.querySelector('.grid-body [aria-rowindex=\"{MANY + 1}\"]')")
    assert page.chromium.run(f"document.querySelectorAll('{ROWS}').length") < 60


def test_what_changes_is_seen_without_asking_again(page: Page) -> None:
    page.visit("guests", ROWS)
    now = time.time()
    new = guest(6, now)
    new[COLUMNS.index("name")] = "Till, renamed"
    page.box.tell("guests", {"reset": False, "rows": [new], "gone": ["02:00:00:00:00:00"]})
    page.read("Till, renamed")
    assert shown(page) == 59
    assert [call.path for call in page.box.calls if call.path == "/live"] == ["/live"]


def test_the_stream_is_taken_up_again_after_a_break_and_closed_when_the_page_is_left(page: Page) -> None:
    page.visit("guests", ROWS)
    page.box.hang_up()
    page.read("Reconnecting …")
    page.read("Live")
    page.chromium.wait("true")
    assert len([call for call in page.box.calls if call.path == "/live"]) == 2
    page.press("People")
    page.see(".listing td")
    page.chromium.wait("document.querySelector('.live').hidden")


def test_a_hostname_is_text_whatever_it_says(page: Page) -> None:
    evil = guest(0, time.time())
    evil[COLUMNS.index("hostname")] = "<img src=x onerror=window.hacked=1>"
    page.box.answers["LIVE guests"] = [("guests", {"reset": True, "columns": COLUMNS, "rows": [evil], "gone": []})]
    page.visit("guests", ROWS)
    page.read("<img src=x onerror=window.hacked=1>")
    assert page.chromium.run("window.hacked") is None


def test_details_show_sessions_and_escape_gives_the_focus_back(page: Page, screen) -> None:
    page.visit("guests", ROWS)
    act(page, "Till", "Details")
    page.read("fd00:88::7")
    page.fits()
    page.chromium.key("Escape")
    page.gone("dialog")
    assert page.chromium.run("document.activeElement.ariaLabel ?? document.activeElement.getAttribute('aria-label')") == "Actions for Till"


def test_arrow_keys_go_from_row_to_row(page: Page) -> None:
    page.visit("guests", ROWS)
    page.chromium.run("document.querySelector('.grid-body [aria-rowindex=\"2\"] .act button').focus()")
    for _ in range(30):
        page.chromium.key("ArrowDown")
    assert page.chromium.run("document.activeElement.closest('.grid-row').getAttribute('aria-rowindex')") == "32"
