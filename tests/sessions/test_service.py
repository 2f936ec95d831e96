"""What happens when guests come, stay and go."""

import pytest

from routerd.core.errors import Denied, NotFound, Unavailable
from routerd.core.events import LoggedIn, SessionEnded
from routerd.core.terms import MIB, Device
from routerd.sessions import records
from routerd.sessions.model import Octets, TooManyDevices
from tests.sessions.world import HOUR, NOW, device, grants, mac_of


def test_signing_in_opens_the_gate_with_what_was_granted(world):
    session = world.sign_in(down_limit_octets=10 * MIB, down_kbit=5000, up_kbit=1000)
    held = world.gate.elements[mac_of(1), "main"].pass_
    assert (held.mark, held.ttl_s) == (session.mark, HOUR)
    assert (held.down_quota_octets, held.up_quota_octets) == (10 * MIB, None)
    assert (held.down_kbit, held.up_kbit) == (5000, 1000)
    assert world.sessions.current(mac_of(1), "main") == session == world.sessions.get(session.id)
    assert world.heard == [LoggedIn(session.id, "voucher", "1", "user1", device(1))]


def test_an_endless_grant_has_an_endless_pass(world):
    world.sign_in(ends_at=None)
    assert world.gate.elements[mac_of(1), "main"].pass_.ttl_s is None


def test_signing_in_twice_is_one_session(world):
    assert world.sign_in() == world.sign_in()
    assert len(world.heard) == 1
    assert world.gate.calls == ["open"]


def test_a_device_that_changed_its_address_keeps_its_session(world):
    session = world.sign_in()
    moved = world.sessions.open(grants(), Device(mac_of(1), "192.168.88.99", "main"))
    assert (moved.id, moved.device.address) == (session.id, "192.168.88.99")


@pytest.mark.parametrize(
    ("terms", "reason"),
    [({"ends_at": NOW}, "expired"), ({"ends_at": NOW - 5}, "expired"), ({"down_limit_octets": 0}, "used-up")],
)
def test_what_is_over_opens_nothing(world, terms, reason):
    with pytest.raises(Denied) as refusal:
        world.sign_in(**terms)
    assert refusal.value.reason == reason
    assert world.rows() == []
    assert world.gate.calls == []


def test_a_limit_counts_over_all_sessions_of_the_grant(world):
    limits = {"down_limit_octets": 1000, "up_limit_octets": 500}
    first = world.sign_in(**limits)
    assert world.gate.spend(mac_of(1), 600, 100) == (600, 100)
    world.sessions.end(first.id, "logout")
    assert world.used() == Octets(600, 100)
    world.sign_in(mac=2, **limits)
    assert world.gate.spend(mac_of(2), 900, 900) == (400, 400)
    world.sessions.sweep()
    with pytest.raises(Denied) as refusal:
        world.sign_in(mac=3, **limits)
    assert refusal.value.reason == "used-up"
    assert world.reasons() == ["logout", "data-limit"]
    assert world.used() == Octets(1000, 500)


def test_octets_after_the_last_look_are_counted_when_a_session_ends(world):
    session = world.sign_in()
    world.gate.spend(mac_of(1), 111, 22)
    world.sessions.sweep()
    world.gate.spend(mac_of(1), 1000, 200)
    assert world.sessions.end(session.id, "logout")
    ended = world.sessions.get(session.id)
    assert (ended.down_octets, ended.up_octets, ended.end_reason) == (1111, 222, "logout")
    assert world.used() == Octets(1111, 222)
    assert not world.gate.online(mac_of(1))
    assert isinstance(world.heard[-1], SessionEnded)


def test_ending_what_is_not_open_is_nothing(world):
    session = world.sign_in()
    assert world.sessions.end(session.id, "logout")
    assert not world.sessions.end(session.id, "logout")
    assert not world.sessions.end(999, "logout")
    with pytest.raises(NotFound):
        world.sessions.get(999)


def test_more_devices_than_allowed_are_told_who_is_online(world):
    first = world.sign_in(mac=1)
    with pytest.raises(TooManyDevices) as refusal:
        world.sign_in(mac=2)
    assert (refusal.value.reason, refusal.value.online) == ("too-many-devices", [first])
    assert not world.gate.online(mac_of(2))


def test_replacing_ends_the_oldest(world):
    for mac in (1, 2):
        world.sign_in(mac=mac, devices=2)
        world.clock.advance(5)
    world.sign_in(mac=3, devices=2, replace=True)
    assert [world.gate.online(mac_of(mac)) for mac in (1, 2, 3)] == [False, True, True]
    assert world.reasons() == ["replaced"]


def test_another_grant_on_the_same_device_replaces_the_first(world):
    first = world.sign_in("1")
    second = world.sign_in("2")
    assert world.sessions.get(first.id).end_reason == "replaced"
    assert world.gate.elements[mac_of(1), "main"].pass_.mark == second.mark != first.mark


def test_a_device_that_moves_to_another_network_is_still_one_device(world):
    world.sign_in(network="main")
    world.sign_in(network="hall")
    assert world.open_keys() == world.gate.keys()
    assert [s.device.network for s in world.rows(records.OPEN)] == ["hall"]


def test_when_the_kernel_refuses_nothing_is_left_half_done(world):
    world.gate.broken = {"open"}
    with pytest.raises(Unavailable):
        world.sign_in()
    assert world.rows(records.OPEN) == []
    assert world.rows(records.S.settled == 0) == []
    world.gate.broken = set()
    assert world.sessions.resume(device(1)).grant.subject == "1"
    assert world.gate.online(mac_of(1))


def test_a_sign_in_that_is_undone_never_reaches_the_gate(world):
    def half() -> None:
        world.sign_in()
        raise Denied("after all not")

    with pytest.raises(Denied):
        world.store.write(half)
    assert (world.rows(), world.gate.calls) == ([], [])


def test_a_device_that_slept_comes_back_without_signing_in(world):
    world.sign_in(idle_timeout_s=600)
    world.gate.spend(mac_of(1), 100, 10)
    world.clock.advance(300)
    world.sessions.sweep()
    assert world.gate.online(mac_of(1))
    world.clock.advance(301)
    world.sessions.sweep()
    assert (world.reasons(), world.gate.online(mac_of(1))) == (["idle"], False)
    session = world.sessions.resume(device(1))
    assert world.gate.online(mac_of(1))
    assert world.heard[-1] == LoggedIn(session.id, "voucher", "1", "user1", device(1), resumed=True)
    assert world.gate.elements[mac_of(1), "main"].pass_.ttl_s == HOUR - 601
    assert world.sessions.resume(device(1)) is None


@pytest.mark.parametrize("reason", ["logout", "kicked", "replaced", "removed", "data-limit", "expired"])
def test_who_left_for_another_reason_signs_in_again(world, reason):
    world.sessions.end(world.sign_in().id, reason)
    assert world.sessions.resume(device(1)) is None


def test_nobody_returns_to_a_grant_that_is_over_or_full_or_withdrawn(world):
    for subject, mac in (("1", 1), ("2", 2), ("3", 3)):
        world.sessions.end(world.sign_in(subject, mac, ends_at=NOW + 100 * mac).id, "idle")
    world.sign_in("2", 22, ends_at=NOW + 200)
    world.sessions.end_grant("voucher", "3", "removed")
    world.clock.advance(100)
    assert [world.sessions.resume(device(mac)) for mac in (1, 2, 3)] == [None, None, None]


def test_asking_again_for_a_device_with_nothing_to_resume_asks_no_database(world, monkeypatch):
    assert world.sessions.resume(device(1)) is None
    monkeypatch.setattr(records, "find", None)
    assert world.sessions.resume(device(1)) is None


def test_a_device_known_to_have_nothing_is_looked_at_again_after_it_went_idle(world):
    assert world.sessions.resume(device(1)) is None
    session = world.sign_in()
    assert world.sessions.resume(device(1)) is None
    world.sessions.end(session.id, "idle")
    assert world.sessions.resume(device(1)) is not None


def test_a_kernel_that_keeps_refusing_does_not_fill_the_table(world):
    world.sessions.end(world.sign_in().id, "idle")
    world.gate.broken = {"open"}
    for _ in range(50):
        assert world.sessions.resume(device(1)) is None
    assert [row.end_reason for row in world.rows()] == ["idle", "failed"]
    world.gate.broken = set()
    world.clock.advance(5)
    assert world.sessions.resume(device(1)) is not None


@pytest.mark.parametrize("named", [mac_of(1), "02-00-00-00-00-01", "user1", "USER1", " user1 "])
def test_kicking_names_a_device_or_a_login(world, named):
    world.sign_in("1", 1)
    world.sign_in("2", 2)
    assert world.sessions.end_where(named, "kicked") == 1
    assert world.open_keys() == world.gate.keys() == {(2, mac_of(2), "main")}
    assert world.sessions.end_where("nobody", "kicked") == 0


def test_removing_a_grant_ends_its_sessions_with_the_transaction(world):
    for mac in (1, 2):
        world.sign_in(mac=mac, devices=2)
    world.store.write(lambda: world.sessions.end_grant("voucher", "1", "removed"))
    assert (world.open_keys(), world.gate.keys(), world.reasons()) == (set(), set(), ["removed"] * 2)
    with pytest.raises(Denied) as refusal:
        world.sign_in()
    assert refusal.value.reason == "revoked"


def test_a_grant_may_be_ended_without_being_withdrawn(world):
    world.sign_in()
    assert world.sessions.end_grant("voucher", "1", "kicked", revoke=False) == 1
    assert world.sign_in().id


def test_changed_terms_reach_those_who_are_online(world):
    session = world.sign_in(ends_at=NOW + HOUR, down_limit_octets=1000)
    world.gate.spend(mac_of(1), 700)
    again = world.sign_in(ends_at=NOW + 2 * HOUR, down_limit_octets=5000, down_kbit=99)
    assert again.id == session.id
    element = world.gate.elements[mac_of(1), "main"]
    assert (element.down, element.pass_.down_quota_octets, element.pass_.ttl_s, element.pass_.down_kbit) == (700, 5000, 2 * HOUR, 99)


def test_a_new_start_is_a_new_grant(world):
    world.sign_in(down_limit_octets=1000)
    world.gate.spend(mac_of(1), 1000)
    world.clock.advance(HOUR)
    world.sessions.sweep()
    world.sign_in(starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR, down_limit_octets=1000)
    assert world.used() == Octets(0, 0)


def test_listing_shows_live_counts_and_what_is_left(world):
    world.sign_in(down_limit_octets=100_000, devices=2)
    world.sign_in(mac=2, down_limit_octets=100_000, devices=2)
    world.gate.spend(mac_of(1), 300, 30)
    world.gate.spend(mac_of(2), 100, 10)
    world.clock.advance(60)
    first, second = world.sessions.online()
    assert (first.down_octets, first.up_octets, second.down_octets) == (300, 30, 100)
    assert (first.down_left_octets, second.down_left_octets, first.up_left_octets) == (99_600, 99_600, None)
    assert (first.idle_s, first.seconds_left) == (60, HOUR - 60)
    assert world.sessions.status(first.session) == first


def test_listing_reads_the_kernel_at_most_once_a_second(world):
    world.sign_in()
    world.sessions.online()
    before = world.sessions.revision
    assert world.sessions.online() is world.sessions.online()
    assert world.sessions.revision == before
    world.clock.advance(1.5)
    world.sessions.online()
    assert world.sessions.revision > before
    assert world.gate.calls.count("usage") == 2


def test_a_listing_is_new_after_every_change(world):
    world.sessions.online()
    session = world.sign_in()
    assert [each.session.id for each in world.sessions.online()] == [session.id]
    world.sessions.end(session.id, "logout")
    assert world.sessions.online() == []


@pytest.mark.parametrize(("model", "table"), [(records.GrantRow, "access_grant"), (records.SessionRow, "session")])
def test_the_models_are_the_migrated_tables(world, model, table):
    columns = {(row[1], bool(row[3])) for row in world.store.db.execute_sql(f"PRAGMA table_info({table})").fetchall()}
    assert columns == {(field.column_name, not field.null) for field in model._meta.sorted_fields}
