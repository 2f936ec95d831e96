"""One-time codes: what a right answer is, and what no answer makes right."""

import re
import threading

import peewee
import pytest

from routerd.core.errors import Denied, Unavailable
from routerd.verification.records import ChallengeRow, DispatchRow, HoldingRow
from routerd.verification.traces import forget
from tests.verification.conftest import MAC, NUMBER, OTHER, make_desk


def refused(call) -> str:
    with pytest.raises(Denied) as caught:
        call()
    return caught.value.reason


def test_the_models_are_the_migrated_schema(desk) -> None:
    for model in (ChallengeRow, DispatchRow, HoldingRow):
        columns = {column.name: column for column in desk.store.db.get_columns(model._meta.table_name)}
        assert set(columns) == set(model._meta.columns)
        for name, field in model._meta.columns.items():
            assert columns[name].null == field.null
            assert columns[name].primary_key == isinstance(field, peewee.AutoField)


def test_the_code_that_was_sent_is_right_once(desk) -> None:
    issued = desk.sms(carried="kept")
    assert (issued.sent, issued.recipient) == (True, NUMBER)
    assert re.fullmatch(r"Your code is \d{6}", desk.carrier.texts[0][1])
    proven = desk.verification.examine("mobile", MAC, code=desk.carrier.code())
    assert (proven.recipient, proven.carried) == (NUMBER, "kept")
    assert desk.verification.examine("mobile", MAC, code=desk.carrier.code()) == proven, "looking at it does not use it up"
    desk.verification.consume(proven)
    assert refused(lambda: desk.verification.consume(proven)) == "code-used"
    assert refused(lambda: desk.verification.examine("mobile", MAC, code=desk.carrier.code())) == "code-expired"


@pytest.mark.parametrize("typed", ["{0}{1}", " {0} {1} ", "{0}-{1}", "{0}\u00a0{1}", "{0}.{1}"])
def test_a_code_may_be_typed_as_people_do(desk, typed) -> None:
    desk.sms()
    code = desk.carrier.code()
    assert desk.verification.examine("mobile", MAC, code=typed.format(code[:3], code[3:])).recipient == NUMBER


def test_a_code_may_be_typed_in_the_digits_of_another_script(desk) -> None:
    desk.sms()
    for zero in (0x0660, 0x0E50, 0xFF10):
        typed = "".join(chr(zero + int(digit)) for digit in desk.carrier.code())
        assert desk.verification.examine("mobile", MAC, code=typed).recipient == NUMBER


def test_no_other_device_and_no_other_method_may_answer(desk) -> None:
    desk.sms()
    assert refused(lambda: desk.verification.examine("mobile", OTHER, code=desk.carrier.code())) == "code-expired"
    assert refused(lambda: desk.verification.examine("email", MAC, code=desk.carrier.code())) == "code-expired"
    desk.sms("+491719999999", OTHER)
    assert refused(lambda: desk.verification.examine("mobile", MAC, code=desk.carrier.code())) == "wrong-code"


def test_after_ten_minutes_it_is_over(desk) -> None:
    desk.sms()
    desk.clock.advance(599)
    assert desk.verification.examine("mobile", MAC, code=desk.carrier.code())
    desk.clock.advance(1)
    assert refused(lambda: desk.verification.examine("mobile", MAC, code=desk.carrier.code())) == "code-expired"
    assert desk.verification.open_for("mobile", MAC) is None


def test_setting_the_clock_back_does_not_make_a_code_live_longer(desk) -> None:
    desk.sms()
    desk.clock.step(-3600)
    assert refused(lambda: desk.verification.examine("mobile", MAC, code=desk.carrier.code())) == "code-expired"


def test_five_wrong_answers_end_it_for_the_right_one_too(desk) -> None:
    desk.sms()
    code = desk.carrier.code()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    assert [refused(lambda: desk.verification.examine("mobile", MAC, code=wrong)) for _ in range(6)] == ["wrong-code"] * 5 + [
        "code-expired"
    ]
    assert refused(lambda: desk.verification.examine("mobile", MAC, code=code)) == "code-expired"


def test_guesses_sent_at_once_are_counted_one_by_one(tmp_path) -> None:
    desk = make_desk(f"sqlite:///{tmp_path}/box.db")
    desk.sms()
    code = desk.carrier.code()
    wrong = [f"{(int(code) + 1 + at) % 1_000_000:06}" for at in range(40)]
    reasons: list[str] = []
    threads = [
        threading.Thread(target=lambda each=each: reasons.append(refused(lambda: desk.verification.examine("mobile", MAC, code=each))))
        for each in wrong
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reasons.count("wrong-code") == 5
    assert reasons.count("code-expired") == 35
    desk.store.stop()


def test_a_new_code_makes_the_old_one_worthless(desk) -> None:
    desk.sms()
    old = desk.carrier.code()
    desk.sms()
    assert desk.carrier.code() != old
    assert refused(lambda: desk.verification.examine("mobile", MAC, code=old)) == "wrong-code"
    assert desk.verification.examine("mobile", MAC, code=desk.carrier.code())


def test_a_code_sent_a_moment_ago_is_not_followed_by_another(desk) -> None:
    desk.sms(pause_s=60)
    again = desk.sms(pause_s=60)
    assert (again.sent, again.wait_s, len(desk.carrier.texts)) == (False, 60, 1)
    desk.clock.advance(60)
    assert desk.sms(pause_s=60).sent


def test_a_link_proves_as_much_as_the_code_beside_it(desk) -> None:
    desk.mail()
    proven = desk.verification.examine("email", MAC, ticket=desk.ticket())
    desk.verification.consume(proven)
    assert refused(lambda: desk.verification.examine("email", MAC, code=desk.carrier.code())) == "code-expired"


def test_a_link_of_another_device_or_of_an_older_mail_proves_nothing_and_ruins_nothing(desk) -> None:
    desk.mail()
    old = desk.ticket()
    assert refused(lambda: desk.verification.examine("email", OTHER, ticket=old)) == "other-device"
    desk.mail()
    assert [refused(lambda: desk.verification.examine("email", MAC, ticket=old)) for _ in range(9)] == ["other-device"] * 9
    assert refused(lambda: desk.verification.examine("email", MAC)) == "other-device"
    assert desk.verification.examine("email", MAC, code=desk.carrier.code())


def test_what_cannot_be_sent_leaves_nothing_to_answer(desk) -> None:
    desk.carrier.trouble = Unavailable("421 try later")
    with pytest.raises(Unavailable):
        desk.sms()
    assert desk.verification.open_for("mobile", MAC) is None


def test_the_store_tells_neither_code_nor_ticket_nor_whom_messages_went_to(desk) -> None:
    desk.mail()
    dump = "\n".join(desk.store.db.connection().iterdump())
    assert desk.carrier.code() not in dump
    assert desk.ticket() not in dump


def test_a_forgotten_person_leaves_no_trace_and_nobody_else_s_goes(desk) -> None:
    desk.sms()
    desk.mail("b@example.com", OTHER)
    desk.verification.hold("mobile", NUMBER, MAC, 100)
    desk.verification.hold("email", "b@example.com", OTHER, 100)
    forget(desk.store, [NUMBER.removeprefix("+")], [MAC])
    dump = "\n".join(desk.store.db.connection().iterdump())
    assert NUMBER not in dump
    assert MAC not in dump
    assert desk.verification.since("email", "b@example.com", OTHER) == 100
    assert desk.verification.examine("email", OTHER, ticket=desk.ticket())


def test_a_device_holds_the_grant_of_the_holder_that_it_proved_to_be(desk) -> None:
    verification = desk.verification
    assert verification.since("mobile", NUMBER) is None
    verification.hold("mobile", NUMBER, MAC, 100)
    verification.hold("mobile", NUMBER, OTHER, 300)
    assert verification.since("mobile", NUMBER) == 300
    assert verification.since("mobile", NUMBER, MAC) == 100
    assert verification.since("email", NUMBER, MAC) is None
    verification.hold("mobile", NUMBER, MAC, 300)
    assert verification.since("mobile", NUMBER, MAC) == 300
