"""A portal whose guests prove who they are, with a carrier that only remembers messages."""

import re
from dataclasses import dataclass

from routerd.asides.numbers import answer
from routerd.core.settings import Settings, parse
from routerd.core.verify import verify
from routerd.guests.people import People
from routerd.portal.methods.catalogue import METHOD_NAMES
from routerd.store.database import Store
from routerd.verification.numbers import Numbers
from routerd.verification.service import Verification
from tests.fakes.aside import FakeAside
from tests.fakes.carrier import FakeCarrier, FakeKeys
from tests.fakes.clock import FakeClock
from tests.portal.conftest import World, make_world

MAIN = """
[uplink]
interface = "wan0"
[[guest]]
name = "main"
interface = "guest0"
address = "192.168.88.1/24"
[mail]
host = "mail.hotel.example"
sender = "wifi@hotel.example"
[sms]
provider = "smstools"
[portal]
title = "Hotel {Example}"
"""
TITLE = 'title = "Hotel {Example}"\n'


def settings_of(text: str) -> Settings:
    """Settings as the daemon would take them."""
    main = MAIN.replace(TITLE, "") if "\ntitle" in text else MAIN
    settings, problems = parse(main + text)
    assert settings is not None, problems
    problems += verify(settings, METHOD_NAMES)
    assert problems == []
    return settings


@dataclass
class Proving:
    """A world, its carrier, what it knows of numbers, and its people."""

    world: World
    carrier: FakeCarrier
    book: FakeAside
    people: People

    def guest(self, number: int = 10):
        return self.world.guest(number)

    def online(self) -> dict[str, tuple[str, str]]:
        """Login and subject of each device that is online, by the last octet of its MAC."""
        sessions = (online.session for online in self.world.sessions.online())
        return {session.device.mac[-2:]: (session.grant.login, session.grant.subject) for session in sessions}

    def left_s(self, number: int = 10) -> float:
        """Seconds that a device still has."""
        found = [o.seconds_left for o in self.world.sessions.online() if o.session.device.mac.endswith(f":{number:02x}")]
        assert len(found) == 1
        return found[0]


def make_proving(text: str, url: str = "sqlite:///:memory:") -> Proving:
    """A portal with these settings besides MAIN."""
    settings, carrier, book, kept = settings_of(text), FakeCarrier(), FakeAside(answer), []

    def more(store: Store, clock: FakeClock) -> dict[str, object]:
        kept.append(People(store, clock))
        limits = {"mail": settings.mail, "sms": settings.sms}
        numbers = Numbers(book)
        verification = Verification(store, clock, FakeKeys(), mail=carrier, sms=carrier, limits=limits, numbers=numbers)
        return {"people": kept[0], "verification": verification}

    return Proving(make_world(settings, url, more), carrier, book, kept[0])


def code(guest, method: str, **fields: str):
    """Fill in the form for the code."""
    page = guest.get("/status")
    page = guest.get("/") if page.status == 303 else page
    return guest.post("/signin", {"token": page.field("token"), "method": method, "step": "code", **fields})


def link(carrier: FakeCarrier) -> str:
    """Path and query of the link in the newest mail."""
    found = re.search(r"http://192\.168\.88\.1(/back/email\?key=[\w-]+)\n", carrier.mails[-1][2])
    assert found is not None, carrier.mails[-1][2]
    return found[1]
