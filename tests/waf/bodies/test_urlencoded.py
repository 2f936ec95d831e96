"""Forms and query strings become arguments, in order, with duplicates, decoded once."""

import time
from urllib.parse import unquote_to_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.waf.bodies import urlencoded
from routerd.waf.bodies.body import Limits, Parsed

LIMITS = Limits()


def parse(body: bytes, limits: Limits = LIMITS) -> Parsed:
    return urlencoded.parse(body, b"application/x-www-form-urlencoded", limits)


@pytest.mark.parametrize(
    ("body", "args"),
    [
        (b"a=1&b=2", [(b"a", b"1"), (b"b", b"2")]),
        (b"a=1&a=2", [(b"a", b"1"), (b"a", b"2")]),
        (b"a=b=c", [(b"a", b"b=c")]),
        (b"a", [(b"a", b"")]),
        (b"=1", [(b"", b"1")]),
        (b"a=1&&b=2&", [(b"a", b"1"), (b"", b""), (b"b", b"2")]),
        (b"&", [(b"", b"")]),
        (b"a+b=c%20d%2B", [(b"a b", b"c d+")]),
        (b"a=%zz%4%", [(b"a", b"%zz%4%")]),
        (b"a=%%41", [(b"a", b"%A")]),
        (b"a=%00%ff", [(b"a", b"\0\xff")]),
        (b"", []),
    ],
)
def test_arguments_are_split_and_decoded(body: bytes, args: list[tuple[bytes, bytes]]) -> None:
    assert parse(body).args == tuple(args)


def test_another_separator_may_be_set() -> None:
    assert parse(b"a=1;b=2&c", Limits(separator=b";")).args == ((b"a", b"1"), (b"b", b"2&c"))


@pytest.mark.parametrize(("body", "flag"), [(b"a=%41", 0), (b"a=%4", 1), (b"%zz=1", 1), (b"a=%&b=1", 1), (b"a=1", 0)])
def test_percent_signs_without_two_digits_are_flagged(body: bytes, flag: int) -> None:
    assert parse(body).flags == {"URLENCODED_ERROR": flag}


def test_arguments_beyond_the_limit_are_an_error_and_cost_little() -> None:
    start = time.process_time()
    parsed = parse(b"a=1&" * 100_000)
    assert parsed.error == "more than 1000 arguments"
    assert len(parsed.args) == LIMITS.arguments
    assert time.process_time() - start < 0.5
    assert not parse(b"a=1&" * 1000).error


@given(st.lists(st.tuples(st.binary(max_size=9), st.binary(max_size=9)), min_size=1, max_size=9))
def test_what_was_encoded_comes_out_as_it_went_in(pairs: list[tuple[bytes, bytes]]) -> None:
    parsed = parse(urlencode(pairs).encode())
    assert parsed == Parsed(args=tuple(pairs), flags={"URLENCODED_ERROR": 0})


@given(st.binary(max_size=100))
def test_it_never_raises(body: bytes) -> None:
    assert len(parse(body).args) <= body.count(b"&") + 1


@given(st.text(alphabet="%4aAgz+", max_size=12).map(str.encode))
def test_percent_sequences_mean_what_they_mean_to_the_standard_library(value: bytes) -> None:
    assert urlencoded.decoded(value) == unquote_to_bytes(value.replace(b"+", b" "))
