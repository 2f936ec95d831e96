"""The portal on loopback, served as it will be, and a real Chromium in front of it. No lab, no root."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from routerd.core.terms import Device
from routerd.vouchers.model import NewVoucher
from tests.browser import showcase
from tests.browser.showcase import Hotel
from tests.lab.browser import Browser

AXE = Path(__file__).parents[2] / "webroot" / "admin" / "node_modules" / "axe-core" / "axe.min.js"
"""`make page` fetches it."""

WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation', event => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


class Here:
    """Where Chromium runs: not in a namespace (see `tests.lab.namespace`), but here."""

    def command(self, *words: str) -> list[str]:
        return list(words)


@pytest.fixture
def hotel(tmp_path) -> Iterator[Hotel]:
    with showcase.opened(tmp_path, showcase.SETTINGS) as opened:
        opened.world.finder.add(Device("02:00:00:00:00:01", "127.0.0.1", "main"))
        opened.world.vouchers.create(NewVoucher(username="room12", passcode="hx7kq3mp", valid_for="1 day", download_limit_mb=2048))
        yield opened


@pytest.fixture(scope="module")
def gallery(tmp_path_factory) -> Iterator[Hotel]:
    """A hotel whose pages are looked at one after the other."""
    with showcase.opened(tmp_path_factory.mktemp("gallery")) as opened:
        yield opened


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with Browser(Here()) as started:
        started._call("Page.enable")
        started._call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        yield started


@pytest.fixture(scope="session")
def axe() -> str:
    return AXE.read_text(encoding="utf-8")
