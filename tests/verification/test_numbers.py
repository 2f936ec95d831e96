"""Which numbers a code is sent to, and which not."""

from collections.abc import Sequence

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType

from routerd.asides.numbers import answer
from routerd.core.errors import BadInput
from routerd.verification.numbers import KEPT_MOST, TYPED_MOST, Numbers
from tests.fakes.aside import FakeAside

HERE = ("DE", "US")
NO_NUMBER, NO_MOBILE, ELSEWHERE = "This is no mobile number", "mobile numbers only", "numbers of this country"


def normalised(typed: str, country: str, allowed: Sequence[str]) -> str:
    return Numbers(FakeAside(answer)).normalised(typed, country, allowed)


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("0171 1234567", "DE", "+491711234567"),
        ("+49 (0) 171 / 123-4567", "DE", "+491711234567"),
        ("0049 171 1234567", "DE", "+491711234567"),
        ("+49 171 1234567", "US", "+491711234567"),
        ("(201) 555-0123", "US", "+12015550123"),
        ("\u0660\u0661\u0667\u0661 \u0661\u0662\u0663\u0664\u0665\u0666\u0667", "DE", "+491711234567"),
    ],
)
def test_people_s_ways_of_writing_a_number_are_understood(typed, country, number) -> None:
    assert normalised(typed, country, HERE) == number


@pytest.mark.parametrize(
    ("typed", "country", "why"),
    [
        ("", "DE", NO_NUMBER),
        ("0171", "DE", NO_NUMBER),
        ("hello", "DE", NO_NUMBER),
        ("0171 1234567 ext. 5", "DE", NO_NUMBER),
        ("1" * 41, "DE", NO_NUMBER),
        ("0171 1234567", "XX", NO_NUMBER),
        ("030 1234567", "DE", NO_MOBILE),
        ("0900 1 123456", "DE", NO_MOBILE),
        ("0800 1234567", "DE", NO_MOBILE),
        ("+1 900 555 0123", "US", NO_MOBILE),
        ("+1 876 210 1234", "US", ELSEWHERE),
        ("+43 664 1234567", "DE", ELSEWHERE),
        ("+881 6 1234 5678", "DE", ELSEWHERE),
        ("+882 13 123456", "DE", NO_NUMBER),
        ("110", "DE", NO_NUMBER),
    ],
)
def test_what_a_code_is_not_sent_to(typed, country, why) -> None:
    with pytest.raises(BadInput, match=why):
        normalised(typed, country, HERE)


@pytest.mark.parametrize("kind", [PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.UAN, PhoneNumberType.PAGER])
def test_no_dear_number_of_any_country_is_served(kind) -> None:
    everywhere = tuple(phonenumbers.SUPPORTED_REGIONS)
    tried = 0
    for region in everywhere:
        example = phonenumbers.example_number_for_type(region, kind)
        if example is None or phonenumbers.number_type(example) != kind:
            continue
        tried += 1
        with pytest.raises(BadInput):
            normalised(phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164), region, everywhere)
    assert tried > 5


def test_every_country_s_mobile_numbers_are_served_where_it_is_allowed() -> None:
    for region in phonenumbers.SUPPORTED_REGIONS:
        example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
        if example is None:
            continue
        e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        owner = phonenumbers.region_code_for_number(example)
        assert normalised(e164, region, (owner,)) == e164


@given(st.text(max_size=60), st.sampled_from(["DE", "US", "", "XX"]))
def test_whatever_is_typed_is_a_number_or_bad_input(typed, country) -> None:
    try:
        number = normalised(typed, country, HERE)
    except BadInput:
        return
    assert number.startswith(("+49", "+1"))
    assert normalised(number, country, HERE) == number


def test_calling_codes_are_asked_for_once() -> None:
    book = FakeAside(answer)
    numbers = Numbers(book)
    for _ in range(2):
        codes = numbers.calling_codes()
        assert (codes["DE"], codes["TH"], codes.get("XX")) == (49, 66, None)
    assert book.asked == [{}]


def test_what_was_asked_is_kept_and_no_more_than_so_much_of_it() -> None:
    book = FakeAside(answer)
    numbers = Numbers(book)
    for _ in range(3):
        assert numbers.normalised("0171 1234567", "DE", HERE) == "+491711234567"
    assert len(book.asked) == 1
    for number in range(KEPT_MOST):
        with pytest.raises(BadInput):
            numbers.normalised(str(number), "DE", HERE)
    numbers.normalised("0171 1234567", "DE", HERE)
    assert len(book.asked) == KEPT_MOST + 2, "the oldest answer was let go"


def test_what_is_too_long_is_not_even_asked() -> None:
    book = FakeAside(answer)
    for typed, country in (("1" * (TYPED_MOST + 1), "DE"), ("0171 1234567", "D" * (TYPED_MOST + 1))):
        with pytest.raises(BadInput, match=NO_NUMBER):
            Numbers(book).normalised(typed, country, HERE)
    assert book.asked == []
