"""The action API with everything behind it."""

from pathlib import Path

from routerd.api.routes import build
from routerd.core.events import Bus, LoggedIn, LoginRefused, SessionEnded
from routerd.core.settings import ActionApiSettings, VoucherSettings
from routerd.core.terms import Device
from routerd.guests.service import Guests
from routerd.identity.service import ApiAccess
from routerd.sessions.service import Sessions
from routerd.store.database import Store
from routerd.vouchers.service import Vouchers
from tests.api.caller import Caller
from tests.fakes.clock import FakeClock
from tests.fakes.gate import FakeGate


class FakeBarrier:
    def block(self, mac: str) -> None:
        pass

    def unblock(self, mac: str) -> None:
        pass


class House:
    def __init__(self, place: Path, settings: ActionApiSettings | None = None) -> None:
        self.clock = FakeClock()
        self.store = Store(f"sqlite:///{place}/routerd.db")
        self.store.start()
        self.bus = Bus()
        self.access = ApiAccess(self.store, self.clock, place / "box.key")
        self.key = self.access.reveal()
        self.vouchers = Vouchers(self.store, self.clock, self.bus, VoucherSettings())
        self.gate = FakeGate(self.clock)
        self.sessions = Sessions(self.store, self.gate, self.clock, self.bus)
        self.guests = Guests(
            self.store,
            self.clock,
            self.bus,
            activity=self._activity,
            signed_in=lambda mac, network: self.sessions.current(mac, network) is not None,
            barrier=FakeBarrier(),
            ports=lambda _network, _mac: "",
        )
        log = self.guests.log
        self.bus.connect({LoggedIn: [log.logged_in], SessionEnded: [log.session_ended], LoginRefused: [log.refused]})
        self.front = build(settings or ActionApiSettings(), self.clock, self.store, self.access, self.vouchers, self.sessions, self.guests)
        self.caller = Caller(self.front)

    def _activity(self):
        return {(each.session.device.mac, each.session.device.network): each.idle_s for each in self.sessions.online()}

    def act(self, action: str, **fields):
        """A POST with the right key."""
        return self.caller.post({"api-key": self.key, "action": action, **fields})

    def sign_in(self, username: str, passcode: str, mac: str = "a1:b2:c3:d4:e5:f6", address: str = "192.168.88.20"):
        """What the portal does when a guest enters a voucher."""

        def enter():
            return self.sessions.open(self.vouchers.redeem(username, passcode), Device(mac, address, "main"))

        return self.store.write(enter)
