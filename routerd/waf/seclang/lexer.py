r"""Splits a rule file into directives and their words, each with the place where it stands.

A directive is a line; a backslash at the end of a line joins the next to it. A word in double quotes may hold blanks, and ``\"`` for a
quote; all else between them is left as it is, for it is a regular expression as often as not.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from routerd.waf.place import Fault, Place

DIRECTIVE_MOST = 262_144
"""Characters of one directive; the longest of the CRS has some 9,000."""


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
    at, text = start + 1, line.text
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text[at] == '"':
            return at
        else:
            at += 1
    raise Fault(line.place(start), "this double quote is not closed", 'a quote within a quoted word is written \\"')


def _unquoted(word: Text) -> Text:
    r"""``\"`` becomes a quote; every other backslash stays."""
    while (at := _escaped_quote(word.text)) >= 0:
        head, tail = word.cut(0, at), word.cut(at + 1, len(word.text))
        marks = (*head.marks, *((offset + at, line, column) for offset, line, column in tail.marks))
        word = Text(head.text + "\0" + tail.text[1:], word.file, marks)
    return Text(word.text.replace("\0", '"'), word.file, word.marks)


def _escaped_quote(text: str) -> int:
    at = 0
    while (at := text.find("\\", at)) >= 0:
        if text[at + 1 : at + 2] == '"':
            return at
        at += 2
    return -1
