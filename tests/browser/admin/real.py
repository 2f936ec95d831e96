"""The real door with everything behind it, for tests of whole tasks: an owner signed in, a portal to show, a network."""

import builtins
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from routerd.admin.premises import Premises
from routerd.app.premises import LANGUAGES
from routerd.core.clock import SystemClock
from routerd.core.errors import Conflict
from routerd.core.events import LeaseChanged
from routerd.identity import hashing
from routerd.identity.actor import Actor
from routerd.kernel.interfaces import Interface
from routerd.network.garden import Entry, target
from routerd.portal.routes import build as build_portal
from routerd.preferences.kept import WAITING
from routerd.preferences.service import Preferences
from routerd.web.server import WebServer, bind_tcp
from tests.admin.house import DESK, OWNER, House
from tests.browser.admin.conftest import Page
from tests.lab.browser import Browser

NOBODY = Actor("test", "owner", "test")
"""Puts things back after a test."""


class Network:
    """As much of `network.service.Network` as the page shows."""

    def __init__(self) -> None:
        self.garden = Garden()
        self.held = [
            LeaseChanged("main", "aa:aa:aa:aa:aa:10", "192.168.88.10", "<b>phone</b>", 1_800_000_000),
            LeaseChanged("main", "aa:aa:aa:aa:aa:09", "192.168.88.9", "printer", None),
        ]

    def leases(self, _network: str) -> list[LeaseChanged]:
        return self.held

    def pool(self, _network: str) -> tuple[IPv4Address, IPv4Address]:
        return IPv4Address("192.168.88.2"), IPv4Address("192.168.88.254")

    def serving(self) -> dict[str, bool]:
        return {"main": True}


class Garden:
    """A walled garden in memory."""

    def __init__(self) -> None:
        self.held: list[Entry] = []

    def list(self) -> builtins.list[Entry]:
        return self.held

    def add(self, text: str) -> Entry:
        entry = Entry(target(text), 1_763_700_000)
        if entry.target in [each.target for each in self.held]:
            raise Conflict(f"'{entry.target}' is in the walled garden already")
        self.held.append(entry)
        return entry

    def remove(self, text: str) -> None:
        self.held = [each for each in self.held if each.target != target(text)]


class Applier:
    """Takes new settings as the box does: what has to start anew counts a moment later.

    Args:
        preferences: whose settings they are.
    """

    def __init__(self, preferences: Preferences) -> None:
        self._preferences = preferences

    def live(self, _settings: object) -> None:
        """At once."""

    def anew(self, sections: frozenset[str]) -> None:
        """After the answer has been sent; as a start does, it proves everything that waits by then."""
        preferences = self._preferences
        proof = lambda: preferences._confirm(preferences._kept.pending(WAITING))  # noqa: E731 - the store's work
        threading.Timer(0.2, lambda: preferences._store.write(proof)).start()


def wire(name: str, *, carrier: bool = True) -> Interface:
    """An interface."""
    return Interface(
        name, "up" if carrier else "down", carrier, "02:00:00:00:00:01", 1500, 1000, ("192.168.88.1/24",), 1 << 30, 1 << 28, 0, 0
    )


class Served:
    """Stands in for the fake where a `Page` wants one."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/admin/"
        self.box: Any = None


@contextmanager
def opened(place: Path, browser: Browser) -> Iterator[tuple[Page, House]]:
    """A box that is set up, its owner signed in with this browser."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashing, "MEMORY_KIB", 64)
        house = House(place)
        services = house.services
        portal = build_portal(
            services.settings.guest,
            services.settings.portal,
            finder=None,
            sessions=services.sessions,
            vouchers=services.vouchers,
            free_users=services.guests,
            atomically=services.store.write,
            publish=services.bus.publish,
            clock=SystemClock(),
        )
        house.close()
        wires = [wire("wan0"), wire("lan0"), wire("guest0", carrier=False)]
        box = replace(Premises(), languages=LANGUAGES, preview=portal.preview, network=Network(), interfaces=lambda: wires)
        house = House(place, premises=box)
        house.services.preferences.applier = Applier(house.services.preferences)
        listener = bind_tcp("127.0.0.1", 0)
        server = WebServer("admin", house.door.front, [listener], threads=12)
        server.start()
        page = Page(browser, Served(listener.getsockname()[1]))
        ask(page, "setup", {"account": {"name": OWNER[0], "password": OWNER[1]}})
        yield page, house
        browser._call("Page.navigate", url="about:blank")
        server.stop()
        house.close()


def ask(page: Page, path: str, data: dict[str, Any]) -> None:
    """Have the browser itself send something that needs no token: the setup, a sign-in."""
    page.chromium.open(f"{page._url}?asking")
    body = json.dumps(json.dumps(data))
    page.chromium.run(
        f"fetch('api/{path}', {{method: 'POST', headers: {{'Content-Type': 'application/json'}}, body: {body}}})"
        ".then(answer => { window.asked = answer.status })"
    )
    page.chromium.wait("window.asked === 200")


def drop(page: Page, selector: str, content: bytes, name: str, media_type: str) -> None:
    """Choose a file, as somebody does in the browser's own dialog."""
    page.see(selector.split(maxsplit=1)[0])
    page.chromium.run(f"""(() => {{
        const held = new DataTransfer();
        held.items.add(new File([new Uint8Array({list(content)})], {name!r}, {{type: {media_type!r}}}));
        const input = document.querySelector({selector!r});
        input.files = held.files;
        input.dispatchEvent(new Event('change'));
    }})()""")


def as_front_desk(page: Page, house: House) -> None:
    """Go on as somebody of the front desk."""
    house.front_desk()
    name, password = DESK
    ask(page, "signin", {"name": name, "password": password})


def as_owner(page: Page) -> None:
    """Go on as the owner."""
    name, password = OWNER
    ask(page, "signin", {"name": name, "password": password})


def looks(page: Page, house: House) -> Iterator[tuple[str, str]]:
    """Bring the page into each scheme and direction in turn, for the owner; then back to light English."""
    for scheme, language in (("light", "en"), ("dark", "en"), ("light", "ar")):
        page.chromium.scheme(scheme)
        speak(house, language)
        yield scheme, language
    page.chromium.scheme("light")
    speak(house, "en")


def speak(house: House, language: str) -> None:
    """Have the page talk to the owner in a language from the next visit on."""
    people = house.accounts.people
    owner = next(each for each in people.all() if each.name == OWNER[0])
    people.set_language(owner.id, language, NOBODY)


def objections(page: Page, axe: str) -> list[str]:
    """What axe finds serious or critical on what is shown."""
    page.chromium.wait("document.getAnimations().every(each => each.playState === 'finished')")
    page.chromium.run("window.objections = null; " + axe)
    page.chromium.run("""axe.run(document, {resultTypes: ['violations'], iframes: false}).then(told => {
        const serious = told.violations.filter(each => ['serious', 'critical'].includes(each.impact));
        window.objections = serious.map(each => each.id + ': ' + each.nodes.map(node => node.html.slice(0, 160)).join(' | '));
    })""")
    page.chromium.wait("window.objections !== null", 10)
    return list(page.chromium.run("window.objections"))
