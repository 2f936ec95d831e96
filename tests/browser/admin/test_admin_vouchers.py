"""Vouchers on the page, against the real door: made, printed, extended, withdrawn, taken in; and what the front desk may do of it."""

from collections.abc import Iterator

import pytest

from routerd.vouchers.model import NewVoucher, Wanted
from tests.admin.house import House
from tests.browser.admin.conftest import SCREENS, Page
from tests.browser.admin.real import as_front_desk, as_owner, drop, looks, objections, opened
from tests.lab.browser import Browser

pytestmark = pytest.mark.browser

Box = tuple[Page, House]


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


def all_of(box: Box, **wanted: str) -> list[str]:
    return [each.voucher.username for each in box[1].services.vouchers.search(Wanted(**wanted))]


def test_one_voucher_is_made_and_shown_with_its_code(page: Page, box: Box) -> None:
    before = set(all_of(box))
    page.visit("vouchers", "r-vouchers .listing")
    page.press("New vouchers")
    page.write(valid_for="3 days")
    page.press("Make vouchers")
    page.see("dialog .ticket .qr path, dialog .ticket strong")
    page.fits()
    (code,) = set(all_of(box)) - before
    page.read(code)
    page.press("Done")
    page.gone("dialog")
    page.see(".listing td")


def test_many_vouchers_are_made_and_printed_at_once_and_as_a_pdf(page: Page, box: Box) -> None:
    name = f"Summer {page.chromium.run('innerWidth')}"
    page.visit("vouchers", "r-vouchers .listing")
    page.press("New vouchers")
    page.write(count=25)
    page.press("Data, speed and more")
    page.write(batch=name, down_limit_mb=500, down_kbit=10)
    page.press("Make vouchers")
    page.read("25 vouchers are ready.")
    page.see(".listing td")
    page.fits()
    made = [each.voucher for each in box[1].services.vouchers.search(Wanted(batch=name))]
    assert len(made) == 25
    assert {(each.download_limit_mb, each.down_kbit, each.single) for each in made} == {(500, 10_000, True)}
    page.chromium.run("window.print = () => { window.printed = document.querySelectorAll('.sheet.a4 .ticket').length }")
    page.press("Print", "header.part")
    page.press("Print A4 sheets")
    page.chromium.wait("window.printed === 25")
    page.chromium.run("dispatchEvent(new Event('afterprint'))")
    page.gone(".sheet")
    page.press("Print", "header.part")
    page.press("PDF: 80 mm roll")
    page.see("dialog a[download]")
    page.press("Close")


def test_those_ticked_are_extended_and_revoked(page: Page, box: Box) -> None:
    vouchers = box[1].services.vouchers
    made = [
        vouchers.create(NewVoucher(username=f"room{number}-{page.chromium.run('innerWidth')}", valid_for="1 day")) for number in range(2)
    ]
    page.visit("vouchers", ".listing td")
    page.write_search(f"-{page.chromium.run('innerWidth')}")
    page.chromium.wait("document.querySelectorAll('.listing tbody tr').length === 2")
    page.chromium.run("document.querySelectorAll('tbody .tick input').forEach(box => box.click())")
    page.press("Extend")
    page.write(add_s=2)
    page.press("Extend")
    page.read("Extended: 2")
    found = {each.voucher.username: each.voucher.extra_s for each in vouchers.search(Wanted(search=made[0].username))}
    assert found == {made[0].username: 7200}
    page.chromium.wait(
        "document.querySelectorAll('tbody .tick input:checked').length === 0 && document.querySelectorAll('tbody tr').length === 2"
    )
    page.chromium.run("document.querySelectorAll('tbody .tick input').forEach(box => box.click())")
    page.press("Revoke", ".choice-bar")
    page.press("Revoke")
    page.read("Revoked: 2")
    assert not set(all_of(box)) & {each.username for each in made}


@pytest.mark.parametrize(
    ("text", "words"), [("username\nimported-1\nimported-2\n", "The vouchers are there."), ("username,devices\nbad,many\n", "devices")]
)
def test_a_file_is_taken_in_or_its_mistakes_are_shown(page: Page, box: Box, text: str, words: str) -> None:
    width = page.chromium.run("innerWidth")
    page.visit("vouchers", "r-vouchers .listing")
    page.press("Import and export")
    page.press("Import from CSV")
    drop(page, "dialog input[type=file]", text.replace("imported", f"imported{width}").encode(), "vouchers.csv", "text/csv")
    page.press("Import")
    page.chromium.wait("/Done\\.|did not work/.test(document.querySelector('dialog')?.innerText)")
    if "bad" in text:
        page.read("devices")
        assert "bad" not in all_of(box)
    page.press("Close")
    if "bad" not in text:
        page.read(words)
        assert f"imported{width}-1" in all_of(box)


def test_axe_objects_to_nothing_and_nothing_is_too_wide(page: Page, box: Box, axe: str) -> None:
    box[1].services.vouchers.create(NewVoucher(batch=f"a{page.chromium.run('innerWidth')}"))
    for _ in looks(page, box[1]):
        for place in ("vouchers", "vouchers/batches", f"vouchers/batches/a{page.chromium.run('innerWidth')}"):
            page.visit(place, ".listing td")
            page.fits()
            assert objections(page, axe) == []


def test_the_front_desk_makes_and_prints_and_nothing_else(page: Page, box: Box, axe: str) -> None:
    as_front_desk(*box)
    try:
        page.visit("guests", "r-vouchers .listing td")
        page.gone("[aria-label='Import and export']")
        page.chromium.run("document.querySelector('tbody .tick input').click()")
        page.see(".choice-bar button")
        words = page.chromium.run("document.querySelector('.choice-bar').innerText")
        assert "Print" in words
        assert not {"Revoke", "Extend"} & set(words.split())
        page.press("New vouchers")
        page.press("Make vouchers")
        page.see("dialog .ticket")
        assert objections(page, axe) == []
    finally:
        as_owner(page)
