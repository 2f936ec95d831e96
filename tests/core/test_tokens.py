"""Secrets: of the length asked for, from the letters promised, none likelier than another."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from routerd.core import tokens


@given(st.integers(1, 64))
def test_a_readable_word_has_its_length_and_no_letter_that_looks_like_another(length: int) -> None:
    word = tokens.readable(length)
    assert len(word) == length
    assert set(word) <= set("abcdefghjkmnpqrstuvwxyz23456789")


def test_every_letter_is_as_likely_as_any_other() -> None:
    counts = Counter(tokens.readable(62_000))
    assert len(counts) == 31
    # 2,000 each on average; six standard deviations either way come about once in 10**7 runs.
    assert all(2000 - 270 < count < 2000 + 270 for count in counts.values())


def test_a_code_has_its_digits_and_every_one_is_as_likely() -> None:
    codes = [tokens.digits(6) for _ in range(10_000)]
    assert all(len(code) == 6 and code.isdecimal() for code in codes)
    assert any(code.startswith("0") for code in codes)
    counts = Counter("".join(codes))
    assert all(6000 - 450 < counts[digit] < 6000 + 450 for digit in "0123456789")


def test_two_words_are_not_the_same() -> None:
    assert len({tokens.readable(8) for _ in range(1000)}) == 1000
    assert tokens.api_key() != tokens.api_key()
    assert len(tokens.api_key()) == 48


def test_comparing_and_signing() -> None:
    assert tokens.same("abc", "abc")
    assert not tokens.same("abc", "abd")
    assert tokens.sign(b"key", "text") != tokens.sign(b"other", "text")
    assert tokens.fingerprint("a") != tokens.fingerprint("b")
