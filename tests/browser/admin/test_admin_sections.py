"""Overview, Users, Login log, People, Audit trail, Your account: what an owner does there, on a desk and on a phone."""

import time

import pytest

from tests.browser.admin.conftest import Page
from tests.browser.admin.fake import Call, Refusal
from tests.browser.admin.sample import overview

pytestmark = pytest.mark.browser


def test_the_overview_shows_what_goes_on_and_follows_it(page: Page, screen) -> None:
    page.visit("overview", ".tiles .tile")
    page.read("Café: nearly all addresses are in use (232 of 253)")
    page.read("Not signed in yet: 3")
    page.read("Annas-iPhone")
    page.see("r-chart canvas", 2)
    page.fits()
    later = overview(time.time())
    later["guests"]["online"] = 1234
    later["wan"] |= {"state": "down", "route": False}
    page.box.tell("overview", later)
    page.read("1,234")
    page.read("No connection")
    page.box.tell("alert", {"rows": [{"id": "wan", "kind": "wan", "level": "error", "since": 0, "values": {"what": "route"}, "text": ""}]})
    page.read("The box has no route to the internet.")


def test_charts_go_back_a_month_and_may_be_read_as_tables(page: Page, screen) -> None:
    page.visit("overview", "r-chart canvas")
    page.press("30 days")
    page.chromium.wait("document.querySelector('[data-span=month]').getAttribute('aria-pressed') === 'true'")
    page.asked("/overview/traffic", span="month")
    page.press("Show as a table")
    page.see("r-chart tbody tr", 20)
    page.fits()


def test_a_box_without_a_gateway_has_an_overview_too(page: Page) -> None:
    page.box.answers["GET /overview"] |= {"wan": None, "pools": [], "top": [], "alerts": []}
    page.visit("overview", ".tiles .tile")
    page.read("Nobody is online.")
    page.read("No guest network.")


def test_what_the_box_refuses_is_told_and_may_be_tried_again(page: Page) -> None:
    good = page.box.answers["GET /overview"]

    def refuse(_: Call) -> None:
        raise Refusal(503, message="The store is being restored.", reason="unavailable")

    page.box.answers["GET /overview"] = refuse
    page.visit("overview", ".failed")
    page.read("The store is being restored.")
    page.box.answers["GET /overview"] = good
    page.press("Try again")
    page.see(".tiles .tile")


def test_a_person_is_found_and_forgotten(page: Page, screen) -> None:
    page.box.answers["POST /users/forget"] = {"rows": 12}
    page.visit("users", ".listing td")
    page.fits()
    page.write_search("anna")
    page.asked("/users/email", search="anna", offset="0", most="50")
    page.press("Forget anna.schmidt@example.org")
    page.read("This cannot be undone.")
    page.press("Forget for good")
    page.read("Forgotten. Entries deleted: 12")
    assert page.sent("/users/forget") == {"kind": "email", "id": 8}


@pytest.mark.parametrize(("tab", "words"), [("Mobile", "+49 1511 2345678"), ("Social", "Anna Schmidt"), ("Free", "02:00:00:00:00:05")])
def test_every_kind_of_user_has_a_list(page: Page, tab: str, words: str) -> None:
    page.visit("users", ".listing td")
    page.press(tab)
    page.read(words)
    assert page.chromium.url.endswith(f"#/users/{tab.lower()}")


def test_how_long_people_are_kept_may_be_changed(page: Page, screen) -> None:
    page.box.answers["POST /settings/privacy"] = lambda _: page.box.answers["GET /settings/privacy"]
    page.visit("users", ".listing td")
    page.read("365 days after")
    page.press("Change")
    page.write(retention_days="5000")
    page.press("Save")
    page.read("At most 3650.")
    page.write(retention_days="30")
    page.press("Save")
    page.read("Saved.")
    assert page.sent("/settings/privacy") == {"changes": {"retention_days": 30}}


def test_the_login_log_is_narrowed_and_exported(page: Page, screen) -> None:
    page.visit("log", ".listing td")
    page.read("wrong passcode")
    page.fits()
    page.choose("What happened", "refusal")
    page.write_search("room3")
    page.asked("/log", search="room3", event="refusal", most="100")
    page.press("Export CSV")
    page.asked("/log/export.csv", search="room3", event="refusal")


def test_a_person_is_added_changed_and_deleted(page: Page, screen) -> None:
    page.box.answers |= {"POST /people": {"id": 3}, "POST /people/*": {"id": 2}, "DELETE /people/*": None}
    page.visit("people", ".listing td")
    page.fits()
    page.press("Add a person")
    page.write(name="Bea", password="short")
    page.press("Add")
    page.read("At least 10 characters.")
    page.write(password="four random words here")
    page.press("Add")
    page.read("Saved.")
    assert page.sent("/people") == {"name": "Bea", "password": "four random words here", "role": "front-desk"}
    page.loaded("/people", 2)
    page.press("Actions for Reception")
    page.press("Make Owner")
    assert page.sent("/people/2") == {"role": "owner"}
    page.loaded("/people", 3)
    page.press("Actions for Reception")
    page.press("Delete")
    page.press("Delete", "dialog")
    page.sent("/people/2", "DELETE")


def test_the_audit_trail_shows_before_and_after(page: Page, screen) -> None:
    page.visit("audit", ".listing td")
    page.fits()
    page.press("Before and after", "tbody tr:first-child")
    page.see("dialog tr.changed")
    assert page.chromium.run("document.querySelector('dialog tr.changed').innerText").split() == ["valid_for_s", "3600", "7200"]
    page.chromium.key("Escape")
    page.press("Sign-ins")
    page.read("Firefox, Linux")


def test_a_password_is_changed_and_a_wrong_old_one_told(page: Page, screen) -> None:
    def change(call: Call) -> object:
        if call.body["old"] != "what it was":
            raise Refusal(403, message="That is not your password.", reason="wrong-password", field="old")
        return page.box.answers["GET /me"]

    page.box.answers["POST /me/password"] = change
    page.visit("account", ".listing td")
    page.fits()
    page.press("Change password")
    page.write(old="guess", new="a long new one")
    page.press("Save")
    page.read("That is not your password.")
    page.write(old="what it was")
    page.press("Save")
    page.read("Saved.")


def test_the_second_factor_is_turned_on(page: Page, screen) -> None:
    me = page.box.answers["GET /me"]

    def confirm(_: Call) -> object:
        me["person"]["totp"] = True
        return {**me, "recovery_codes": ["aaaa-bbbb-cccc-dddd"] * 10}

    picture = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 2 2'><path d='M0 0h1v1z'/></svg>"
    page.box.answers |= {
        "POST /me/totp/start": {"secret": "ABCDEFGH", "uri": "otpauth://", "qr_svg": picture},
        "POST /me/totp/confirm": confirm,
    }
    page.visit("account", ".listing td")
    page.press("Turn on")
    page.write(password="open sesame")
    page.press("Turn on", "dialog")
    page.see("img.qr")
    page.chromium.wait("document.querySelector('img.qr').naturalWidth > 0")
    page.write(code="123 456")
    page.press("Turn on", "dialog")
    page.read("aaaa-bbbb-cccc-dddd")
    page.fits()
    page.press("I have kept them")
    page.press("Turn off")
    page.see("dialog")
    assert page.sent("/me/totp/confirm") == {"code": "123456"}
