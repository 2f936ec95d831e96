"""Sign-in with a mobile number: the number, the code, and who pays for it."""

import pytest

from routerd.core.errors import Unavailable
from routerd.portal.methods.mobile import country_names
from tests.portal.markup import Markup
from tests.portal.proving import code, make_proving

MOBILE = """methods = ["mobile", "voucher"]
[portal.mobile]
country = "DE"
countries = ["DE", "AT", "TH"]
valid_for_s = 7200
marketing = true
"""
NUMBER = {"country": "DE", "mobile": "0171 123 45 67"}


@pytest.fixture
def made():
    worlds = []

    def make(text: str = MOBILE):
        worlds.append(make_proving(text))
        return worlds[-1]

    yield make
    for each in worlds:
        each.world.store.stop()


def person(made):
    (user,) = made.people.mobile_users()
    return user


def test_the_countries_that_are_served_stand_in_a_list_with_the_box_s_own_chosen(made) -> None:
    page = made().guest().get("/")
    assert Markup(page.text).problems == []
    options = [line for line in page.text.splitlines() if line.startswith("<option")]
    assert options == [
        '<option value="DE" selected>Deutschland (+49)</option>',
        '<option value="AT">Österreich (+43)</option>',
        '<option value="TH">ไทย (+66)</option>',
    ]
    assert "checked" not in page.text


def test_a_number_a_code_and_the_guest_is_online(made) -> None:
    box = made()
    guest = box.guest()
    page = guest.submit("mobile", **NUMBER, marketing="yes")
    assert page.status == 200
    assert Markup(page.text).problems == []
    assert "Enter the code" in page.text
    assert box.online() == {}
    assert box.people.mobile_users() == []
    ((number, text),) = box.carrier.texts
    assert number == "+491711234567"
    assert text == f"{box.carrier.code()} is your code for Hotel {{Example}}"
    assert code(guest, "mobile", code=box.carrier.code()).location == "/online"
    assert box.left_s() == 7200
    assert box.online() == {"0a": ("491711234567", "+491711234567")}, "shown as the action API shows numbers"
    user = person(box)
    assert (user.mobile, user.visits, user.verified, user.marketing, user.mac) == ("491711234567", 1, 1, 1, "02:00:00:00:58:0a")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"country": "DE", "mobile": "030 1234567"}, "mobile numbers only"),
        ({"country": "DE", "mobile": "+44 7911 123456"}, "numbers of this country"),
        ({"country": "GB", "mobile": "07911 123456"}, "numbers of this country"),
        ({"country": "DE", "mobile": "0900 1 123456"}, "mobile numbers only"),
        ({"country": "XX", "mobile": "0171 1234567"}, "is no mobile number"),
        ({"country": "DE", "mobile": '"><script>'}, "is no mobile number"),
        ({"country": "DE"}, "is no mobile number"),
    ],
)
def test_what_no_code_is_sent_to_is_said_beside_the_form(made, fields, said) -> None:
    box = made()
    page = box.guest().submit("mobile", **fields)
    assert page.status == 400
    assert said in page.text
    assert Markup(page.text).problems == []
    assert box.carrier.texts == []


def test_what_was_chosen_and_typed_is_still_there_after_a_mistake(made) -> None:
    page = made().guest().submit("mobile", country="AT", mobile="123").text
    assert '<option value="AT" selected>' in page
    assert 'value="123"' in page


def test_a_phone_that_closes_the_page_to_show_the_message_finds_the_form_again(made) -> None:
    box = made()
    guest = box.guest()
    guest.submit("mobile", **NUMBER)
    page = guest.get("/").text
    assert "We have sent a code to +491711234567" in page
    assert 'autocomplete="one-time-code"' in page
    assert 'name="username"' in page
    page = code(guest, "mobile", other="yes").text
    assert 'name="country"' in page
    assert code(guest, "mobile", code=box.carrier.code()).status == 403, "the old code went with the old number"


def test_another_message_has_to_wait_and_the_number_need_not_be_typed_again(made) -> None:
    box = made()
    guest = box.guest()
    guest.submit("mobile", **NUMBER)
    assert "Another code can be sent in 1 minute" in code(guest, "mobile", again="yes").text
    assert "Another code can be sent" in guest.post("/signin", {"token": guest.get("/").field("token"), "method": "mobile", **NUMBER}).text
    assert len(box.carrier.texts) == 1
    box.world.clock.advance(60)
    code(guest, "mobile", again="yes")
    assert [number for number, _ in box.carrier.texts] == ["+491711234567"] * 2
    assert code(guest, "mobile", code=box.carrier.code()).status == 303


def test_a_pump_gets_three_messages_out_of_a_device_and_twenty_an_hour_out_of_the_box(made) -> None:
    box = made()
    statuses = [box.guest(10).submit("mobile", country="DE", mobile=f"0171 12345{at:02}").status for at in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert len(box.carrier.texts) == 3
    for number in range(20, 60):
        box.guest(number).submit("mobile", country="DE", mobile=f"0171 2{number:06}")
    assert len(box.carrier.texts) == 20
    refused = box.guest(99).submit("mobile", **NUMBER)
    assert refused.status == 429
    assert "Please try again in" in refused.text


def test_the_same_person_s_second_device_shares_the_grant(made) -> None:
    box = made()
    for number in (10, 11):
        box.guest(number).submit("mobile", **NUMBER)
        code(box.guest(number), "mobile", code=box.carrier.code())
        box.world.clock.advance(1000)
    assert box.left_s(10) == box.left_s(11) == 5200
    assert person(box).visits == 2


def test_a_known_device_costs_no_second_message_within_its_grant(made) -> None:
    box = made()
    guest = box.guest()
    guest.submit("mobile", **NUMBER)
    code(guest, "mobile", code=box.carrier.code())
    guest.post("/logout", {"token": guest.get("/status").field("token")})
    assert guest.submit("mobile", **NUMBER).status == 303
    assert len(box.carrier.texts) == 1


def test_a_provider_that_fails_is_told_without_its_words(made) -> None:
    box = made()
    box.carrier.trouble = Unavailable("Twilio answered 401: 20003 Authenticate")
    page = box.guest().submit("mobile", **NUMBER)
    assert page.status == 503
    assert "Twilio" not in page.text


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "it", "ar", "th", "zh"])
def test_a_message_fits_one_text_message_in_every_language(made, language) -> None:
    box = made("""methods = ["mobile"]
title = "A house with quite a long and winding name"
[portal.mobile]
country = "DE"
""")
    guest = box.guest()
    guest.get(f"/?lang={language}")
    guest.submit("mobile", **NUMBER)
    assert len(box.carrier.texts[0][1]) <= 70


def test_every_country_has_a_name_for_itself() -> None:
    names = country_names()
    assert len(names) == 245
    assert (names["DE"], names["JP"], names["CH"]) == ("Deutschland", "日本", "Schweiz / Suisse / Svizzera")
    assert all(len(code) == 2 and name.strip() for code, name in names.items())


def test_without_who_knows_numbers_the_page_is_served_and_the_form_asks_for_patience(made) -> None:
    box = made()
    guest, box.book.trouble = box.guest(), Unavailable("the program for numbers has ended; try again later")
    page = guest.get("/")
    assert Markup(page.text).problems == []
    assert '<option value="DE" selected>Deutschland</option>' in page.text
    assert guest.submit("mobile", **NUMBER).status == 503
    assert box.carrier.texts == []
    box.book.trouble = None
    assert '<option value="DE" selected>Deutschland (+49)</option>' in guest.get("/").text
    assert "Enter the code" in guest.submit("mobile", **NUMBER).text


def test_calling_codes_are_asked_for_once_for_all_guests(made) -> None:
    box = made()
    for number in (10, 11, 12):
        box.guest(number).get("/")
    assert box.book.asked == [{}]
