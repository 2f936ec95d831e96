"""A matcher that misses anything is found out, and its operators are always asked."""

from collections.abc import Sequence

from routerd.waf.gate.needs import Match, Need, need
from routerd.waf.gate.soundness import examples, missed
from routerd.waf.operators.rx import Rx
from routerd.waf.operators.strings import Contains, Within
from tests.waf.tiny import Nowhere

KNOWN_TO_BE_MISSED = r"(?i)@.+=[\s\x0b]*?\([\s\x0b]*?select"
"""By Vectorscan 5.4.12."""


def of(pattern: str) -> Need:
    found = need(Rx(pattern, Nowhere()))
    assert found is not None
    return found


def exact(needs: dict[int, Need]) -> dict[int, Match]:
    return {number: each.exact() for number, each in needs.items()}


def made(needs: dict[int, Need]) -> dict[int, list[bytes]]:
    return {number: examples(each, each.exact()) for number, each in needs.items()}


def asked(matches: dict[int, Match], values: Sequence[bytes]) -> list[int]:
    return [sum(1 << number for number, match in matches.items() if match(value) is not None) for value in values]


def test_a_matcher_that_misses_nothing_passes() -> None:
    needs = {0: of(KNOWN_TO_BE_MISSED), 1: of("[0-9]{3}")}
    assert all(made(needs).values())
    assert missed(exact(needs), made(needs), lambda values: asked(exact(needs), values)) == {}


def test_a_matcher_that_misses_one_kind_of_match_is_found_out() -> None:
    needs = {0: of(KNOWN_TO_BE_MISSED), 1: of("[0-9]{3}")}
    flawed = exact({0: of(KNOWN_TO_BE_MISSED.replace("*?select", "?select")), 1: needs[1]})
    found = missed(exact(needs), made(needs), lambda values: asked(flawed, values))
    assert found.keys() == {0}
    assert "missed in" in found[0]


def test_a_matcher_that_misses_values_among_others_is_found_out() -> None:
    needs = {0: of("union")}
    matches = exact(needs)
    found = missed(matches, made(needs), lambda values: asked(matches, values) if len(values) == 1 else [0] * len(values))
    assert found.keys() == {0}


def test_what_others_are_made_for_is_asked_about_too() -> None:
    matches = exact({0: of("select"), 1: of("sel")})

    def flawed(values: Sequence[bytes]) -> list[int]:
        return [mask & ~2 if value == b"select" else mask for value, mask in zip(values, asked(matches, values), strict=True)]

    assert missed(matches, {0: [b"select"], 1: [b"xselx"]}, flawed).keys() == {1}


def test_an_operator_that_no_value_is_made_for_is_not_trusted() -> None:
    needs = {0: of("a(?!b)(?<!a)")}
    assert missed(exact(needs), made(needs), lambda values: [-1] * len(values)) == {0: "no value was made that it matches"}


def test_operators_of_which_nothing_can_be_said_need_nothing() -> None:
    assert need(Within("GET POST", Nowhere())) is None
    assert need(Contains("", Nowhere())) is None
    assert need(Rx("", Nowhere())) is None
