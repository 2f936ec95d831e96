"""Rule files are split into directives and words; each character remembers where it stood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.waf.place import Fault
from routerd.waf.seclang.lexer import DIRECTIVE_MOST, directives


def words(text: str) -> list[list[str]]:
    return [[directive.name.text, *(word.text for word in directive.words)] for directive in directives(text, "f")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("# nothing\n\n  # here\n", []),
        ("SecRuleEngine On", [["SecRuleEngine", "On"]]),
        ("SecRuleEngine On\r\nSecMarker X\r\n", [["SecRuleEngine", "On"], ["SecMarker", "X"]]),
        ("  SecMarker\t\tX  ", [["SecMarker", "X"]]),
        ('SecRule ARGS "a b" "id:1"', [["SecRule", "ARGS", "a b", "id:1"]]),
        ('SecRule ARGS \\\n  "a" \\\n  "id:1"', [["SecRule", "ARGS", "a", "id:1"]]),
        ('SecAction "id:1,\\\n    pass"', [["SecAction", "id:1,    pass"]]),
        ('SecRule ARGS "a\\"b\\"c"', [["SecRule", "ARGS", 'a"b"c']]),
        ('SecRule ARGS "\\\\d\\."', [["SecRule", "ARGS", "\\\\d\\."]]),
        ('SecRule ARGS "end\\\\"', [["SecRule", "ARGS", "end\\\\"]]),
        ('SecRule ARGS "a\\\\\\"b"', [["SecRule", "ARGS", 'a\\\\"b']]),
        ('SecRule ARGS "a # b"', [["SecRule", "ARGS", "a # b"]]),
        ('SecMarker ""', [["SecMarker", ""]]),
    ],
)
def test_a_file_is_split_into_directives_and_words(text: str, expected: list[list[str]]) -> None:
    assert words(text) == expected


def test_a_word_on_a_continued_line_knows_its_line_and_column() -> None:
    (found,) = directives('# first\nSecRule ARGS \\\n    "a\\"bc" \\\n  "id:1"', "f.conf")
    assert str(found.place) == "f.conf:2:1"
    assert [str(word.place()) for word in found.words] == ["f.conf:2:9", "f.conf:3:6", "f.conf:4:4"]
    assert str(found.words[1].place(2)) == "f.conf:3:9"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('SecRule ARGS "a', "f:1:14: this double quote is not closed"),
        ("SecMarker X \\", "f:1:1: the file ends"),
        ("SecMarker " + "x" * DIRECTIVE_MOST, "f:1:1: a directive of more than"),
    ],
)
def test_a_file_that_cannot_be_split_says_where(text: str, message: str) -> None:
    with pytest.raises(Fault) as caught:
        words(text)
    assert str(caught.value).startswith(message)


@given(st.text(max_size=200))
def test_any_text_is_split_or_faulted(text: str) -> None:
    lines = text.split("\n")
    try:
        found = [(directive.place, directive.name.text) for directive in directives(text, "f")]
    except Fault as fault:
        found = [(fault.place, "")]
    for place, name in found:
        assert lines[place.line - 1][place.column - 1 :].lstrip('"').startswith(name[:1])
