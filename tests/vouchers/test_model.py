"""Which values a voucher may have, and when it is valid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.core.durations import VALIDITIES
from routerd.core.errors import BadInput
from routerd.vouchers import model
from routerd.vouchers.model import Voucher

HOUR, DAY = 3600, 86400

DOCUMENTED = [
    ("always", None),
    ("1 hour", HOUR),
    *[(f"{n} hours", n * HOUR) for n in range(2, 24)],
    ("1 day", DAY),
    *[(f"{n} days", n * DAY) for n in [*range(2, 31), 35, 40, 45, 50, 55, 60, 90, 120, 150, 180, 365]],
]


def voucher(valid_for: str, valid_from: int = 1000) -> Voucher:
    return Voucher(1, "u", "p", "f", valid_for, valid_from, 0, 0, 0, 0, 1, "", "", 1000, 1000)


@pytest.mark.parametrize(("valid_for", "lasts_s"), DOCUMENTED)
def test_a_documented_validity_lasts_from_the_first_login(valid_for, lasts_s):
    assert model.validity(valid_for, "always") == valid_for
    assert model.window(voucher(valid_for), 5000, "first_login") == (5000, lasts_s and 5000 + lasts_s)


def test_no_other_validity_exists():
    assert dict(DOCUMENTED) == VALIDITIES


@pytest.mark.parametrize(
    "wrong", ["0 hours", "1 hours", "24 hours", "1 days", "31 days", "36 days", "1 Day", "forever", "1 week", "-1 day"]
)
def test_an_undocumented_validity_is_refused(wrong):
    with pytest.raises(BadInput, match="valid_for"):
        model.validity(wrong, "1 day")


def test_the_clock_never_starts_before_valid_from():
    assert model.window(voucher("1 hour", valid_from=9000), 5000, "first_login") == (9000, 9000 + HOUR)


def test_the_clock_can_start_at_valid_from():
    assert model.window(voucher("1 hour", valid_from=1000), 5000, "valid_from") == (1000, 1000 + HOUR)


@pytest.mark.parametrize(
    ("given_mb", "kept_mb"),
    [(None, 0), (0, 0), (-5, 0), (1, 1), (1024, 1024), (9437184, 9437184), (9437185, 0), (10**30, 0)],
)
def test_a_limit_out_of_bounds_is_unlimited(given_mb, kept_mb):
    assert model.limit_mb(given_mb) == kept_mb


@pytest.mark.parametrize("control", ["a\0b", "a\nb", "a\x1b[31mb", "a\u2028b", "a\x85b", "a\ud800b"])
def test_control_characters_are_refused_by_name(control):
    with pytest.raises(BadInput, match=r"comment contains .* \(U\+"):
        model.text("comment", control, 255)


@pytest.mark.parametrize("invisible", ["a\u200bb", "a\u202eb", "a\u00a0b"])
def test_credentials_hold_visible_characters_only(invisible):
    with pytest.raises(BadInput, match="invisible"):
        model.credential("username", invisible, 64)


def test_a_text_that_is_too_long_is_refused_with_both_lengths():
    with pytest.raises(BadInput, match="65 characters long; at most 64"):
        model.credential("username", "x" * 65, 64)


@pytest.mark.parametrize("when", [-1, model.VALID_FROM_MOST, 10**30])
def test_a_date_that_cannot_be_meant_is_refused(when):
    with pytest.raises(BadInput, match="valid_from"):
        model.start(when, 1000)


@given(st.text(max_size=64))
def test_folding_is_stable_and_blind_to_case_and_outer_space(username):
    once = model.folded(username)
    assert model.folded(once) == once
    assert model.folded(f"  {username} ") == once
