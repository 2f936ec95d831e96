"""(k) The admin page in a real Chromium: how soon it can be used, and what ten thousand guests cost it.

The box behind it is the fake of the browser tests, so the figures are the page's own; the server's part is in `page`.
"""

import time
from collections.abc import Callable

from tests.bench.figures import Figure, at_most, median, spread
from tests.browser.admin.conftest import Page
from tests.browser.admin.fake import Fake
from tests.browser.admin.sample import answers, guests
from tests.browser.conftest import Here
from tests.lab.browser import Browser

ROUNDS = 5
MANY = 10_000
ROWS = ".grid-body .grid-row"
USABLE_MS, TABLE_S, FRAME_MS = 300, 1, 100
SCROLL = """
    window.worst = 0; window.scrolled = false; let left = 60, before = performance.now();
    requestAnimationFrame(function step(now) {
        window.worst = Math.max(window.worst, now - before); before = now; scrollBy(0, 900);
        if (left-- > 0) requestAnimationFrame(step); else window.scrolled = true;
    });
"""


def run() -> list[Figure]:
    """The figures, each of a fresh browser."""
    usable, there, frames = ([_of(measure) for _ in range(ROUNDS)] for measure in (_usable_ms, _searched_s, _worst_ms))
    return [
        at_most("page usable after navigation", median(usable), "ms", USABLE_MS, spread(usable)),
        at_most(f"{MANY:,} guests loaded, drawn and searched", median(there), "s", TABLE_S, spread(there)),
        at_most("longest frame while scrolling through them", median(frames), "ms", FRAME_MS, spread(frames)),
    ]


def _of(measure: Callable[[Page], float]) -> float:
    with Browser(Here()) as chromium, Fake(answers()) as fake:
        chromium.watch()
        chromium.screen(1280, 800)
        fake.box.answers["LIVE guests"] = [("guests", guests(MANY, time.time()))]
        return measure(Page(chromium, fake))


def _usable_ms(page: Page) -> float:
    page.visit("people", ".listing td button")
    return float(page.chromium.run("performance.getEntriesByName('usable')[0].startTime"))


def _searched_s(page: Page) -> float:
    page.visit("overview", ".tiles")
    begun = time.monotonic()
    page.chromium.run("location.hash = '#/guests'")
    page.see(ROWS)
    page.write_search("desktop-4k2p")
    page.chromium.wait("document.querySelector('.grid').getAttribute('aria-rowcount') === '1001'")
    return time.monotonic() - begun


def _worst_ms(page: Page) -> float:
    page.visit("overview", ".tiles")
    page.chromium.run("location.hash = '#/guests'")
    page.see(ROWS)
    page.chromium.run(SCROLL)
    page.chromium.wait("window.scrolled")
    return float(page.chromium.run("window.worst"))
