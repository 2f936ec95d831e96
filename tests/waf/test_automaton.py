"""Many phrases at once against one by one."""

import time

from hypothesis import given
from hypothesis import strategies as st

from routerd.waf.automaton import Automaton

phrases = st.lists(st.text("abAB\xe4 ", max_size=4).map(lambda text: text.encode("latin-1")), max_size=8)


@given(words=phrases, value=st.text("abAB\xe4\xc4 ", max_size=20).map(lambda text: text.encode("latin-1")))
def test_it_finds_what_is_found_one_by_one(words: list[bytes], value: bytes) -> None:
    found = Automaton(words).first(value)
    assert found == Automaton(words, fast=False).first(value)
    assert (found is not None) == any(word.lower() in value.lower() for word in words if word)


def test_the_one_that_ends_first_wins_and_of_those_the_longest() -> None:
    assert Automaton([b"Select", b"elect", b"lec", b"from"]).first(b"x SELECT from") == b"lec"
    assert Automaton([b"Select", b"elect"]).first(b"x SELECT from") == b"select"


def test_only_letters_of_ascii_have_a_case() -> None:
    assert Automaton([b"\xe4"]).first(b"\xc4") is None


def test_no_phrases_find_nothing() -> None:
    assert Automaton([]).first(b"x") is None
    assert len(Automaton([b"", b"a", b"A"])) == 1


def test_thousands_of_phrases_cost_one_pass() -> None:
    automaton = Automaton(b"phrase-%d" % number for number in range(5_000))
    value = b"phrase-" * 18_000
    before = time.process_time()
    assert automaton.first(value) is None
    assert time.process_time() - before < 0.15
