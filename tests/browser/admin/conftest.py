"""The admin page as built, in front of the fake box, in a real Chromium."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.admin.fake import DIST, Box, Fake
from tests.browser.admin.sample import answers
from tests.lab.browser import Browser

SCREENS = {"1280px": (1280, 800), "390px": (390, 844)}


class Page:
    """The page, as somebody uses it: by what is written on things.

    Args:
        chromium: the browser.
        fake: the box behind it.
    """

    def __init__(self, chromium: Browser, fake: Fake) -> None:
        self.chromium = chromium
        self.box: Box = fake.box
        self._url = fake.url
        self._visits = 0

    def visit(self, place: str, ready: str = "r-frame h1") -> None:
        """Load the page anew at a section: ``guests``; wait until `ready`, a CSS selector, is there and nothing is loading."""
        self._visits += 1
        self.chromium.open(f"{self._url}?{self._visits}#/{place}")
        self.see(ready)

    def see(self, selector: str, count: int = 1) -> None:
        """Wait until at least so many such elements are there and seen."""
        self.chromium.wait(
            f"[...document.querySelectorAll({json.dumps(selector)})].filter(e => e.checkVisibility()).length >= {count}"
            " && !document.querySelector('main [aria-busy=true]:empty')"
        )

    def read(self, words: str) -> None:
        """Wait until somebody can read these words."""
        self.chromium.wait(f"document.body.innerText.includes({json.dumps(words)})")

    def gone(self, selector: str) -> None:
        """Wait until there is no such element."""
        self.chromium.wait(f"!document.querySelector({json.dumps(selector)})")

    def press(self, words: str, within: str = "body") -> None:
        """Click the button, link or choice that says or is labelled so, the frontmost one; wait until it is there."""
        self.chromium.wait(f"""(() => {{
            const seen = e => e.checkVisibility({{visibilityProperty: true}}) && !e.disabled;
            const named = e => [e.innerText?.trim(), e.getAttribute('aria-label')].includes({json.dumps(words)});
            const all = [...document.querySelectorAll({json.dumps(within)} + ' :is(button, a, summary, label)')];
            const front = document.querySelector('dialog[open]') ?? document.querySelector(':popover-open');
            const found = all.filter(e => seen(e) && named(e) && (!front || front.contains(e)));
            found.at(-1)?.click();
            return found.length > 0;
        }})()""")

    def write(self, **fields: Any) -> None:
        """Type into the fields of these names, in the frontmost form, or choose from their lists."""
        for name, value in fields.items():
            field = f"[...document.querySelectorAll('[name={name}]')].at(-1)"
            self.chromium.wait(f"{field} !== undefined")
            if self.chromium.run(f"{field}.tagName") == "SELECT":
                self.chromium.run(f"{field}.value = {json.dumps(value)}")
            else:
                self.chromium.run(f"{field}.focus(); {field}.select()")
                self.chromium.write(str(value))

    def write_search(self, words: str) -> None:
        """Search the list."""
        field = "document.querySelector('[type=search]')"
        self.chromium.wait(field)
        self.chromium.run(f"{field}.value = {json.dumps(words)}; {field}.dispatchEvent(new Event('input'))")

    def choose(self, label: str, value: str) -> None:
        """Pick from the list of that label."""
        script = f"(list => {{ list.value = {json.dumps(value)}; list.dispatchEvent(new Event('change')) }})"
        self.chromium.run(f"{script}(document.querySelector('select[aria-label=\"{label}\"]'))")

    def sent(self, path: str, method: str = "POST") -> Any:
        """The body of the last change to a path, as soon as there is one."""
        until = time.monotonic() + 5
        while time.monotonic() < until:
            if bodies := [call.body for call in self.box.calls if (call.method, call.path) == (method, path)]:
                return bodies[-1]
            time.sleep(0.02)
        raise AssertionError(f"nothing was sent to {path}; sent were {[call.path for call in self.box.calls if call.method != 'GET']}")

    def asked(self, path: str, **query: str) -> None:
        """Wait until the page has asked for this path with exactly these query fields."""
        until = time.monotonic() + 5
        while time.monotonic() < until:
            if any(call.path == path and call.query == query for call in self.box.calls):
                return
            time.sleep(0.02)
        raise AssertionError([call.query for call in self.box.calls if call.path == path])

    def loaded(self, path: str, times: int) -> None:
        """Wait until a list was asked for so many times in all, and is shown."""
        until = time.monotonic() + 5
        while [call.path for call in self.box.calls if call.method == "GET"].count(path) < times and time.monotonic() < until:
            time.sleep(0.02)
        self.chromium.wait("!document.querySelector('.listing[aria-busy]')")

    def fits(self) -> None:
        """Nothing is wider than the screen."""
        wide = self.chromium.run("""
            document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
                .filter(e => e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1)
                .map(e => e.outerHTML.slice(0, 120)).slice(0, 5)
        """)
        assert not wide, wide


@pytest.fixture(scope="session", autouse=True)
def _built() -> None:
    assert (DIST / "index.html").is_file(), "the page is not built: run `make page`"


@pytest.fixture
def fake() -> Iterator[Fake]:
    with Fake(answers()) as started:
        yield started


@pytest.fixture(scope="module")
def watched(chromium: Browser) -> Browser:
    """Chromium, with every complaint of its console collected."""
    chromium.watch()
    return chromium


@pytest.fixture
def page(watched: Browser, fake: Fake) -> Iterator[Page]:
    """The page; a complaint of the console or a blocked resource fails the test."""
    watched.complaints.clear()
    watched.screen(1280, 800)
    watched.scheme("light")
    yield Page(watched, fake)
    refused = [each for each in watched.complaints if "Failed to load resource" not in each]
    assert refused == []
    assert watched.run("window.violations") == []


@pytest.fixture(params=SCREENS.values(), ids=SCREENS.keys())
def screen(request, page: Page) -> tuple[int, int]:
    page.chromium.screen(*request.param)
    return request.param
