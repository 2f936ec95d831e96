"""Hosts, blocks, people and the login log, on an in-memory database."""

from collections.abc import Iterator
from pathlib import Path

import peewee
import pytest

from routerd.core.events import Bus, CloneSuspected, HostSighted, LeaseChanged, LoggedIn, LoginRefused, SessionEnded
from routerd.core.terms import Device
from routerd.guests import hosts as host_module
from routerd.guests import logins as login_module
from routerd.guests.records import EmailUserRow, FbUserRow, FreeUserRow, HostRow, LoginRow, MobileUserRow
from routerd.guests.service import Guests
from routerd.guests.vendors import Vendors
from routerd.store.database import Store
from tests.fakes.clock import FakeClock

MAC = "a0:b2:c3:d4:e5:f6"
DEVICE = Device(MAC, "192.168.88.10", "main")


class House:
    """The domain with what it needs."""

    def __init__(self) -> None:
        self.store = Store("sqlite:///:memory:")
        self.clock = FakeClock()
        self.bus = Bus()
        self.online: dict[tuple[str, str], float] = {}
        self.blocked: set[str] = set()
        self.port = ""
        self.suspicions: list[CloneSuspected] = []
        self.guests = self.build()
        self.bus.connect({CloneSuspected: (self.suspicions.append,)})

    def build(self) -> Guests:
        return Guests(
            self.store,
            self.clock,
            self.bus,
            activity=lambda: self.online,
            signed_in=lambda mac, network: (mac, network) in self.online,
            barrier=self,
            ports=lambda _network, _mac: self.port,
            vendors=Vendors(Path("/nonexistent")),
        )

    def block(self, mac: str) -> None:
        self.blocked.add(mac)

    def unblock(self, mac: str) -> None:
        self.blocked.discard(mac)


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    made.store.stop()


def test_the_models_are_the_migrated_schema(house: House) -> None:
    for model in (HostRow, EmailUserRow, FbUserRow, MobileUserRow, FreeUserRow, LoginRow):
        columns = {column.name: column for column in house.store.db.get_columns(model._meta.table_name)}
        assert set(columns) == set(model._meta.columns)
        for name, field in model._meta.columns.items():
            assert columns[name].null == field.null, f"{model.__name__}.{name}"
            assert columns[name].primary_key == isinstance(field, peewee.AutoField) or name == "mac"


def test_sightings_and_leases_become_one_host(house: House) -> None:
    house.guests.sighted(HostSighted("main", MAC, "192.168.88.10", claims=True))
    house.guests.sighted(HostSighted("main", MAC, "fd00:88::1:2"))
    house.guests.lease_changed(LeaseChanged("main", MAC, "192.168.88.11", "phone\x1b[2J", vendor_class="android-dhcp-14"))
    (host,) = house.guests.hosts()
    assert (host.address, host.addresses6, host.hostname, host.os_guess) == ("192.168.88.11", ("fd00:88::1:2",), "phone[2J", "Android")
    assert host.state == "unauthenticated"


def test_a_signed_in_host_is_active_then_idle_and_was_seen_when_it_last_sent(house: House) -> None:
    house.guests.sighted(HostSighted("main", MAC, "192.168.88.10"))
    house.clock.advance(3600)
    house.online[MAC, "main"] = 10.0
    (host,) = house.guests.hosts()
    assert host.state == "active"
    assert host.last_seen == int(house.clock.now() - 10)
    house.online[MAC, "main"] = 400.0
    assert house.guests.hosts()[0].state == "idle"


def test_a_device_that_signs_in_is_a_host_although_nothing_else_was_seen_of_it(house: House) -> None:
    house.guests.logged_in(LoggedIn(7, "voucher", "1", "anna", DEVICE))
    (host,) = house.guests.hosts()
    assert (host.mac, host.address) == (MAC, DEVICE.address)


def test_hosts_come_back_after_a_restart(house: House) -> None:
    house.guests.sighted(HostSighted("main", MAC, "192.168.88.10", hostname="phone"))
    house.guests.persist()
    (host,) = house.build().hosts()
    assert (host.mac, host.address, host.hostname) == (MAC, "192.168.88.10", "phone")


def test_a_block_is_durable_and_told_to_the_barrier_again(house: House) -> None:
    house.guests.block(MAC)
    assert house.blocked == {MAC}
    house.blocked.clear()
    again = house.build()
    again.rebuild()
    assert house.blocked == {MAC}
    assert again.hosts()[0].state == "blocked"
    again.unblock(MAC)
    assert house.blocked == set()
    assert not house.build().hosts()[0].blocked


def test_the_number_of_hosts_is_bounded_and_blocked_ones_stay(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_module, "HOSTS_MOST", 10)
    house.guests.block("a0:00:00:00:00:00")
    for number in range(1, 30):
        house.guests.sighted(HostSighted("main", f"a0:00:00:00:00:{number:02x}", "192.168.88.10"))
    house.guests.persist()
    known = {host.mac for host in house.build().hosts()}
    assert len(known) == 10
    assert "a0:00:00:00:00:00" in known
    assert "a0:00:00:00:00:1d" in known


def test_a_clone_at_another_address_is_published_and_logged(house: House) -> None:
    house.bus.connect({CloneSuspected: (house.suspicions.append, house.guests.log.clone_suspected)})
    house.online[MAC, "main"] = 0.0
    house.guests.sighted(HostSighted("main", MAC, "192.168.88.10", claims=True))
    house.guests.sighted(HostSighted("main", MAC, "192.168.88.66", claims=True))
    assert [event.device.address for event in house.suspicions] == ["192.168.88.66"]
    (entry,) = house.guests.logins()
    assert (entry.event, entry.reason) == ("clone", "claims 192.168.88.66 while 192.168.88.10 is in use")


def test_a_clone_is_noticed_beside_a_device_that_only_uses_its_address(house: House) -> None:
    house.online[MAC, "main"] = 0.0
    house.guests.sighted(HostSighted("main", MAC, "192.168.88.10"))
    house.guests.sighted(HostSighted("main", MAC, "169.254.7.7", claims=True))
    assert house.suspicions == []
    house.guests.sighted(HostSighted("main", MAC, "192.168.88.66", claims=True))
    assert [event.evidence for event in house.suspicions] == ["claims 192.168.88.66 while 192.168.88.10 is in use"]


def test_a_clone_is_noticed_beside_a_device_that_has_only_just_signed_in(house: House) -> None:
    house.online[MAC, "main"] = 0.0
    house.guests.logged_in(LoggedIn(1, "voucher", "1", "anna", Device(MAC, "192.168.88.10", "main")))
    house.guests.sighted(HostSighted("main", MAC, "192.168.88.66", claims=True))
    assert [event.evidence for event in house.suspicions] == ["claims 192.168.88.66 while 192.168.88.10 is in use"]


def test_a_clone_at_another_port_is_published(house: House) -> None:
    house.online[MAC, "main"] = 0.0
    for port in "abab":
        house.port = port
        house.guests.sighted(HostSighted("main", MAC, "192.168.88.10", claims=True))
    assert [event.evidence for event in house.suspicions] == ["jumps between ports a and b"]


def test_the_log_tells_logins_returns_ends_and_refusals_newest_first(house: House) -> None:
    log = house.guests.log
    log.logged_in(LoggedIn(7, "voucher", "1", "anna", DEVICE))
    log.session_ended(SessionEnded(7, "voucher", "1", "anna", DEVICE, "idle", 10, 20))
    log.logged_in(LoggedIn(8, "voucher", "1", "anna", DEVICE, resumed=True))
    log.session_ended(SessionEnded(8, "voucher", "1", "anna", DEVICE, "kicked", 1, 2))
    log.refused(LoginRefused("voucher", "eve", DEVICE, "no-such-voucher"))
    told = [(entry.event, entry.reason, entry.session_id, entry.down_octets) for entry in house.guests.logins()]
    assert told == [
        ("refusal", "no-such-voucher", None, 0),
        ("logout", "kicked", 8, 1),
        ("resume", "", 8, 0),
        ("expiry", "idle", 7, 10),
        ("login", "", 7, 0),
    ]


def test_a_flood_of_refusals_costs_a_row_a_minute(house: House) -> None:
    event = LoginRefused("voucher", "eve", DEVICE, "no-such-voucher")
    for _ in range(50):
        house.guests.log.refused(event)
    house.clock.advance(61)
    house.guests.log.refused(event)
    assert [entry.reason for entry in house.guests.logins()] == ["no-such-voucher (and 49 more like it)", "no-such-voucher"]


def test_the_log_is_bounded_in_rows_and_age(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login_module, "ROWS_MOST", 5)
    for number in range(8):
        house.guests.log.logged_in(LoggedIn(number, "voucher", "1", "anna", DEVICE))
    assert house.guests.log.prune() == 3
    house.clock.advance(login_module.AGE_S_MOST + 1)
    assert house.guests.log.prune() == 5


def test_free_visits_are_counted_and_the_clock_of_the_grant_is_kept(house: House) -> None:
    assert house.guests.free_since(MAC) is None
    house.guests.note_free(MAC, 100)
    house.guests.note_free(MAC, 200)
    assert house.guests.free_since(MAC) == 200
    (user,) = house.guests.free_users()
    assert (user.mac, user.visits) == (MAC, 2)


def test_vendors_are_read_from_the_ieee_list(tmp_path: Path) -> None:
    listing = tmp_path / "oui.txt"
    listing.write_text(
        "28-6F-B9   (hex)\t\tNokia\n286FB9     (base 16)\t\tNokia Shanghai Bell\n\t\tShanghai\n\n08EA44     (base 16)\t\tExtreme\n"
    )
    vendors = Vendors(listing)
    assert vendors.of("28:6f:b9:00:00:01") == "Nokia Shanghai Bell"
    assert vendors.of("08:ea:44:00:00:01") == "Extreme"
    assert vendors.of("00:00:00:00:00:01") == ""
    assert vendors.of("2a:6f:b9:00:00:01") == "randomised"
