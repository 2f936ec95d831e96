"""Whatever a pattern matches, what is made of it to be looked for matches too: alone, and as a line among others."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routerd.waf.gate.widening import headed, on_one_line, pieces, unanchored, widened
from routerd.waf.regex import Pattern, printing
from routerd.waf.regex.syntax import Node, least_width
from tests.waf.gate.made import Made, made

HEAVY = "[;|] *(?:" + "|".join(f"command{number}" for number in range(30)) + ")"
GAPS = "".join(f"{letter}[\"'\\\\]*(?:\\$[a-z]*)?\\\\?" for letter in "commandline")


def finds(nodes: Sequence[Node], value: bytes) -> bool:
    return any(re.compile(printing.python(node).encode("latin-1"), re.DOTALL | re.MULTILINE).search(value) for node in nodes)


def ways(node: Node) -> list[list[Node]]:
    wide = widened(node)
    if wide is None:
        return []
    bare, head = unanchored(wide), headed(wide)
    return [[wide], pieces(wide, 4), *([[bare]] if bare else []), *([[head]] if least_width(head) else [])]


@settings(deadline=None, max_examples=200)
@given(made, st.text("ab(_< \n", max_size=3))
def test_what_is_looked_for_is_in_whatever_a_pattern_matches(drawn: Made, around: str) -> None:
    pattern, value = Pattern(drawn[0], linear=False), (around + drawn[1] + around).encode()
    if pattern.search(value) is None:
        return
    for nodes in ways(pattern.node):
        assert finds(nodes, value)
        assert finds(nodes, b"first\n" + value + b"\nlast")


@settings(deadline=None, max_examples=100)
@given(made, st.text("ab(_< ", max_size=3))
def test_what_is_looked_for_on_one_line_is_in_all_matches_without_a_newline(drawn: Made, around: str) -> None:
    pattern, value = Pattern(drawn[0], linear=False), (around + drawn[1] + around).encode()
    wide = widened(pattern.node)
    if wide is None or b"\n" in value or pattern.search(value) is None:
        return
    left = on_one_line(wide)
    assert left is not None
    assert finds([left], value)


@pytest.mark.parametrize("pattern", ["", "a*", "^$", "(?=a)", "(a)?", "(?:x|y*)z?", r"\b"])
def test_what_may_match_nothing_is_not_looked_for(pattern: str) -> None:
    assert widened(Pattern(pattern).node) is None


@pytest.mark.parametrize(
    ("pattern", "wide"),
    [
        ("x*ab+", "ab"),
        (r"\Aab\z", "^ab$"),
        ("a(?!b)c", "ac"),
        (r"(a)\1b", r"a.*b"),
        ("(?>x(?:a|ab))y", "x(?:a|ab)y"),
        ("x(?:ab){2,50}c", "x(?:ab){2,}c"),
        ("a(?:~b)?c", "(?:~|ac)"),
    ],
)
def test_steps(pattern: str, wide: str) -> None:
    found, expected = widened(Pattern(pattern).node), Pattern(wide).node
    assert found is not None
    assert printing.re2(found).replace(r"\x7e", "~") == printing.re2(expected).replace(r"\x7e", "~")


def test_what_is_heavy_is_looked_for_by_its_beginning() -> None:
    wide = widened(Pattern(HEAVY).node)
    assert wide is not None
    assert headed(wide) == Pattern("[;|]").node


@pytest.mark.parametrize("value", [b"commandline", b"comm'andline", b'c"o"m"m"a"n"d"l"i"n"e', b"comm$zandline", b"c\\ommandline"])
def test_quoting_between_letters_is_looked_for_instead_of_allowed_for(value: bytes) -> None:
    wide = widened(Pattern(GAPS).node)
    assert wide is not None
    assert "commandline" in printing.re2(wide)
    assert finds([wide], value)
    assert not finds([wide], b"a command line, 'quoted' words")


def test_pieces_are_no_more_than_asked_for_and_together_the_whole() -> None:
    wide = widened(Pattern(HEAVY).node)
    assert wide is not None
    found = pieces(wide, 4)
    assert len(found) == 4
    for number in range(30):
        value = b"; command%d" % number
        assert sum(finds([piece], value) for piece in found) >= 1


def test_what_has_a_newline_in_all_that_it_matches_is_on_no_line() -> None:
    assert on_one_line(Pattern(r"a\nb").node) is None
    assert on_one_line(Pattern(r"a(?:\n)?b").node) == Pattern("ab").node
