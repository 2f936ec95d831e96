"""Many patterns at once find what one after another would find; addresses likewise."""

import re
from ipaddress import IPv4Address
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from routerd.acl.addresses import AddressBook
from routerd.acl.patterns import Pattern
from routerd.acl.texts import Texts
from routerd.core.stretches import without
from routerd.waf.automaton import Finder
from routerd.waf.regex.pattern import Pattern as Expression

letters = st.text("abC*", max_size=4)
entries = st.lists(
    st.one_of(
        st.builds(Pattern, st.sampled_from(["contains", "begins", "equals"]), st.text("abC", min_size=1, max_size=3)),
        st.builds(Pattern, st.just("expression"), st.sampled_from(["(?i:^a)", "(?:b.?C)", "(?:a$)", "(?:aa|bb)"])),
    ),
    max_size=400,
)


def naive(pattern: Pattern, value: str) -> bool:
    folded, text = value.lower(), pattern.text.lower()
    match pattern.form:
        case "contains":
            return text in folded
        case "begins":
            return folded.startswith(text)
        case "equals":
            return text == folded
    return re.search(pattern.text, value) is not None


@settings(deadline=None)
@given(entries, letters)
def test_the_lowest_that_fits_is_found(patterns: list[Pattern], value: str) -> None:
    fitting = [place for place, each in enumerate(patterns) if naive(each, value)]
    for fast in (True, False):
        texts = Texts(list(enumerate(patterns)), Expression, lambda bits, fast=fast: Finder(bits, fast=fast))
        assert texts.find(value.encode()) == min(fitting, default=-1)


spans = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)).map(lambda each: (each[0], each[0] + each[1])), max_size=12)


@settings(deadline=None)
@given(st.lists(spans, max_size=6), st.integers(0, 60))
def test_an_address_belongs_to_the_first_list_that_holds_it(lists: list[list[tuple[int, int]]], address: int) -> None:
    book = AddressBook([(place, (found, [])) for place, found in enumerate(lists)])
    holding = [place for place, found in enumerate(lists) if any(first <= address <= last for first, last in found)]
    assert book.find(IPv4Address(address)) == min(holding, default=-1)


@settings(deadline=None)
@given(spans, spans)
def test_taking_stretches_out_leaves_exactly_the_rest(stretches: list[tuple[int, int]], holes: list[tuple[int, int]]) -> None:
    def numbers(parts: list[tuple[int, int]]) -> set[int]:
        return {number for first, last in parts for number in range(first, last + 1)}

    kept = without(stretches, holes)
    assert numbers(kept) == numbers(stretches) - numbers(holes)
    assert all(left[1] + 1 < right[0] for left, right in pairwise(kept))
