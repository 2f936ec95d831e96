"""The way in: the wizard of the first visit, the sign-in with and without a second factor, the way out."""

import pytest

from tests.browser.admin.conftest import Page
from tests.browser.admin.fake import Call, Refusal

pytestmark = pytest.mark.browser

OPEN = {
    "open": True,
    "code_needed": True,
    "networks": [{"name": "main", "title": "Guest Wi-Fi"}],
    "methods": [{"name": name, "on": name == "voucher"} for name in ("voucher", "free", "email", "radius")],
    "country": "",
    "countries": ["DE", "FR", "TH"],
}


class Door:
    """Lets in who knows the password ``open sesame``, and the code 123456 where one is needed."""

    def __init__(self, page: Page, second: bool = False) -> None:
        self.me = page.box.answers["GET /me"]
        self.inside = False
        self.second = second
        page.box.answers |= {"GET /me": self.who, "POST /signin": self.enter, "POST /setup": self.set_up, "POST /signout": self.leave}

    def who(self, _: Call) -> object:
        if not self.inside:
            raise Refusal(401, message="sign in first", reason="sign-in")
        return self.me

    def enter(self, call: Call) -> object:
        if call.body["password"] != "open sesame":
            raise Refusal(401, message="That name or password is wrong.", reason="wrong")
        if self.second and "code" not in call.body:
            raise Refusal(401, message="a code is needed", reason="code-needed")
        if self.second and call.body["code"] != "123456":
            raise Refusal(401, message="That code is wrong.", reason="wrong-code")
        self.inside = True
        return self.me

    def set_up(self, call: Call) -> object:
        if "sesame" in call.body["account"]["password"]:
            raise Refusal(400, message="That password is tried first.", reason="input", field="password")
        self.inside = True
        return self.me

    def leave(self, _: Call) -> None:
        self.inside = False


def test_somebody_signs_in_and_out(page: Page, screen) -> None:
    Door(page)
    page.visit("guests", "r-signin input")
    page.write(name="Ada", password="guess")
    page.press("Sign in")
    page.read("That name or password is wrong.")
    page.fits()
    page.write(password="open sesame")
    page.press("Sign in")
    page.see(".grid-body .grid-row")
    page.press("Signed in as Ada")
    page.press("Sign out")
    page.see("r-signin input")


def test_an_empty_field_is_told_at_the_field_and_asks_nothing(page: Page) -> None:
    Door(page)
    page.visit("overview", "r-signin input")
    page.press("Sign in")
    page.read("Please fill this in.")
    assert page.chromium.run("document.activeElement.name") == "name"
    assert page.box.changes() == []


def test_the_second_factor_is_asked_for_after_the_password(page: Page, screen) -> None:
    Door(page, second=True)
    page.visit("overview", "r-signin input")
    page.write(name="Ada", password="open sesame")
    page.press("Sign in")
    page.see("[name=code]")
    page.write(code="000 000")
    page.press("Sign in")
    page.read("That code is wrong.")
    page.write(code="123 456")
    page.press("Sign in")
    page.see(".tiles")
    assert page.sent("/signin") == {"name": "Ada", "password": "open sesame", "code": "123456"}


def test_a_session_that_ended_leads_to_the_sign_in_and_back_to_the_same_place(page: Page) -> None:
    door = Door(page)
    door.inside = True
    page.visit("people", ".listing td")
    door.inside = False
    page.box.answers["GET /log"] = door.who
    page.press("Login log")
    page.see("r-signin input")
    page.box.answers["GET /log"] = {"rows": [], "more": False}
    page.write(name="Ada", password="open sesame")
    page.press("Sign in")
    page.read("Nobody has signed in yet.")


def test_the_first_visit_sets_the_box_up(page: Page, screen) -> None:
    Door(page)
    page.box.answers["GET /setup"] = OPEN
    page.visit("", "r-setup select")
    page.press("Next")
    page.read("Your account")
    page.write(name="Ada", password="open sesame", code="ABCD-EFGH")
    page.press("Next")
    page.write(country="DE")
    page.press("Next")
    page.write(main="Café Ada")
    page.press("Next")
    page.read("Guests leave their e-mail address.")
    page.fits()
    page.press("Free\nOne click, after accepting the terms.")
    page.press("Next")
    page.read("It is off")
    page.press("Finish")
    page.read("That password is tried first.")
    assert page.chromium.run("document.activeElement.name") == "password"
    page.write(password="a better one")
    for _ in range(4):
        page.press("Next")
    page.press("Finish")
    page.see(".tiles")
    account = {"name": "Ada", "password": "a better one"}
    wanted = {"account": account, "country": "DE", "networks": {"main": "Café Ada"}, "methods": ["voucher", "free"], "code": "ABCD-EFGH"}
    assert page.sent("/setup") == wanted


def test_the_wizard_goes_on_in_the_language_that_was_chosen_first(page: Page) -> None:
    Door(page)
    page.box.answers["GET /setup"] = OPEN
    page.visit("", "r-setup select")
    page.write(language="ar")
    page.press("Next")
    page.chromium.wait("document.dir === 'rtl' && document.documentElement.lang === 'ar'")
    page.see("[name=password]")


def test_the_front_desk_sees_vouchers_and_nothing_else(page: Page, screen) -> None:
    page.box.answers["GET /me"]["person"] |= {"name": "Desk", "role": "front-desk"}
    page.visit("guests")
    page.chromium.wait("location.hash === '#/vouchers'")
    assert page.chromium.run("[...document.querySelectorAll('nav a')].map(a => a.dataset.name).filter(n => n !== 'vouchers')") == []
    page.press("Signed in as Desk")
    page.press("Your account")
    page.read("Change password")


def test_the_language_is_switched_while_the_page_is_open_and_kept_by_the_box(page: Page) -> None:
    page.visit("people", ".listing td")
    page.press("Signed in as Ada")
    page.press("Deutsch")
    page.read("Gäste")
    assert page.sent("/me/language") == {"language": "de"}
    page.box.answers["GET /me"]["person"]["language"] = ""
    page.visit("people", ".listing td")
    page.read("Gäste")


def test_dark_and_light_may_be_chosen_against_the_device(page: Page) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    page.visit("people", ".listing td")
    light = page.chromium.run(ground)
    page.press("Light or dark")
    page.press("Dark")
    page.chromium.wait(f"{ground} !== '{light}'")
    page.visit("people", ".listing td")
    assert page.chromium.run(ground) != light
