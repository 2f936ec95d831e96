"""Pictures of every page of both faces: `make screenshots`, or `python -m tests.browser.screenshots DIRECTORY`."""

import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from routerd.vouchers.model import NewVoucher
from tests.admin.house import House
from tests.browser import showcase
from tests.browser.admin import real
from tests.browser.admin.fake import Fake, Refusal
from tests.browser.admin.sample import answers
from tests.browser.admin.test_admin_signin import OPEN
from tests.browser.conftest import Here
from tests.lab.browser import Browser

CATALOGUE = Path(__file__).parents[2] / "webroot" / "admin" / "sections" / "catalogue.js"
LOOKS = [(1280, 800, "light", "en"), (390, 844, "light", "en"), (390, 844, "dark", "en"), (390, 844, "light", "ar")]
REAL = {"vouchers": "r-vouchers .listing td", "portal": ".phone iframe, .edits .card", "network": "[name='uplink.down_kbit']"}
"""Sections that are photographed in front of the real door, which knows what they ask for; and what is there when each is ready."""
DRAWN_S = 0.5
"""For fonts, charts and fades."""


def main(directory: Path) -> None:
    """Take them all."""
    directory.mkdir(parents=True, exist_ok=True)
    with Browser(Here()) as chromium:
        taken = [*_portal(chromium, directory), *_admin(chromium, directory), *_real(chromium, directory)]
    print(f"{len(taken)} pictures in {directory}/")


def _portal(chromium: Browser, directory: Path) -> Iterator[Path]:
    with TemporaryDirectory() as place, showcase.opened(Path(place)) as hotel:
        for width, height, scheme, language in LOOKS:
            chromium.screen(width, height)
            chromium.scheme(scheme)
            for name in showcase.PAGES:
                showcase.show(name, hotel, chromium, language)
                yield _take(chromium, directory / f"portal-{_plain(name)}-{width}-{scheme}-{language}.png")


def _admin(chromium: Browser, directory: Path) -> Iterator[Path]:
    sections = [name for name in re.findall(r'name: "([\w-]+)"', CATALOGUE.read_text(encoding="utf-8")) if name not in REAL]
    with Fake(answers()) as fake:
        for width, height, scheme, language in LOOKS:
            chromium.screen(width, height)
            chromium.scheme(scheme)
            fake.box.answers["GET /me"]["person"]["language"] = language
            for name in sections:
                yield _visit(chromium, fake, f"#/{name}", directory / f"admin-{name}-{width}-{scheme}-{language}.png")
        for name, setup in (("sign-in", {"open": False}), ("setup", OPEN)):
            fake.box.answers |= {"GET /me": _nobody, "GET /setup": setup}
            yield _visit(chromium, fake, "", directory / f"admin-{name}-{width}-{scheme}-{language}.png")


def _real(chromium: Browser, directory: Path) -> Iterator[Path]:
    with TemporaryDirectory() as place, real.opened(Path(place) / "box", chromium) as (page, house):
        _stock(house)
        for width, height, scheme, language in LOOKS:
            chromium.screen(width, height)
            chromium.scheme(scheme)
            real.speak(house, language)
            for section, ready in REAL.items():
                page.visit(section, ready)
                yield _take(chromium, directory / f"admin-{section}-{width}-{scheme}-{language}.png")


def _stock(house: House) -> None:
    """Give the box what a hotel's has: vouchers in two batches and by themselves, a look of its own, an open site."""
    vouchers, desk = house.services.vouchers, house.desk
    for number in range(1, 9):
        vouchers.create(NewVoucher(fullname=f"Room {number}", valid_for="3 days", down_kbit=10_000, batch="Summer", single=number % 2 > 0))
    for number in range(1, 4):
        vouchers.create(NewVoucher(fullname=f"Conference {number}", download_limit_mb=500, batch="Conference", devices=5))
    vouchers.create(NewVoucher(username="ada", fullname="Ada Example", comment="stays until Sunday", valid_for="7 days"))
    logo = desk.brands.add("logo", showcase.PICTURES[showcase.LOGO])
    desk.brands.set("", {"logo": logo.id, "accent": "#5b2333", "welcome": showcase.WELCOME, "terms": showcase.TERMS})
    desk.premises.network.garden.add("menu.example.com")


def _nobody(_: object) -> None:
    raise Refusal(401, message="sign in first", reason="sign-in")


def _visit(chromium: Browser, fake: Fake, place: str, file: Path) -> Path:
    chromium.open(f"{fake.url}?{file.stem}{place}")
    return _take(chromium, file)


def _take(chromium: Browser, file: Path) -> Path:
    time.sleep(DRAWN_S)
    chromium.picture(file)
    return file


def _plain(name: str) -> str:
    return re.sub(r"\W+", "-", name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
