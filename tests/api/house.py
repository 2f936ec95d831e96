"""The action API with everything behind it."""

from pathlib import Path
from types import SimpleNamespace

from routerd.api.routes import build
from routerd.core.events import Bus
from routerd.core.settings import ActionApiSettings, VoucherSettings
from routerd.core.terms import Device
from routerd.identity.service import ApiAccess
from routerd.sessions.model import Grant, Online, Session
from routerd.store.database import Store
from routerd.vouchers.service import Vouchers
from tests.api.caller import Caller
from tests.fakes.clock import FakeClock


class FakeSessions:
    def __init__(self) -> None:
        self.revision = 0
        self.asked = 0
        self.entries: list[Online] = []
        self.ended: list[tuple[str, str, str]] = []

    def online(self) -> list[Online]:
        self.asked += 1
        return self.entries

    def end_grant(self, kind: str, subject: str, reason: str) -> int:
        self.ended.append((kind, subject, reason))
        return 1


class FakeGuests(SimpleNamespace):
    def hosts(self):
        return []

    email_users = fb_users = mobile_users = free_users = logins = hosts


class House:
    def __init__(self, place: Path, settings: ActionApiSettings | None = None) -> None:
        self.clock = FakeClock()
        self.store = Store(f"sqlite:///{place}/routerd.db")
        self.store.start()
        self.bus = Bus()
        self.access = ApiAccess(self.store, self.clock, place / "box.key")
        self.key = self.access.reveal()
        self.vouchers = Vouchers(self.store, self.clock, self.bus, VoucherSettings())
        self.sessions = FakeSessions()
        self.guests = FakeGuests()
        self.front = build(
            settings or ActionApiSettings(), self.clock, self.store, self.access, self.vouchers, self.sessions, self.guests
        )
        self.caller = Caller(self.front)

    def act(self, action: str, **fields):
        """A POST with the right key."""
        return self.caller.post({"api-key": self.key, "action": action, **fields})


def online(mac: str = "a1:b2:c3:d4:e5:f6", login: str = "user1", down: int = 1056738924, up: int = 87456321, **more) -> Online:
    grant = Grant(1, "voucher", "1", login, 0, None, None, None, 0, 0, 1, 3600, 0, 0, None)
    session = Session(1, grant, Device(mac, "192.168.88.20", "main"), 1, more.pop("started_at", 0), 0, 0, 0, None, None)
    return Online(session, down, up, more.pop("idle_s", 0.0), None, None, None)
