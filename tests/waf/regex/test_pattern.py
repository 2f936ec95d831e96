"""What patterns promise besides agreeing with PCRE: bounded time, clear refusals, every match in turn."""

import re
import time
from pathlib import Path

import pytest

from routerd.waf.regex import Pattern, PatternFault, compiled

CRS = Path(__file__).parents[4] / "shared/data/crs-4.29/rules"
MOST = 131_072


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (r"a\Kb", r"\K: not supported, at character 2"),
        (r"(?R)", "recursion: not supported"),
        (r"(a)(?(1)b|c)", "conditions: not supported, at character 4"),
        (r"(?|(a)|(b))", "groups that share a number"),
        (r"\p{Lu}", "properties"),
        (r"(*UTF)a", "verbs"),
        (r"a\yb", r"an escape that means nothing, \y, at character 2"),
        ("a(b", "a parenthesis that is not closed, at character 2"),
        ("(" * 300 + ")" * 300, "nested more than 100 deep"),
    ],
)
def test_what_cannot_be_carried_over_is_refused_by_name(text: str, reason: str) -> None:
    with pytest.raises(PatternFault) as fault:
        Pattern(text)
    assert reason in str(fault.value)


@pytest.mark.parametrize("text", [r"(a+)+$", r"(a|aa)+$", r"^(\w+\s?)*$", r"(x+x+)+y", r"(?:[^\"]|\"\")*?;", r"a*+b"])
@pytest.mark.parametrize("piece", [b"a", b"x", b"a a", b'"'])
def test_a_pattern_that_would_run_away_does_not(text: str, piece: bytes) -> None:
    pattern = Pattern(text)
    value = piece * (MOST // len(piece)) + b"!"
    before = time.process_time()
    pattern.search(value)
    assert pattern.linear
    assert time.process_time() - before < 0.15


def test_every_match_comes_in_turn_and_empty_ones_move_on() -> None:
    pattern = Pattern("a(b?)|")
    assert [captures for _, _, captures in pattern.spans(b"abxa")] == [(b"ab", b"b"), (b"",), (b"a", b""), (b"",)]


def test_matches_at_every_start_overlap() -> None:
    assert list(Pattern(r"\d{3}").starts(b"12345")) == [b"123", b"234", b"345"]


def test_groups_at_the_end_that_took_no_part_are_left_out() -> None:
    assert Pattern("(a)|(b)|(c)").search(b"b") == (b"b", b"", b"b")


def test_an_empty_pattern_matches_everything() -> None:
    assert compiled("").search(b"x") == (b"",)


def test_macros_may_bring_any_octet() -> None:
    assert Pattern(b"\xff+".decode("utf-8", "surrogateescape")).search(b"a\xff\xff") == (b"\xff\xff",)


def test_a_pattern_that_refers_back_sees_a_bounded_value() -> None:
    pattern = Pattern(r"(a)\1b")
    assert not pattern.linear
    assert pattern.search(b"xaab") == (b"aab", b"a")
    assert pattern.search(b"x" * MOST + b"aab") is None


@pytest.mark.parametrize(("text", "value"), [(r"[\w-.]+", b"a-."), (r"[a-\d]+", b"a-1")])
def test_a_hyphen_next_to_a_class_is_a_hyphen_as_in_the_first_pcre(text: str, value: bytes) -> None:
    assert Pattern(text).search(value) == (value,)


@pytest.mark.skipif(not CRS.is_dir(), reason="the CRS is not in ../shared/data")
@pytest.mark.parametrize("piece", [b"${", b"((((", b"' or 1=1 -- ", b"\n", b"1", b"a=b&", b"../", b";cat /etc/"])
def test_no_pattern_of_the_crs_takes_long_over_128_kib(piece: bytes) -> None:
    texts = {
        found.replace('\\"', '"') for path in CRS.glob("*.conf") for found in re.findall(r'"!?@rx ((?:[^"\\]|\\.)*)"', path.read_text())
    }
    value = piece * (MOST // len(piece))
    for text in texts:
        pattern = compiled(text)
        assert pattern.linear, text
        before = time.process_time()
        pattern.search(value)
        assert time.process_time() - before < 0.15, text


def test_a_pattern_that_was_warmed_matches_as_one_that_was_not() -> None:
    text = r"(?i)un(ion)\s+sel(e)ct"
    warmed, cold = Pattern(text), Pattern(text)
    warmed.warm()
    warmed.warm()
    assert warmed.search(b"x UNION  select y") == cold.search(b"x UNION  select y") == (b"UNION  select", b"ION", b"e")
