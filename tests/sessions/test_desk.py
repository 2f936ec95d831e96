"""What owners do with sessions: the gate follows in one step, and what was added outlives a new sign-in."""

import pytest

from routerd.core.errors import Conflict
from routerd.sessions import records
from tests.sessions.world import HOUR, NOW, World, device, grants, mac_of


@pytest.fixture
def world() -> World:
    return World()


def test_many_devices_are_sent_off_in_one_step_at_the_gate(world):
    for number in range(1, 401):
        world.sign_in(str(number), number)
    world.gate.calls.clear()
    assert world.sessions.desk.end_devices([mac_of(number) for number in range(1, 401)], "kicked") == 400
    assert world.gate.calls == ["close"]
    assert world.gate.keys() == set()
    assert world.reasons() == ["kicked"] * 400


def test_withdrawing_grants_ends_their_sessions_and_they_do_not_open_again(world):
    for number in (1, 2, 3):
        world.sign_in(str(number), number)
    assert world.sessions.desk.end_grants("voucher", ["1", "2"], "removed") == 2
    assert list(world.gate.elements) == [(mac_of(3), "main")]
    with pytest.raises(Exception, match="withdrawn"):
        world.sign_in("1", 1)


def test_more_time_is_in_the_kernel_at_once_and_survives_signing_in_again(world):
    world.sign_in(ends_at=NOW + HOUR, idle_timeout_s=24 * HOUR)
    world.sessions.desk.extend(mac_of(1), add_s=HOUR)
    (usage,) = world.gate.usage()
    assert usage.ttl_s == pytest.approx(2 * HOUR)
    world.clock.advance(HOUR + 60)
    world.sessions.sweep()
    assert world.gate.online(mac_of(1))
    again = world.sign_in(ends_at=NOW + HOUR, idle_timeout_s=24 * HOUR)
    assert again.grant.ends_at == NOW + 2 * HOUR


def test_more_data_lets_a_guest_go_on(world):
    world.sign_in(down_limit_octets=10_000_000, up_limit_octets=None)
    assert world.gate.spend(mac_of(1), down=20_000_000)[0] == 10_000_000
    world.sessions.desk.extend(mac_of(1), add_octets=5_000_000)
    assert world.gate.spend(mac_of(1), down=20_000_000)[0] == 5_000_000
    assert world.sign_in(down_limit_octets=10_000_000, up_limit_octets=None).grant.down_limit_octets == 15_000_000


@pytest.mark.parametrize("more", [{"add_s": 60}, {"add_octets": 1}])
def test_what_is_unlimited_cannot_be_extended(world, more):
    with pytest.raises(Conflict, match="not online"):
        world.sessions.desk.extend(mac_of(1), **more)
    world.sign_in(ends_at=None)
    with pytest.raises(Conflict, match="nothing to extend"):
        world.sessions.desk.extend(mac_of(1), **more)


def test_a_grant_is_brought_to_other_terms_while_it_runs(world):
    world.sign_in(devices=2)
    world.sign_in(mac=2, devices=2)
    assert world.sessions.desk.adjust("voucher", "1", NOW + 5 * HOUR, 1_000_000, None) == 2
    assert {usage.ttl_s for usage in world.gate.usage()} == {5.0 * HOUR}
    assert sum(usage.down_quota_octets for usage in world.gate.usage()) <= 1_000_000


def test_a_forgotten_person_is_online_no_more_and_in_no_row(world):
    world.sign_in("ada@example.org", 1)
    world.sessions.end_where(mac_of(1), "logout")
    world.sign_in("7", 1)
    other = world.sign_in("8", 2)
    assert world.sessions.desk.forget(["ada@example.org", "userada@example.org"], [mac_of(1)]) == 1
    assert {session.device.mac for session in world.rows()} == {"", mac_of(2)}
    kept = " ".join(f"{grant.subject} {grant.login}" for grant in records.grants(world.store.db, records.G.id > 0))
    assert "ada" not in kept
    assert world.gate.keys() == {(other.mark, mac_of(2), "main")}


def test_a_device_that_the_gate_kept_for_a_while_is_forgotten_later(world):
    world.sign_in("1", 1)
    world.gate.broken.add("close")
    world.sessions.desk.forget([], [mac_of(1)])
    assert [session.device.mac for session in world.rows()] == [mac_of(1)]
    world.gate.broken.clear()
    world.sessions.sweep()
    world.sessions.prune()
    assert world.gate.keys() == set()
    assert [session.device.mac for session in world.rows()] == [""]


def test_a_shorter_retention_prunes_sooner(world):
    world.sign_in("1", 1)
    world.sessions.end_where(mac_of(1), "logout")
    world.clock.advance(8 * 86_400)
    assert world.sessions.prune() == 0
    assert world.sessions.prune(7 * 86_400) == 2
    assert world.sessions.history(mac_of(1), 5) == []


def test_counting_agrees_with_listing(world):
    world.sessions.open(grants("1", devices=2), device(1))
    world.sessions.open(grants("1", devices=2), device(2))
    world.sessions.end_where(mac_of(1), "logout")
    assert world.sessions.count() == len(world.sessions.online()) == 1
