"""Strings made from a pattern are ones that it matches: else nothing would be shown by a matcher that finds them."""

import pytest

from routerd.waf.gate.samples import samples
from routerd.waf.regex import Pattern


@pytest.mark.parametrize(
    "text",
    [r"(?i)@.+=[\s\x0b]*?\([\s\x0b]*?select", "a|b|c(?:d|e)f{2,5}", r"(a|b)\1", "[^\\w\\s]{3}", "(?>ab|a)c?", "x*", r"\n[\x80-\xff]+"],
)
def test_strings_are_matched_by_the_pattern_they_are_made_from(text: str) -> None:
    pattern = Pattern(text)
    found = list(samples(pattern.node))
    assert len(set(found)) > 1
    assert all(pattern.search(value) is not None for value in found)


def test_no_alternative_is_left_out() -> None:
    names = [f"name{number:03}" for number in range(100)]
    found = set(samples(Pattern("(?:" + "|".join(names) + ")").node))
    assert found == {name.encode() for name in names}


def test_places_that_look_around_are_left_to_chance() -> None:
    pattern = Pattern("a(?=bc)b")
    assert any(pattern.search(value) is not None for value in samples(pattern.node))


def test_the_same_seed_gives_the_same_strings() -> None:
    node = Pattern("[a-z]{1,9}|[0-9]+").node
    assert list(samples(node, 7)) == list(samples(node, 7)) != list(samples(node, 8))
