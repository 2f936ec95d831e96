"""Kernel and store are kept in step, whatever happened to either."""

import pytest

from routerd.core.errors import Unavailable
from routerd.core.terms import Pass
from routerd.sessions import records
from routerd.sessions.model import Octets
from tests.sessions.world import HOUR, NOW, device, mac_of


def sweep(world, seconds=1.0):
    world.clock.advance(seconds)
    return world.sessions.sweep()


def test_expiry_is_logged_within_a_second(world):
    world.sign_in(ends_at=NOW + 3)
    elapsed = 0.0
    while not world.reasons():
        pause = world.sessions.sweep()
        assert 0 < pause <= 1
        world.clock.advance(pause)
        elapsed += pause
    assert world.reasons() == ["expired"]
    assert 3 <= elapsed <= 4.1
    assert world.gate.keys() == set()


def test_counts_are_written_down_every_few_seconds_and_only_when_they_grew(world):
    session = world.sign_in()
    sweep(world)
    world.gate.spend(mac_of(1), 100, 10)
    for _ in range(9):
        sweep(world)
    assert world.sessions.get(session.id).down_octets == 100
    before = world.sessions.get(session.id)
    for _ in range(9):
        sweep(world)
    assert world.sessions.get(session.id) == before


def test_adopting_leaves_what_is_right_untouched(world):
    session = world.sign_in(down_limit_octets=10_000)
    world.gate.spend(mac_of(1), 4000, 7)
    element = world.gate.elements[mac_of(1), "main"]
    world.gate.calls.clear()
    world.restart()
    assert world.gate.calls == ["usage"]
    assert world.gate.elements[mac_of(1), "main"] is element
    assert world.sessions.get(session.id).down_octets == 4000


def test_after_a_flush_everybody_is_back_with_what_they_had_left(world):
    world.sign_in(down_limit_octets=10_000)
    world.gate.spend(mac_of(1), 4000, 7)
    world.sessions.sweep()
    world.clock.advance(600)
    world.gate.flush()
    world.sessions.readmit()
    element = world.gate.elements[mac_of(1), "main"]
    assert (element.down, element.pass_.down_quota_octets, element.pass_.ttl_s) == (4000, 10_000, HOUR - 600)
    assert world.gate.spend(mac_of(1), 9999) == (6000, 0)


def test_a_round_notices_a_flush_too(world):
    world.sign_in()
    sweep(world, 3)
    world.gate.flush()
    sweep(world)
    assert world.gate.online(mac_of(1))
    assert world.reasons() == []


def test_a_reboot_long_after_does_not_end_sessions_as_idle(world):
    world.sign_in(ends_at=None, idle_timeout_s=600)
    world.gate.flush()
    world.clock.advance(86_400)
    world.restart()
    sweep(world)
    assert world.gate.online(mac_of(1))
    sweep(world, 601)
    assert world.reasons() == ["idle"]


def test_time_that_ran_out_while_the_daemon_was_dead_is_over(world):
    session = world.sign_in()
    world.gate.spend(mac_of(1), 500)
    world.sessions.sweep()
    world.clock.advance(HOUR + 1)
    world.restart()
    assert world.reasons() == ["expired"]
    assert world.sessions.get(session.id).down_octets == 500
    assert world.gate.keys() == set()


def test_a_crash_before_the_gate_was_opened_is_mended(world):
    world.gate.open = lambda passes: None
    world.sign_in()
    del world.gate.open
    world.restart()
    assert world.open_keys() == world.gate.keys() != set()


def test_a_crash_before_the_gate_was_closed_is_mended_and_nothing_is_counted_twice(world):
    session = world.sign_in()
    world.gate.spend(mac_of(1), 100, 10)
    world.sessions.sweep()
    world.gate.spend(mac_of(1), 23, 4)
    world.gate.broken = {"close"}
    world.sessions.end(session.id, "logout")
    world.gate.broken = set()
    assert world.gate.online(mac_of(1))
    world.gate.spend(mac_of(1), 1000)
    for _ in range(2):
        world.restart()
        assert not world.gate.online(mac_of(1))
        assert world.used() == Octets(1123, 14)


def test_a_pass_that_nobody_knows_is_closed(world):
    world.gate.open([Pass(77, mac_of(9), "main", None)])
    world.sessions.sweep()
    assert world.gate.keys() == set()


def test_a_pass_of_another_device_under_a_known_mark_is_closed(world):
    session = world.sign_in()
    world.gate.flush()
    world.gate.open([Pass(session.mark, mac_of(9), "main", None)])
    world.sessions.readmit()
    assert world.gate.keys() == world.open_keys() == {(session.mark, mac_of(1), "main")}


def test_two_devices_share_what_is_left_and_never_get_more(world):
    world.sign_in(mac=1, devices=2, down_limit_octets=1_000_000)
    world.gate.spend(mac_of(1), 200_000)
    world.sign_in(mac=2, devices=2, down_limit_octets=1_000_000)
    got = 200_000
    for _ in range(60):
        got += world.gate.spend(mac_of(1), 100_000)[0]
        got += world.gate.spend(mac_of(2), 1000)[0]
        sweep(world)
        assert got <= 1_000_000
    assert world.reasons() == ["data-limit"] * 2
    assert got > 1_000_000 - 2 * 2048
    assert world.used().down == got


def test_who_stays_gets_what_the_other_left(world):
    first = world.sign_in(mac=1, devices=2, down_limit_octets=1_000_000)
    world.sign_in(mac=2, devices=2, down_limit_octets=1_000_000)
    world.gate.spend(mac_of(1), 100_000)
    world.sessions.end(first.id, "logout")
    got = 0
    for _ in range(10):
        got += world.gate.spend(mac_of(2), 200_000)[0]
        sweep(world)
    assert got == 900_000


def test_octets_that_pass_while_quotas_are_dealt_are_counted_and_held(world):
    limit = 10_000_000
    world.sign_in(mac=1, devices=2, down_limit_octets=limit)
    got = world.gate.spend(mac_of(1), 4_000_000)[0]
    world.gate.gap = (30_000, 300)
    world.sign_in(mac=2, devices=2, down_limit_octets=limit)
    deals = world.gate.calls.count("requota")
    assert 2 <= deals <= 3
    got += 30_000 * deals
    assert sum(each.pass_.down_quota_octets for each in world.gate.elements.values()) + 30_000 * deals <= limit
    sweep(world)
    assert world.sessions.online()[0].down_octets == got
    assert world.sessions.online()[0].down_left_octets == limit - got
    world.gate.gap = (0, 0)
    for _ in range(40):
        got += world.gate.spend(mac_of(1), 300_000)[0]
        sweep(world)
        assert got <= limit
    first = world.rows(records.S.mac == mac_of(1))[0]
    assert first.end_reason == "data-limit"
    assert first.down_octets == got == world.used().down
    assert limit - got < 4096


def test_a_device_that_joins_waits_for_the_last_count_of_one_that_left(world):
    first = world.sign_in(mac=1, devices=2, down_limit_octets=1000_000)
    world.sessions.sweep()
    world.gate.spend(mac_of(1), 900_000)
    world.gate.broken = {"close"}
    world.sessions.end(first.id, "logout")
    world.gate.broken = set()
    world.sign_in(mac=2, devices=2, down_limit_octets=1000_000)
    assert world.gate.spend(mac_of(2), 1000_000)[0] == 100_000


def test_one_network_that_the_kernel_refuses_does_not_keep_the_others_out(world):
    world.sign_in("1", 1, network="main")
    world.sign_in("2", 2, network="gone")
    world.gate.flush()
    take = world.gate.open

    def picky(passes):
        if any(each.network == "gone" for each in passes):
            raise Unavailable("no such network")
        take(passes)

    world.gate.open = picky
    world.restart()
    assert world.gate.keys() == {(1, mac_of(1), "main")}
    assert len(world.open_keys()) == 2


def test_a_kernel_that_cannot_be_read_still_lets_sessions_expire(world):
    world.sign_in(ends_at=NOW + 5)
    world.gate.broken = {"usage"}
    world.clock.advance(6)
    with pytest.raises(Unavailable):
        world.sessions.sweep()
    assert world.reasons() == ["expired"]


def test_a_clock_that_is_set_back_lets_nobody_fall_out(world):
    world.sign_in(ends_at=NOW + 100)
    world.clock.advance(50)
    world.clock.step(-40)
    world.clock.advance(60)
    assert not world.gate.online(mac_of(1))
    world.sessions.sweep()
    assert world.gate.online(mac_of(1))
    assert world.reasons() == []


def test_marks_go_round_and_are_never_shared(world, monkeypatch):
    monkeypatch.setattr("routerd.sessions.marks.MARK_MOST", 5)
    monkeypatch.setattr("routerd.sessions.marks.WINDOW", 2)
    marks = [world.sign_in(str(mac), mac).mark for mac in range(1, 6)]
    assert marks == [1, 2, 3, 4, 5]
    with pytest.raises(Unavailable, match="numbers are in use"):
        world.sign_in("6", 6)
    world.sessions.end_where(mac_of(2), "logout")
    world.sessions.end_where(mac_of(4), "logout")
    assert world.sign_in("6", 6).mark == 2
    world.boot()
    assert world.sign_in("7", 7).mark == 4


def test_the_mark_of_a_session_that_the_kernel_still_holds_is_not_given_out(world, monkeypatch):
    monkeypatch.setattr("routerd.sessions.marks.MARK_MOST", 1)
    session = world.sign_in()
    world.gate.broken = {"close"}
    world.sessions.end(session.id, "logout")
    with pytest.raises(Unavailable):
        world.sign_in("2", 2)
    world.gate.broken = set()
    sweep(world)
    assert world.sign_in("2", 2).mark == 1


def test_a_device_is_let_in_once_even_if_a_round_was_faster(world):
    take = world.store.after_commit
    hooks = []
    world.store.after_commit = hooks.append
    world.sign_in()
    world.store.after_commit = take
    world.clock.advance(3)
    world.sessions.sweep()
    world.gate.spend(mac_of(1), 100)
    for hook in hooks:
        hook()
    assert world.gate.elements[mac_of(1), "main"].down == 100
    assert world.sessions.resume(device(1)) is None
    assert len(world.rows(records.OPEN)) == 1
