"""Somebody who wants the owner to pay for messages, or a stranger to be buried in them."""

import itertools
from contextlib import suppress

import pytest

from routerd.core.errors import Limited, Unavailable
from routerd.core.messaging import SmsSettings
from tests.fakes.clock import FakeClock
from tests.verification.conftest import MAC, NUMBER, make_desk

HOUR_S, DAY_S = 3600, 86_400


def macs():
    return (f"02:00:00:00:{at >> 8:02x}:{at & 255:02x}" for at in itertools.count())


def numbers():
    return (f"+49171{at:07}" for at in itertools.count())


def bomb(desk, times, number, mac, **more) -> int:
    """How many of so many messages left."""
    before = len(desk.carrier.texts)
    for _ in range(times):
        with suppress(Limited):
            desk.sms(next(number), next(mac), **more)
    return len(desk.carrier.texts) - before


def test_one_number_gets_three_an_hour_and_five_a_day_from_however_many_devices(desk) -> None:
    number = itertools.repeat(NUMBER)
    assert bomb(desk, 20, number, macs()) == 3
    desk.clock.advance(HOUR_S)
    assert bomb(desk, 20, number, macs()) == 2
    desk.clock.advance(HOUR_S)
    assert bomb(desk, 20, number, macs()) == 0
    desk.clock.advance(DAY_S - 2 * HOUR_S)
    assert bomb(desk, 20, number, macs()) == 3


def test_one_device_causes_three_an_hour_to_however_many_numbers(desk) -> None:
    assert bomb(desk, 20, numbers(), itertools.repeat(MAC)) == 3
    desk.clock.advance(HOUR_S)
    assert bomb(desk, 20, numbers(), itertools.repeat(MAC)) == 3


def test_the_box_sends_twenty_an_hour_and_a_hundred_a_day_whatever_happens(desk) -> None:
    number, mac = numbers(), macs()
    assert bomb(desk, 100, number, mac) == 20
    sent = [bomb(desk, 30, number, mac) for _ in range(6) if desk.clock.advance(HOUR_S) is None]
    assert sent == [20, 20, 20, 20, 0, 0]


def test_one_network_does_not_use_up_what_the_others_need() -> None:
    desk = make_desk(sms=SmsSettings(network_hour=5))
    number, mac = numbers(), macs()
    assert bomb(desk, 30, number, mac, network="lobby") == 5
    assert bomb(desk, 30, number, mac, network="suite") == 5
    desk.store.stop()


def test_a_restart_resets_nothing(tmp_path) -> None:
    clock, url = FakeClock(), f"sqlite:///{tmp_path}/box.db"
    number, mac = numbers(), macs()
    first = make_desk(url, clock)
    assert bomb(first, 12, number, mac) == 12
    first.store.stop()
    second = make_desk(url, clock)
    assert bomb(second, 100, number, mac) == 8
    second.store.stop()
    third = make_desk(url, clock)
    assert bomb(third, 100, number, mac) == 0
    third.store.stop()


def test_a_code_outlives_a_restart(tmp_path) -> None:
    clock, url = FakeClock(), f"sqlite:///{tmp_path}/box.db"
    first = make_desk(url, clock)
    first.sms()
    first.store.stop()
    second = make_desk(url, clock)
    assert second.verification.examine("mobile", MAC, code=first.carrier.code()).recipient == NUMBER
    second.store.stop()


def test_what_failed_to_leave_counts_too_for_nobody_knows_what_it_cost(desk) -> None:
    desk.carrier.trouble = Unavailable("timed out after the message was handed over")
    for _ in range(3):
        with pytest.raises(Unavailable):
            desk.sms()
    with pytest.raises(Limited) as caught:
        desk.sms()
    assert caught.value.retry_after_s == HOUR_S


def test_a_guest_whose_code_still_counts_is_not_told_to_go_away(desk) -> None:
    assert [desk.sms().sent for _ in range(4)] == [True, True, True, False]
    assert desk.verification.examine("mobile", MAC, code=desk.carrier.code())


def test_a_tag_behind_a_plus_sign_makes_no_other_mailbox(desk) -> None:
    for at, mac in zip(range(3), macs(), strict=False):
        desk.mail(f"victim+{at}@example.com", mac)
    with pytest.raises(Limited):
        desk.mail("victim+4@example.com", "02:00:00:00:ff:ff")


def test_mail_and_text_messages_are_counted_apart(desk) -> None:
    bomb(desk, 3, itertools.repeat(NUMBER), itertools.repeat(MAC))
    assert desk.mail().sent


def test_grace_is_counted_by_device_and_by_address(desk) -> None:
    verification, mac = desk.verification, macs()
    for _ in range(3):
        verification.note_grace("a@example.com", next(mac))
    assert not verification.may_have_grace("a+b@example.com", next(mac), 3)
    assert verification.may_have_grace("b@example.com", next(mac), 3)
    for at in range(3):
        verification.note_grace(f"c{at}@example.com", MAC)
    assert not verification.may_have_grace("d@example.com", MAC, 3)
    desk.clock.advance(DAY_S)
    assert verification.may_have_grace("d@example.com", MAC, 3)


def test_counts_do_not_pile_up(desk) -> None:
    number, mac = numbers(), macs()
    for _ in range(100):
        bomb(desk, 30, number, mac)
        desk.clock.advance(HOUR_S)
    (rows,) = desk.store.db.execute_sql("SELECT COUNT(*) FROM dispatch").fetchone()
    assert rows <= 4 * 3 * 100, "two days of a hundred messages, and the day that begins, in four scopes"
