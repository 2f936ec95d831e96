"""Patterns against PCRE itself: on the patterns of the CRS, on patterns made at random, and on a table of notations."""

import re
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from routerd.waf.regex import Pattern, PatternFault
from tests.waf.regex.pcre import Pcre, Unusable, library

pytestmark = pytest.mark.skipif(library() is None, reason="libpcre2-8 is not installed")
CRS = Path(__file__).parents[4] / "shared/data/crs-4.29/rules"

NOTATIONS = [
    r"(?i)seLect[a-c]\d",
    r"a(?i)b|c",
    r"(a(?i)b)c",
    r"(?i:a)b",
    r"(?-i)A",
    r"(?s-m)^.$",
    r"(?-s).\n",
    r"(?x) a b # c" + "\n c",
    r"a++b",
    r"[ab]*+b",
    r"[ab]*+c",
    r"(?:a|ab)*+c",
    r"(?:(?!b).)*+(?:b|\z)",
    r"(?:a|b.)?+c",
    r"(?>a|ab)c",
    r"(?>ab|a)c",
    r"x*+",
    r"a{2}b{1,}c{0,2}",
    r"a{,2}",
    r"a{x}",
    r"{",
    r"[]a]+",
    r"[^]a]",
    r"[[:alpha:]_]+[[:^digit:]]",
    r"[\x41-\x43\]]",
    r"[a\-c]",
    r"\x{61}\x6\x",
    r"\141\o{142}\cA",
    r"\Qa.b\E+",
    r"[\Q]\E]",
    r"\h\v\R",
    r"\H\V\N",
    r"(?#note)a",
    r"(a)(b)?\1",
    r"(?i)(a)\1",
    r"(?<n>a)\k<n>(?P=n)\g{n}\g{-1}\g1",
    r"(a)|(b)",
    r"(a|b)*c",
    r"(?=a)\w(?!b)",
    r"(?<=a|bc)d",
    r"(?<!a|bc)d",
    r"\Aa\z",
    r"a\Z",
    r"\bab\b",
    r"\B",
    r"^$",
    r"^a*$",
    r"\n^",
    r"\s\S\w\W\d\D",
    r"(?U)a+b+?",
    r"(?i)[k-m]+",
    r"(?i)[^a]",
    "(?i)\xe4\xc4",
    r"a|b|",
    r"()",
    r"(?:a|)+b",
    r"\/\-\"\'\@\#\~",
    r"a??b",
    r"(?^)A.",
    r"[\s\x0b]*?\([\s\x0b]*?select",
]
PIECES = [
    b"a",
    b"b",
    b"c",
    b"d",
    b"A",
    b"B",
    b"_",
    b"1",
    b".",
    b"]",
    b"-",
    b"\n",
    b"\r",
    b" ",
    b"\xe4",
    b"\xc4",
    b"\x01",
    b"{",
    b"(select",
    b"x",
]
values = st.lists(st.sampled_from(PIECES), max_size=9).map(b"".join)


def same(text: str, pcre: Pcre, value: bytes) -> None:
    expected = pcre.search(value)
    assert Pattern(text).search(value) == expected
    assert Pattern(text, linear=False).search(value) == expected


@pytest.mark.parametrize("text", NOTATIONS)
@settings(max_examples=60)
@given(value=values)
def test_a_notation_means_what_pcre_means(text: str, value: bytes) -> None:
    same(text.encode("latin-1").decode("utf-8", "surrogateescape"), Pcre(text.encode("latin-1")), value)


atoms = st.sampled_from(["a", "b", "c", ".", "\\n", "[ab]", "[^a]", "\\w", "\\s", "^", "$", "\\b", "(?i:b)", "\\z"])

QUANTIFIERS = ["*", "+", "?", "{1,2}", "*?", "+?", "++", "*+"]


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return (
        st.lists(inner, min_size=1, max_size=4).map("".join)
        | st.lists(inner, min_size=2, max_size=3).map("|".join).map("(?:{})".format)
        | inner.map("({})".format)
        | st.tuples(inner.filter(lambda text: len(text) == 1 and text not in "^$"), st.sampled_from(QUANTIFIERS)).map("".join)
    )


@settings(max_examples=300)
@given(text=st.recursive(atoms, grown, max_leaves=8), value=values)
def test_a_pattern_made_at_random_matches_what_pcre_matches(text: str, value: bytes) -> None:
    try:
        pcre = Pcre(text.encode())
    except Unusable:
        assume(False)
    same(text, pcre, value)


@pytest.mark.skipif(not CRS.is_dir(), reason="the CRS is not in ../shared/data")
def test_every_pattern_of_the_crs_matches_what_pcre_matches_in_every_phrase_of_its_tests() -> None:
    tests = "".join(path.read_text() for path in sorted((CRS.parent / "tests").glob("*94[124]*/*.yaml"))[::6])
    samples = [found.encode() for found in re.findall(r"(?:data|uri): [\"']?(.*)", tests)][::7]
    texts = [
        found.replace('\\"', '"') for path in CRS.glob("*.conf") for found in re.findall(r'"!?@rx ((?:[^"\\]|\\.)*)"', path.read_text())
    ]
    assert len(texts) > 250
    assert len(samples) > 20
    for text in texts:
        pattern, pcre = Pattern(text), Pcre(text.encode())
        for sample in samples:
            assert pattern.search(sample) == pcre.search(sample), (text, sample)


@pytest.mark.parametrize(
    "text",
    [
        "(",
        ")",
        "a)",
        "[a",
        "*a",
        "a{3,2}",
        "a{70000}",
        "\\",
        "[b-a]",
        "(?<n>a",
        "\\g{2}",
        "(a)\\2",
        "[[:nothing:]]",
        "\\k<n>",
        "(?#a",
        "\\x{100}",
    ],
)
def test_what_pcre_refuses_is_refused_here(text: str) -> None:
    with pytest.raises(Unusable):
        Pcre(text.encode())
    with pytest.raises(PatternFault):
        Pattern(text)
