"""Sessions on a fake kernel, with everything at hand that a test wants to look at or to break."""

from typing import Any

from routerd.core.events import Bus, LoggedIn, SessionEnded
from routerd.core.terms import Device, Terms
from routerd.sessions import records
from routerd.sessions.model import Octets, Session
from routerd.sessions.service import Sessions
from routerd.store.database import Store
from tests.fakes.clock import FakeClock
from tests.fakes.gate import FakeGate

NOW = 1_750_000_000
HOUR = 3600


class World:
    """One gateway: a store and a kernel that outlive the daemon, and the daemon's sessions."""

    def __init__(self, url: str = "sqlite:///:memory:") -> None:
        self.clock = FakeClock(NOW)
        self.store = Store(url)
        self.gate = FakeGate(self.clock)
        self.heard: list[Any] = []
        self.boot()

    def boot(self) -> None:
        """A daemon that has forgotten everything: what the last one kept in memory is gone."""
        bus = Bus()
        bus.connect({LoggedIn: [self.heard.append], SessionEnded: [self.heard.append]})
        self.sessions = Sessions(self.store, self.gate, self.clock, bus)

    def restart(self) -> None:
        """Crash and start: `boot`, then `adopt`."""
        self.boot()
        self.sessions.adopt()

    def sign_in(self, subject: str = "1", mac: int = 1, *, replace: bool = False, network: str = "main", **terms: Any) -> Session:
        return self.sessions.open(grants(subject, **terms), device(mac, network), replace=replace)

    def rows(self, *where: Any) -> list[Session]:
        return records.find(self.store.db, *where)

    def open_keys(self) -> set[tuple[int, str, str]]:
        return {(s.mark, s.device.mac, s.device.network) for s in self.rows(records.OPEN)}

    def used(self, subject: str = "1") -> Octets:
        return self.sessions.usage_of("voucher", subject)

    def reasons(self) -> list[str]:
        return [event.reason for event in self.heard if isinstance(event, SessionEnded)]


def mac_of(number: int) -> str:
    return f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}"


def device(number: int = 1, network: str = "main") -> Device:
    return Device(mac_of(number), f"192.168.88.{10 + number % 200}", network)


def grants(subject: str = "1", **terms: Any) -> Terms:
    filled = {"starts_at": NOW, "ends_at": NOW + HOUR, **terms}
    return Terms(kind="voucher", subject=subject, login=f"user{subject}", **filled)
