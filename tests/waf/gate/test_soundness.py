"""A matcher that misses anything is found out, and its operators are always asked."""

from collections.abc import Sequence

from routerd.waf.gate.needs import Need, need
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


def exact(needs: dict[int, Need], values: Sequence[bytes]) -> list[int]:
    return [sum(1 << number for number, each in needs.items() if each.match(value) is not None) for value in values]


def test_a_matcher_that_misses_nothing_passes() -> None:
    needs = {0: of(KNOWN_TO_BE_MISSED), 1: of("[0-9]{3}")}
    values = {number: examples(each) for number, each in needs.items()}
    assert all(values.values())
    assert missed(needs, values, lambda asked: exact(needs, asked)) == {}


def test_a_matcher_that_misses_one_kind_of_match_is_found_out() -> None:
    needs = {0: of(KNOWN_TO_BE_MISSED), 1: of("[0-9]{3}")}
    values = {number: examples(each) for number, each in needs.items()}
    flawed = {0: of(KNOWN_TO_BE_MISSED.replace("*?select", "?select")), 1: needs[1]}
    found = missed(needs, values, lambda asked: exact(flawed, asked))
    assert found.keys() == {0}
    assert "missed in" in found[0]


def test_a_matcher_that_misses_values_among_others_is_found_out() -> None:
    needs = {0: of("union")}
    found = missed(needs, {0: examples(needs[0])}, lambda asked: exact(needs, asked) if len(asked) == 1 else [0] * len(asked))
    assert found.keys() == {0}


def test_what_others_are_made_for_is_asked_about_too() -> None:
    needs = {0: of("select"), 1: of("sel")}
    found = missed(
        needs,
        {0: [b"select"], 1: [b"xselx"]},
        lambda asked: [mask & ~2 if value == b"select" else mask for value, mask in zip(asked, exact(needs, asked), strict=True)],
    )
    assert found.keys() == {1}


def test_an_operator_that_no_value_is_made_for_is_not_trusted() -> None:
    needs = {0: of("a(?!b)(?<!a)")}
    assert missed(needs, {0: examples(needs[0])}, lambda asked: [-1] * len(asked)) == {0: "no value was made that it matches"}


def test_operators_of_which_nothing_can_be_said_need_nothing() -> None:
    assert need(Within("GET POST", Nowhere())) is None
    assert need(Contains("", Nowhere())) is None
    assert need(Rx("", Nowhere())) is None
