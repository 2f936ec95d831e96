"""The admin page's door with everything behind it, as `app` puts it together, on a fake kernel."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from routerd.admin.premises import Premises
from routerd.admin.routes import Door
from routerd.app import owners
from routerd.app.house import furnish
from routerd.app.wiring import hears
from routerd.core.events import Bus
from routerd.core.settings import Settings, parse
from routerd.identity.actor import Actor
from routerd.store.database import Store
from tests.admin.browser import Browser
from tests.fakes.clock import FakeClock
from tests.fakes.gate import FakeGate

SETTINGS = """
[daemon]
key_file = "{place}/box.key"
[store]
url = "sqlite:///{place}/routerd.db"
[management]
listen = ["203.0.113.7:8088"]
names = ["gate.example.com"]
[lan]
interface = "lan0"
address = "192.168.10.1/24"
[uplink]
interface = "wan0"
[[guest]]
name = "main"
interface = "guest0"
address = "192.168.88.1/24"
"""

OWNER = ("Ada", "three unlikely words")
DESK = ("Desk", "another unlikely phrase")


class Anything:
    """Stands in for what a plain box lacks: whatever is asked of it, it has. A guard has to refuse before it is called."""

    def __getattr__(self, name: str) -> Any:
        return self if not name.startswith("__") else super().__getattribute__(name)

    def __call__(self, *_args: object, **_kwargs: object) -> Any:
        raise AssertionError("a handler was called that nobody may call")


def everything() -> Premises:
    """Premises of a box that lacks nothing, so that it has every section there is."""
    return Premises(**{each.name: Anything() for each in fields(Premises) if each.default is None})


class FakeKernel(FakeGate):
    """Gate and barrier in one."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.blocked: set[str] = set()

    def block(self, mac: str) -> None:
        self.blocked.add(mac)

    def unblock(self, mac: str) -> None:
        self.blocked.discard(mac)


class House:
    """Everything.

    Args:
        place: a directory of its own.
        further: fields of `Desk` that differ from what `app` puts there.
    """

    def __init__(self, place: Path, **further: Any) -> None:
        place.mkdir(exist_ok=True)
        settings, problems = parse(SETTINGS.format(place=place))
        assert isinstance(settings, Settings), problems
        self.place = place
        self.settings = settings
        self.clock = FakeClock()
        self.bus = Bus()
        self.store = Store(settings.store.url)
        self.store.start()
        self.kernel = FakeKernel(self.clock)
        self.services = furnish(settings, self.clock, self.bus, self.store, self.kernel, lambda _network, _mac: "")
        self.bus.connect(hears(self.services))
        self.accounts = self.services.accounts
        self.desk = replace(owners.desk(self.services), **further)
        self.door: Door = owners.door(self.desk)

    def browser(self, address: str = "192.168.10.2") -> Browser:
        """A browser that was never here."""
        return Browser(self.door.front, address)

    def owner(self, address: str = "192.168.10.2") -> Browser:
        """The owner, signed in; sets the box up at the first call."""
        browser = self.browser(address)
        name, password = OWNER
        if self.accounts.setup.is_open:
            answer = browser.post("/setup", {"account": {"name": name, "password": password}})
        else:
            answer = browser.post("/signin", {"name": name, "password": password})
        assert answer.status == 200, answer.octets
        return browser

    def front_desk(self, address: str = "192.168.10.3") -> Browser:
        """Somebody of the front desk, signed in."""
        name, password = DESK
        if name not in [person.name for person in self.accounts.people.all()]:
            self.owner().post("/people", {"name": name, "password": password, "role": "front-desk"})
        browser = self.browser(address)
        answer = browser.post("/signin", {"name": name, "password": password})
        assert answer.status == 200, answer.octets
        return browser

    def second_owner(self) -> Browser:
        """Another owner, signed in; made through the service, for the first may have a second factor."""
        name, password = "Grace", "yet another long phrase"
        self.accounts.people.add(name, password, "owner", Actor("test", "owner", "test"))
        browser = self.browser("192.168.10.4")
        assert browser.post("/signin", {"name": name, "password": password}).status == 200
        return browser

    def close(self) -> None:
        self.services.asides.stop()
        self.store.stop()
