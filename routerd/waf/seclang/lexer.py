r"""Splits a rule file into directives and their words, each with the place where it stands.

A directive is a line; a backslash at the end of a line joins the next to it. A word in double quotes may hold blanks, and ``\"`` for a
quote; all else between them is left as it is, for it is a regular expression as often as not.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from routerd.waf.place import Fault, Place

DIRECTIVE_MOST = 262_144
"""Characters of one directive; the longest of the CRS has some 9,000."""

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Text:
    """Characters that remember where each of them stood.

    Attributes:
        text: the characters.
        file: they are from.
        marks: offset, line and column of each place from which on characters stood side by side; by offset.
    """

    text: str
    file: str
    marks: tuple[tuple[int, int, int], ...]

    def place(self, offset: int = 0) -> Place:
        """Where the character at `offset` stood."""
        at = max(0, bisect_right(self.marks, offset, key=lambda mark: mark[0]) - 1)
        start, line, column = self.marks[at]
        return Place(self.file, line, column + offset - start)

    def cut(self, start: int, end: int) -> "Text":
        """A part of it."""
        here = self.place(start)
        inside = tuple((offset - start, line, column) for offset, line, column in self.marks if start < offset < end)
        return Text(self.text[start:end], self.file, ((0, here.line, here.column), *inside))


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive: its name and its words."""

    name: Text
    words: tuple[Text, ...]

    @property
    def place(self) -> Place:
        return self.name.place()


def directives(content: str, file: str) -> Iterator[Directive]:
    """The directives of a file, in order.

    Raises:
        Fault: a quote is not closed, a file ends within a directive, or one is too long.
    """
    for line in _lines(content, file):
        words = list(_words(line))
        if words:
            yield Directive(words[0], tuple(words[1:]))


def _lines(content: str, file: str) -> Iterator[Text]:
    """Logical lines: continued ones joined, empty ones and comments left out."""
    pieces: list[str] = []
    marks: list[tuple[int, int, int]] = []
    length = 0
    for number, line in enumerate(content.split("\n"), 1):
        text = line.removesuffix("\r")
        if not pieces and text.lstrip().startswith("#"):
            continue
        continued = text.endswith("\\")
        kept = text[:-1] if continued else text
        marks.append((length, number, 1))
        pieces.append(kept)
        length += len(kept)
        if length > DIRECTIVE_MOST:
            raise Fault(Place(file, marks[0][1], 1), f"a directive of more than {DIRECTIVE_MOST} characters")
        if continued:
            continue
        if joined := "".join(pieces):
            yield Text(joined, file, tuple(marks))
        pieces, marks, length = [], [], 0
    if pieces:
        raise Fault(Place(file, marks[0][1], 1), "the file ends within a directive that a backslash continues")


def _words(line: Text) -> Iterator[Text]:
    at, text = 0, line.text
    while at < len(text):
        if text[at] in " \t":
            at += 1
        elif text[at] == '"':
            end = _closing(line, at)
            yield _unquoted(line.cut(at + 1, end))
            at = end + 1
        else:
            end = at
            while end < len(text) and text[end] not in " \t":
                end += 1
            yield line.cut(at, end)
            at = end


def _closing(line: Text, start: int) -> int:
    found = _QUOTED.match(line.text, start)
    if found is not None:
        return found.end() - 1
    raise Fault(line.place(start), "this double quote is not closed", 'a quote within a quoted word is written \\"')


def _unquoted(word: Text) -> Text:
    r"""``\"`` becomes a quote; every other backslash stays."""
    starts = [found.start() for found in _ESCAPED.finditer(word.text) if found[1] == '"'] if '\\"' in word.text else []
    if not starts:
        return word
    pieces = [word.cut(start, end) for start, end in zip([0, *(at + 1 for at in starts)], [*starts, len(word.text)], strict=True)]
    marks: list[tuple[int, int, int]] = []
    length = 0
    for piece in pieces:
        marks += [(offset + length, line, column) for offset, line, column in piece.marks]
        length += len(piece.text)
    return Text("".join(piece.text for piece in pieces), word.file, tuple(marks))
