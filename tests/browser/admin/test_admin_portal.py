"""The portal's editor on the page, against the real door: looks, texts, pictures, the preview, ways to sign in, open sites."""

from collections.abc import Iterator

import pytest

from tests.admin.house import House
from tests.brand.files import SVG, picture
from tests.browser.admin.conftest import SCREENS, Page
from tests.browser.admin.real import NOBODY, drop, looks, objections, opened
from tests.lab.browser import Browser

pytestmark = pytest.mark.browser

Box = tuple[Page, House]
FRAME = "document.querySelector('.phone iframe').contentDocument"


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory, watched: Browser) -> Iterator[Box]:
    with opened(tmp_path_factory.mktemp("box") / "place", watched) as made:
        yield made


@pytest.fixture(params=SCREENS.values(), ids=SCREENS.keys())
def page(request: pytest.FixtureRequest, box: Box) -> Iterator[Page]:
    shown = box[0]
    shown.chromium.screen(*request.param)
    shown.chromium.complaints.clear()
    yield shown
    assert [each for each in shown.chromium.complaints if "Failed to load resource" not in each] == []
    assert shown.chromium.run("window.violations") == []


def typed(page: Page, name: str, text: str) -> None:
    page.chromium.run(f"""(() => {{
        const field = document.querySelector('[name="{name}"]');
        field.value = {text!r};
        field.dispatchEvent(new Event('input'));
    }})()""")


def test_texts_and_colours_are_previewed_while_typing_and_published(page: Page, box: Box) -> None:
    width = page.chromium.run("innerWidth")
    page.visit("portal", "r-portal .edits .card")
    typed(page, "welcome.en", f"Welcome, {width}")
    typed(page, "accent", f"#00{width % 100:02x}aa")
    page.chromium.wait(f"{FRAME}?.body?.innerText.includes('Welcome, {width}')")
    if width < 1000:
        page.press("Look")
        page.see(".phone iframe")
        page.fits()
        page.press("Edit")
    assert box[1].desk.brands.own("").welcome.get("en") != f"Welcome, {width}"
    page.press("Deutsch")
    typed(page, "welcome.de", f"Willkommen, {width}")
    page.chromium.wait(f"{FRAME}?.documentElement.lang === 'de' && {FRAME}.body.innerText.includes('Willkommen, {width}')")
    page.fits()
    page.press("Publish")
    page.read("Published. Guests see it from now on.")
    brand = box[1].desk.brands.own("")
    assert dict(brand.welcome) == {"en": f"Welcome, {width}", "de": f"Willkommen, {width}"}
    assert brand.accent == f"#00{width % 100:02x}aa"


def test_what_does_not_fit_is_said_at_its_field_and_nothing_is_published(page: Page) -> None:
    page.visit("portal", "r-portal .edits .card")
    typed(page, "landing_url", "javascript:alert(1)")
    page.press("Publish")
    page.see("[name=landing_url][aria-invalid=true]")
    page.press("Discard")
    page.chromium.wait("document.querySelector('[name=landing_url]')?.value === ''")


def test_a_hint_says_which_colours_are_hard_to_read(page: Page) -> None:
    page.visit("portal", "r-portal .edits .card")
    typed(page, "accent", "#ffee88")
    page.read("Buttons are hard to see")
    typed(page, "text", "#cccccc")
    page.read("The text is hard to read")
    page.press("Text: the portal's own")
    page.read("Buttons are hard to see")
    page.press("Discard")
    page.gone(".save-bar:not([hidden])")


def test_a_picture_is_uploaded_and_shown_and_what_is_none_is_refused(page: Page) -> None:
    page.visit("portal", "r-portal .edits .card")
    before = page.chromium.run("document.querySelectorAll('.thumb').length")
    drop(page, ".edits [name=upload-logo]", picture(), "logo.png", "image/png")
    page.chromium.wait(f"document.querySelectorAll('.thumb').length === {before + 1}")
    page.see(".thumb [aria-pressed=true] img")
    page.chromium.wait(f"{FRAME}?.querySelector('img')?.naturalWidth === 40")
    drop(page, ".edits [name=upload-logo]", SVG, "logo.svg", "image/svg+xml")
    page.see(".edits .field > .error")
    page.fits()
    page.press("Discard")
    page.gone(".save-bar:not([hidden])")


def test_ways_to_sign_in_are_switched_ordered_and_set_up(page: Page, box: Box) -> None:
    portal = lambda: box[1].services.preferences.settings.portal  # noqa: E731 - asked anew each time
    page.visit("portal/methods", ".methods li")
    page.fits()
    page.chromium.run("document.querySelector('[data-name=free][role=switch]').click()")
    page.chromium.wait("document.querySelector('[data-name=free][role=switch]').checked && !document.querySelector('.methods[aria-busy]')")
    page.gone("[aria-busy]")
    page.press("Free: further up")
    page.chromium.wait("document.querySelector('.methods li').dataset.method === 'free'")
    assert portal().methods == ("free", "voucher")
    page.press("Free")
    page.see("[name='portal.free.valid_for_s']")
    page.chromium.run("document.querySelector('[name=\"portal.free.valid_for_s\"]').value = 3")
    page.press("Save")
    page.read("Saved.")
    assert portal().free.valid_for_s == 10_800
    page.visit("portal/methods/free", "[name='portal.free.valid_for_s']")
    page.press("Back to the defaults")
    page.chromium.wait("document.querySelector('[name=\"portal.free.valid_for_s\"]')?.value === '1'")
    page.visit("portal/methods", ".methods li")
    page.chromium.run("document.querySelector('[data-name=free][role=switch]').click()")
    page.chromium.wait("document.querySelector('.methods li').dataset.method === 'voucher'")
    assert portal().methods == ("voucher",)


def test_a_way_that_lacks_something_leads_to_where_it_is_set_up(page: Page, box: Box) -> None:
    page.visit("portal/methods", ".methods li")
    page.chromium.run("document.querySelector('[data-name=mobile][role=switch]').click()")
    page.see("[name='sms.provider']")
    assert "mobile" not in box[1].services.preferences.settings.portal.methods
    assert page.chromium.run("document.querySelector('.toast.bad') !== null")
    page.chromium.run("""(() => {
        const list = document.querySelector("[name='sms.provider']");
        list.value = 'twilio';
        list.dispatchEvent(new Event('change'));
    })()""")
    page.see("[name='sms.twilio.account']")
    page.fits()


def test_the_mail_server_is_set_up_and_tried(page: Page, box: Box) -> None:
    page.visit("portal/methods/email", "[name='mail.host']")
    page.chromium.run("""{ const mail = {host: '127.0.0.1', sender: 'wifi@example.com', password: 'open sesame'};
        Object.entries(mail).forEach(([key, value]) => {
        document.querySelector(`[name="mail.${key}"]`).value = value;
    }) }""")
    page.chromium.run("document.querySelector('[name=\"mail.host\"]').form.requestSubmit()")
    page.read("Saved.")
    mail = box[1].services.preferences.settings.mail
    assert (mail.host, mail.sender, mail.password) == ("127.0.0.1", "wifi@example.com", "open sesame")
    page.visit("portal/methods/email", "[name='mail.host']")
    assert page.chromium.run("document.querySelector('[name=\"mail.password\"]').value") == ""
    page.read("Stored, and never shown. Leave this empty to keep it.")
    page.press("Send a test")
    page.write(to="ada@example.com")
    page.press("Send")
    page.see("dialog form > .error, .toast")
    page.press("Cancel")
    box[1].services.preferences.set("mail", {"host": None, "sender": None, "password": None}, NOBODY)


def test_the_app_at_facebook_is_set_up_and_then_offered(page: Page, box: Box) -> None:
    portal = lambda: box[1].services.preferences.settings.portal  # noqa: E731 - asked anew each time
    page.visit("portal/methods", ".methods li")
    page.chromium.run("document.querySelector('[data-name=facebook][role=switch]').click()")
    page.see("[name='portal.social.facebook.app_id']")
    assert portal().methods == ("voucher",)
    page.gone("r-portal .rows")
    page.fits()
    page.chromium.run("""Object.entries({app_id: '1234567890', app_secret: 'open sesame'}).forEach(([key, value]) => {
        document.querySelector(`[name="portal.social.facebook.${key}"]`).value = value;
    })""")
    page.chromium.run("document.querySelector('[name=\"portal.social.facebook.app_id\"]').form.requestSubmit()")
    page.read("Saved.")
    assert (portal().social.facebook.app_id, portal().social.facebook.app_secret) == ("1234567890", "open sesame")
    page.visit("portal/methods", ".methods li")
    page.chromium.run("document.querySelector('[data-name=facebook][role=switch]').click()")
    page.chromium.wait(
        "document.querySelector('[data-name=facebook][role=switch]').checked && !document.querySelector('.methods[aria-busy]')"
    )
    assert portal().methods == ("voucher", "facebook")
    before = {"portal": {"methods": None}, "portal.social.facebook": {"app_id": None, "app_secret": None}}
    box[1].services.preferences.set_many(before, NOBODY)


def test_sites_are_opened_and_closed(page: Page, box: Box) -> None:
    page.visit("portal/garden", "[name=target]")
    page.write(target="Menu.example.com")
    page.press("Open it")
    page.read("menu.example.com")
    page.write(target="not a site")
    page.press("Open it")
    page.see("form .error")
    page.fits()
    page.press("Remove menu.example.com")
    page.read("is closed again")
    assert box[1].desk.premises.network.garden.held == []


@pytest.mark.parametrize("place", ["portal", "portal/methods", "portal/methods/email", "portal/methods/facebook", "portal/garden"])
def test_axe_objects_to_nothing(page: Page, box: Box, axe: str, place: str) -> None:
    for _ in looks(page, box[1]):
        page.visit(place, "r-portal .card")
        page.fits()
        assert objections(page, axe) == []
