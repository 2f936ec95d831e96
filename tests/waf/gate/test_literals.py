"""What a pattern needs is in everything that it matches: were it not, the gate would hide an attack."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routerd.waf.automaton import Finder
from routerd.waf.gate.kept import Kept
from routerd.waf.gate.literal import LiteralGate
from routerd.waf.gate.literals import needed
from routerd.waf.gate.needs import Need
from routerd.waf.regex import Pattern
from routerd.waf.regex.syntax import Sequence
from routerd.waf.rules import Rule
from routerd.waf.seclang.parser import parse
from tests.waf.gate.made import Made, made

CRS = Path(__file__).parents[4] / "shared" / "data" / "crs-4.29"


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        ("select", {b"select"}),
        ("(?i)SeLect", {b"select"}),
        ("union.*select", {b"union"}),
        ("a(?:bc|d)e", {b"abce", b"ade"}),
        (r"\bexec\b", {b"exec"}),
        ("exec(?=ute)", {b"exec"}),
        ("exec(?!ute)", {b"exec"}),
        ("(?:foo)+bar", {b"foo"}),
        ("(?:foo){2,5}x*", {b"foofoo"}),
        ("colou?r", {b"color", b"colour"}),
        ("[st]elect", {b"select", b"telect"}),
        ("^[a-z]+://", {b"://"}),
        (r"\(", {b"("}),
        ("foo|bar", {b"foo", b"bar"}),
        ("foo|", None),
        ("(?:foo)?", None),
        ("foo|[a-z]", None),
        ("a", None),
        (".*", None),
        (r"(a)\1", None),
        (r"[\s\S]{3}", None),
    ],
)
def test_literals_of_patterns(pattern: str, literals: set[bytes] | None) -> None:
    found = needed(Pattern(pattern).node)
    assert found == (None if literals is None else frozenset(literals))


@settings(deadline=None)
@given(made, st.text("ab(_< ", max_size=3))
def test_whatever_a_pattern_matches_holds_what_it_needs(drawn: Made, around: str) -> None:
    pattern = Pattern(f"(?i){drawn[0]}", linear=False)
    literals, value = needed(pattern.node), (around + drawn[1] + around).encode()
    if literals is not None and pattern.search(value) is not None:
        assert any(literal in value.lower() for literal in literals)


def _phrases(*phrases: bytes) -> Need:
    return Need(b"", phrases, lambda: Sequence(()), lambda: bytes)


def test_a_gate_says_which_operators_could_match() -> None:
    gate = LiteralGate({0: _phrases(b"select", b"union"), 1: _phrases(b"elect"), 2: _phrases(b"(")})
    values = (b"", b"SELECT", b"(Union", b"elec", b"Election(")
    assert [gate.mask(value) for value in values] == gate.masks(values) == [0, 3, 5, 0, 6]
    assert gate.mask(b"SELECT") == 3
    assert gate.ejected == ()


def test_a_gate_always_asks_those_that_need_nothing() -> None:
    gate = LiteralGate({0: _phrases(b"x"), 1: Need(b"", (), lambda: Pattern("[a-z]").node, lambda: bytes)}, 4)
    assert (gate.mask(b""), gate.mask(b"X")) == (6, 7)
    assert [each.bit for each in gate.ejected] == [2]


def test_what_is_kept_is_bounded_and_what_comes_again_stays() -> None:
    kept = Kept(100_000)
    for number in range(10_000):
        kept.put(b"%0100d" % number, number)
        kept.put(b"", kept.get(b"") or 7)
    held = [number for number in range(10_000) if kept.get(b"%0100d" % number) is not None]
    assert kept.get(b"") == 7
    assert 100 < len(held) < 1_000
    assert held[-1] == 9_999


def test_without_the_library_every_operator_is_asked() -> None:
    assert Finder({b"a": 1, b"b": 2}, fast=False).mask(b"c") == 3
    assert Finder({}).mask(b"c") == 0


@pytest.mark.skipif(not CRS.exists(), reason="the CRS is not beside the checkout")
def test_most_patterns_of_the_crs_need_something() -> None:
    rules = [entry for file in sorted((CRS / "rules").glob("*.conf")) for entry in parse(file.read_text(), file.name).entries]
    operations = [rule.operation for rule in rules if isinstance(rule, Rule) and rule.operation]
    patterns = [each.argument for each in operations if each.name == "rx" and not re.search(r"%\{", each.argument)]
    gated = [pattern for pattern in patterns if needed(Pattern(pattern, linear=False).node)]
    assert len(gated) > 0.7 * len(patterns)
