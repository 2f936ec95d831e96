"""How long a device has been silent, from counts at each look."""

import pytest

from routerd.firewall.idle import SETTLE_S, Idle


def never() -> float | None:
    raise AssertionError("the kernel need not be asked")


def test_nobody_is_idle_who_has_sent_nothing_yet() -> None:
    idle = Idle()
    idle.opened(1, 500)
    assert idle.look(1, 500, 10.0, never) is None
    assert idle.look(1, 500, 20.0, never) is None


def test_idle_time_runs_from_the_last_look_that_saw_more() -> None:
    idle = Idle()
    idle.opened(1, 0)
    assert idle.look(1, 100, 10.0, never) == 0
    assert idle.look(1, 100, 25.0, never) == 15
    assert idle.look(1, 101, 30.0, never) == 0


@pytest.mark.parametrize(
    ("seen", "early", "late"), [(3600.0, 30.0, 3600.0 + SETTLE_S), (None, 30.0, SETTLE_S), (5.0, 30.0, 5.0 + SETTLE_S)]
)
def test_a_device_met_in_the_middle_is_believed_silent_only_after_a_while(seen: float | None, early: float, late: float) -> None:
    idle = Idle()
    assert idle.look(1, 100, 1000.0, lambda: seen) == 0
    assert idle.look(1, 100, 1000.0 + early, never) == early
    assert idle.look(1, 100, 1000.0 + SETTLE_S, never) == late


def test_a_download_that_goes_on_over_a_restart_is_not_idle() -> None:
    idle = Idle()
    idle.look(1, 100, 1000.0, lambda: 7200.0)
    assert idle.look(1, 101, 1010.0, never) == 0
    assert idle.look(1, 101, 1010.0 + SETTLE_S, never) == SETTLE_S


def test_what_is_closed_or_gone_is_forgotten() -> None:
    idle = Idle()
    for mark in (1, 2, 3):
        idle.opened(mark, 0)
    idle.closed([1])
    idle.keep([3])
    assert idle.look(3, 0, 5.0, never) is None
    assert idle.look(1, 0, 5.0, lambda: 2.0) == 0
    assert idle.look(2, 0, 5.0, lambda: 2.0) == 0
