"""Firewall, integrations and system in front of the real door with everything behind it: what the page shows is true, and works."""

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from routerd.api.routes import build as build_api
from routerd.app.outside import Outside
from routerd.app.premises import premises
from routerd.identity import hashing, vault
from routerd.vouchers.model import NewVoucher
from routerd.web.mount import mount
from routerd.web.server import WebServer, bind_tcp
from tests.admin.house import OWNER, House
from tests.admin.test_firewall import FakeFirewall
from tests.browser.admin.conftest import SCREENS, Page
from tests.browser.admin.real import Applier, Served, ask, objections
from tests.lab.browser import Browser

pytestmark = pytest.mark.browser

PASSPHRASE = "correct horse battery"
LOCAL = "http://192.168.10.1/api/"


class Box:
    """A box that is set up, with its owner signed in.

    Attributes:
        restarts: one for each time that it was to start anew.
    """

    def __init__(self, place, browser: Browser) -> None:
        self.restarts: list[str] = []
        made = House(place)
        outside = Outside(made.clock, None, place, restart=lambda: self.restarts.append("now"))
        around = premises(made.services.preferences, outside)
        made.close()
        system = replace(around.system, preferences=made.services.preferences)
        self.house = House(place, premises=replace(around, system=system, firewall=FakeFirewall()))
        self.house.services.preferences.applier = Applier(self.house.services.preferences)
        services = self.house.services
        api = build_api(
            self.house.settings.action_api,
            self.house.clock,
            services.store,
            services.access,
            services.vouchers,
            services.sessions,
            services.guests,
        )
        listener = bind_tcp("127.0.0.1", 0)
        port = listener.getsockname()[1]
        self._server = WebServer("owner", mount((("/api", api), ("", self.house.door.front))), [listener], threads=12)
        self._server.start()
        self.page = Page(browser, Served(port))
        self.api = f"http://127.0.0.1:{port}/api/"
        ask(self.page, "setup", {"account": {"name": OWNER[0], "password": OWNER[1]}})

    def close(self) -> None:
        self.page.chromium._call("Page.navigate", url="about:blank")
        self._server.stop()
        self.house.desk.data.jobs.stop()
        self.house.close()


@pytest.fixture(scope="module")
def opened(tmp_path_factory, watched: Browser) -> Iterator[Box]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashing, "MEMORY_KIB", 64)
        patch.setattr(vault, "SCRYPT_N", 2)
        box = Box(tmp_path_factory.mktemp("box") / "place", watched)
        yield box
        box.close()


@pytest.fixture
def box(opened: Box) -> Iterator[Box]:
    chromium = opened.page.chromium
    chromium.complaints.clear()
    chromium.screen(390, 844)
    chromium.scheme("light")
    yield opened
    assert [each for each in chromium.complaints if "Failed to load resource" not in each] == []
    assert chromium.run("window.violations") == []


def pasted(box: Box, action: str) -> dict:
    """Run the line that the page shows for an action, as it stands but for the box's address."""
    box.page.chromium.run("document.querySelectorAll('.manual details').forEach(each => each.open = true)")
    shown = f"[...document.querySelectorAll('.example pre')].find(each => /\\b{action}\\b/.test(each.innerText)).innerText"
    line = str(box.page.chromium.run(shown)).replace(LOCAL, box.api)
    return dict(json.loads(subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=True, timeout=10).stdout))


def test_the_lines_of_the_manual_work_as_they_stand(box: Box) -> None:
    page = box.page
    page.visit("integrations", ".switch")
    page.read("There is none yet.")
    page.chromium.run("document.querySelector('[name=post]').click()")
    page.read("POST is enabled.")
    page.press("Show the key")
    page.see("[aria-label='Hide the key']")
    assert pasted(box, "create_voucher")["message"] == "User added successfully"
    assert box.house.services.vouchers.get("user123").fullname == "John Doe"
    assert [each["username"] for each in pasted(box, "get_voucher_users")["users"]] == ["user123"]
    page.choose("Method", "GET")
    assert "not allowed" in pasted(box, "get_logins")["message"]
    page.chromium.run("document.querySelector('[name=get]').click()")
    page.read("GET is enabled.")
    assert "logins" in pasted(box, "get_logins")
    before = page.chromium.run("document.querySelector('.key code').innerText")
    page.press("Make a new key")
    page.press("Make a new key", "dialog")
    page.chromium.wait(f"document.querySelector('.key code').innerText !== {json.dumps(before)}")
    assert pasted(box, "remove_voucher")["message"] == "User removed successfully"
    page.visit("audit", ".listing td")
    for words in ("api.switch", "api.reveal", "api.rotate"):
        page.read(words)


def test_the_firewall_is_told_with_the_kernels_counts(box: Box) -> None:
    page = box.page
    page.visit("firewall", ".walls .count")
    page.read("720")
    page.press("Show the rules")
    page.read("table inet routerd {}")


def test_a_backup_is_made_looked_into_and_restored(box: Box) -> None:
    page, house = box.page, box.house
    house.services.vouchers.create(NewVoucher(username="room12", passcode="pass"))
    page.visit("system/backup", "[name=again]")
    page.chromium.run("[...document.querySelectorAll('[name=passphrase]')].at(-1).name = 'other'")
    page.write(passphrase=PASSPHRASE, again=PASSPHRASE)
    page.press("Make a backup")
    link = page.chromium.wait("document.querySelector('dialog a.primary')?.href", 15)
    page.chromium.run(f"""fetch({json.dumps(link)}).then(answer => answer.blob()).then(file => {{
        const taken = new DataTransfer();
        taken.items.add(new File([file], 'box.routerd'));
        document.querySelector('[name=file]').files = taken.files;
        document.querySelector('[name=other]').name = 'passphrase';
        document.querySelector('dialog').close();
    }})""")
    page.gone("dialog")
    page.write(passphrase="something else")
    page.press("Look inside")
    page.chromium.wait("[...document.querySelectorAll('form .error')].some(each => !each.hidden && each.innerText)")
    assert box.restarts == []
    page.write(passphrase=PASSPHRASE)
    page.press("Look inside")
    page.read("What was added since is gone from the box.")
    page.press("Restore", "dialog")
    page.read("The box is starting with the backup.")
    until = time.monotonic() + 5
    while not box.restarts and time.monotonic() < until:
        time.sleep(0.02)
    assert box.restarts == ["now"]


def test_the_box_is_told_and_its_time_zone_set(box: Box) -> None:
    page = box.page
    page.visit("system", ".facts")
    page.read("Python")
    page.write(**{'"system.time_zone"': "Asia/Bangkok"})
    page.press("Save")
    page.read("The box is starting with the new settings.")
    page.read("Saved.")
    assert box.house.services.preferences.settings.system.time_zone == "Asia/Bangkok"
    page.visit("system/logs", ".log li")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", SCREENS)
def test_axe_objects_to_nothing_that_is_opened_either(box: Box, axe: str, scheme: str, width: str) -> None:
    page = box.page
    page.chromium.screen(*SCREENS[width])
    page.chromium.scheme(scheme)
    page.visit("integrations", ".switch")
    page.chromium.run("document.querySelectorAll('.manual details').forEach(each => each.open = true)")
    found = objections(page, axe)
    page.fits()
    page.visit("firewall", ".walls .count")
    page.chromium.run("document.querySelectorAll('details').forEach(each => each.open = true)")
    page.fits()
    found += objections(page, axe)
    page.press("Show the rules")
    page.see("dialog pre")
    found += objections(page, axe)
    assert found == []
