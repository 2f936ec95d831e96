"""The challenge in a real browser, over plain HTTP, where there is no crypto.subtle: work and slider both lead to the site."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from routerd.cc.model import NewRule
from routerd.cc.service import Counters
from routerd.core.clock import SystemClock
from routerd.core.protections import CcSettings
from routerd.store.database import Store
from tests.cc.conftest import Bans, PlainSeal
from tests.fakes.request import FakeHead
from tests.lab.browser import Browser

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[str]:
    """A site whose every visitor is challenged at the second request."""
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('cc') / 'store.db'}")
    store.start()
    counters = Counters(store, SystemClock(), Bans(), CcSettings(), PlainSeal())
    counters.create(NewRule("*", "/shop", 1, 60, 600, "challenge"))

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = tuple((name.encode(), value.encode()) for name, value in self.headers.items())
            head = FakeHead(target=self.path.encode(), client=b"127.0.0.1", headers=headers, scheme=b"http")
            page = counters.answered(head)
            if page is None and (ruling := counters.seen(head)) is not None:
                page = counters.challenge(head, ruling)
            self.send_response(page.status if page else 200)
            for name, value in page.headers if page else ((b"content-type", b"text/html"),):
                self.send_header(name.decode(), value.decode())
            self.end_headers()
            self.wfile.write(page.body if page else b"<!doctype html><title>shop</title><h1>Welcome to the shop</h1>")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()
    store.stop()


def test_a_browser_gets_past_the_work_by_itself(site: str, chromium: Browser) -> None:
    chromium.open(f"{site}/shop")
    begun = time.monotonic()
    chromium.open(f"{site}/shop?q=1")
    chromium.wait("document.title === 'shop'")
    assert chromium.url == f"{site}/shop?q=1"
    assert time.monotonic() - begun < 10
    chromium.open(f"{site}/shop?q=2")
    assert chromium.text.strip() == "Welcome to the shop"


def test_the_slider_fits_a_phone_and_its_knob_meets_the_gap(site: str, chromium: Browser) -> None:
    chromium.screen(360, 640)
    chromium.open(f"{site}/.routerd/challenge?slider=1&to=/shop?q=3")
    assert chromium.run("document.documentElement.scrollWidth <= innerWidth")
    assert chromium.run("document.querySelector('input[type=range]').clientWidth === document.querySelector('img').clientWidth")
    assert chromium.run("window.violations.length") == 0
    assert chromium.run("document.querySelector('label').control.id") == "ratio"
