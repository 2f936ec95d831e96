"""Operators against twins that look at every place there is."""

import string
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.waf.operators.catalogue import CATALOGUE
from tests.waf.operators.test_cases import Files

BY_NAME = {each.name: each for each in CATALOGUE}
LETTERS = string.ascii_letters.encode()
texts = st.text("abAB1_ ", max_size=8)
words = st.text("abAB1", min_size=1, max_size=3)
numbers = st.integers(-(10**12), 10**12).map(str) | st.text("0123456789+- x", max_size=8)


def places(wanted: bytes, value: bytes) -> list[int]:
    return [at for at in range(len(value) + 1) if value[at : at + len(wanted)] == wanted]


def by_itself(wanted: bytes, value: bytes) -> bool:
    return not wanted or any(
        (not at or value[at - 1] not in LETTERS) and (at + len(wanted) == len(value) or value[at + len(wanted)] not in LETTERS)
        for at in places(wanted, value)
    )


TWINS: dict[str, Callable[[bytes, bytes], bool]] = {
    "beginsWith": lambda wanted, value: 0 in places(wanted, value),
    "contains": lambda wanted, value: bool(places(wanted, value)),
    "containsWord": by_itself,
    "endsWith": lambda wanted, value: len(value) - len(wanted) in places(wanted, value),
    "streq": lambda wanted, value: wanted == value,
    "strmatch": lambda wanted, value: bool(places(wanted, value)),
    "within": lambda wanted, value: bool(places(value, wanted)),
}


@pytest.mark.parametrize("name", TWINS)
@given(wanted=texts, value=texts)
def test_a_string_is_found_where_its_twin_finds_it(name: str, wanted: str, value: str) -> None:
    assert (BY_NAME[name](wanted, Files()).match(value.encode()) is not None) == TWINS[name](wanted.encode(), value.encode())


def as_c_reads(text: str) -> int:
    rest = text.lstrip(" \t\n\v\f\r")
    sign, rest = (rest[:1], rest[1:]) if rest[:1] in ("+", "-") else ("", rest)
    digits = rest[: next((at for at, digit in enumerate(rest) if digit not in string.digits), len(rest))]
    found = int(sign + digits) if digits else 0
    return found if -(2**31) <= found < 2**31 else 0


NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "eq": lambda wanted, value: value == wanted,
    "ge": lambda wanted, value: value >= wanted,
    "gt": lambda wanted, value: value > wanted,
    "le": lambda wanted, value: value <= wanted,
    "lt": lambda wanted, value: value < wanted,
}


@pytest.mark.parametrize("name", NUMBERS)
@given(wanted=numbers, value=numbers)
def test_numbers_are_compared_as_c_reads_them(name: str, wanted: str, value: str) -> None:
    assert (BY_NAME[name](wanted, Files()).match(value.encode()) is not None) == NUMBERS[name](as_c_reads(wanted), as_c_reads(value))


@given(phrases=st.lists(words, min_size=1, max_size=6), value=texts)
def test_a_phrase_is_found_wherever_it_stands_without_case(phrases: list[str], value: str) -> None:
    hit = BY_NAME["pm"](" ".join(phrases), Files()).match(value.encode())
    assert (hit is not None) == any(phrase.lower() in value.lower() for phrase in phrases)
    assert hit is None or hit.captures[0].decode().lower() in [phrase.lower() for phrase in phrases]


@given(
    allowed=st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)).map(sorted), min_size=1, max_size=4), value=st.binary(max_size=12)
)
def test_octets_are_in_the_ranges_that_are_allowed(allowed: list[list[int]], value: bytes) -> None:
    argument = ",".join(f"{low}-{high}" for low, high in allowed)
    outside = any(not any(low <= octet <= high for low, high in allowed) for octet in value)
    assert (BY_NAME["validateByteRange"](argument, Files()).match(value) is not None) == outside


def is_luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


@given(digits=st.text(string.digits, min_size=13, max_size=16))
def test_a_card_has_luhns_check_digit(digits: str) -> None:
    assert (BY_NAME["verifyCC"](r"\b\d{13,16}\b", Files()).match(f"card {digits}.".encode()) is not None) == is_luhn(digits)


@given(value=texts, wanted=words)
def test_a_pattern_without_signs_is_a_string(value: str, wanted: str) -> None:
    for name in ("rx", "rxGlobal"):
        assert (BY_NAME[name](wanted, Files()).match(value.encode()) is not None) == (wanted in value)
