"""Reads PCRE's notation with the flags that ModSecurity v3 compiles with: the dot takes newlines, anchors hold at every line.

Values are octets, as they are there: no UTF. What cannot be carried over is refused by name, never guessed at.
"""

import re
from dataclasses import dataclass, replace
from functools import cache

from routerd.waf.regex import octets
from routerd.waf.regex.syntax import (
    EVERY,
    Again,
    Anchor,
    Appetite,
    Atomic,
    Choice,
    Group,
    Look,
    Node,
    Octets,
    Repeat,
    Sequence,
)

_RUN = re.compile(r"[A-Za-z0-9_ %&'\"/:;<=>,!@~-]+(?![*+?{])")
"""Characters that stand for themselves; not one that is repeated."""
_SIMPLE: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_COUNT = re.compile(r"\{(\d+)(?:(,)(\d*))?\}")
_INLINE = re.compile(r"\(\?(\^?)([imsxUJn]*)(?:-([imsxUJn]*))?([:)])")
_NAMED = re.compile(r"\(\?(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')")
_AGAIN = re.compile(r"\\(?:g\{?(-?\d+)\}?|(?:k|g)(?:\{(\w+)\}|<(\w+)>|'(\w+)'))|\(\?P=(\w+)\)")
_CODE = re.compile(r"\\(?:x\{([0-9a-fA-F]+)\}|x([0-9a-fA-F]{0,2})|o\{([0-7]+)\}|c([ -~]))")
_NUMBERED = re.compile(r"\\([1-9]\d*)")
_OCTAL = re.compile(r"\\([0-7]{1,3})")
_POSIX = re.compile(r"\[:(\^?)([a-z]+):\]")
_LETTERS = {"a": 0x07, "e": 0x1B, "f": 0x0C, "n": 0x0A, "r": 0x0D, "t": 0x09}
_ANCHORS = {"A": Anchor.START, "G": Anchor.START, "Z": Anchor.LAST_LINE_END, "z": Anchor.END, "b": Anchor.WORD, "B": Anchor.NO_WORD}
_LOOKS = {"(?=": (True, False), "(?!": (True, True), "(?<=": (False, False), "(?<!": (False, True)}
_REFUSED = {
    "(?(": "conditions",
    "(?R": "recursion",
    "(?0": "recursion",
    "(?&": "calls of a group",
    "(?P>": "calls of a group",
    "(?C": "callouts",
    "(?|": "groups that share a number, (?|…)",
    "(*": "verbs, (*…)",
}
_REFUSED_ESCAPES = {"K": r"\K", "X": r"\X", "p": r"properties, \p", "P": r"properties, \P"}
_COUNT_MOST = 65_535
_DEPTH_MOST = 100


class PatternFault(ValueError):
    """A regular expression cannot be used; the text says why and where."""


@dataclass(frozen=True, slots=True)
class _Flags:
    fold: bool = False
    lines: bool = True
    dot_all: bool = True
    spaced: bool = False
    ungreedy: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """What a pattern says.

    Attributes:
        node: the pattern.
        groups: how many groups are kept.
    """

    node: Node
    groups: int


def read(pattern: str) -> Read:
    """Takes a pattern apart.

    Args:
        pattern: one character per octet (latin-1).

    Raises:
        PatternFault: it is malformed, or asks for what is not carried over.
    """
    reader = _Reader(pattern)
    node = reader.choice(_Flags(), 0)
    if reader.at < len(pattern):
        raise reader.fault("a closing parenthesis without an opening one")
    reader.check_references()
    return Read(node, reader.groups)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.groups = 0
        self.names: dict[str, int] = {}
        self.references: list[int] = []
        self.flags = _Flags()

    def fault(self, why: str) -> PatternFault:
        return PatternFault(f"{why}, at character {self.at + 1} of the regular expression")

    def check_references(self) -> None:
        for number in self.references:
            if not 0 < number <= self.groups:
                raise PatternFault(f"the regular expression refers to group {number}, and has {self.groups}")

    def choice(self, flags: _Flags, depth: int) -> Node:
        """Alternatives up to a closing parenthesis or the end; flags set inside hold for what follows, in later alternatives too."""
        if depth > _DEPTH_MOST:
            raise self.fault(f"parentheses nested more than {_DEPTH_MOST} deep")
        branches: list[Node] = []
        items: list[Node] = []
        self.flags = flags
        while self.at < len(self.text) and self.text[self.at] != ")":
            if self.text[self.at] == "|":
                self.at += 1
                branches.append(_sequence(items))
                items = []
            elif found := None if self.flags.spaced else _RUN.match(self.text, self.at):
                items += [_single(each, fold=self.flags.fold) for each in found[0]]
                self.at = found.end()
            else:
                items += self.item(depth)
        branches.append(_sequence(items))
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def item(self, depth: int) -> list[Node]:
        """One element with its quantifiers; nothing for comments, blanks and flags."""
        start = self.text[self.at]
        if (start in "(\\" or self.flags.spaced) and self.skipped():
            return []
        quoted = self.quoted() if start == "\\" else None
        if quoted is not None:
            nodes = [self.octets(1 << ord(each)) for each in quoted]
            return nodes[:-1] + [self.quantified(node) for node in nodes[-1:]]
        if start == "(":
            node = self.group(depth)
        elif start == "[":
            node = Octets(self.bracket())
        elif start == "\\":
            node = self.escape()
        else:
            node = self.plain(start)
        return [] if node is None else [self.quantified(node)]

    def skipped(self) -> bool:
        text, at = self.text, self.at
        if text.startswith("(?#", at):
            end = text.find(")", at)
            if end < 0:
                raise self.fault("a comment that is not closed")
            self.at = end + 1
        elif text.startswith("\\E", at):
            self.at += 2
        elif self.flags.spaced and text[at] in " \t\n\v\f\r":
            self.at += 1
        elif self.flags.spaced and text[at] == "#":
            self.at = (text.find("\n", at) + 1) or len(text)
        return self.at > at

    def quoted(self) -> str | None:
        r"""What stands between ``\Q`` and ``\E``."""
        if not self.text.startswith("\\Q", self.at):
            return None
        end = self.text.find("\\E", self.at)
        start, end = self.at + 2, len(self.text) if end < 0 else end
        self.at = min(end + 2, len(self.text))
        return self.text[start:end]

    def plain(self, start: str) -> Node:
        self.at += 1
        if start == "^":
            return Anchor.LINE_START if self.flags.lines else Anchor.START
        if start == "$":
            return Anchor.LINE_END if self.flags.lines else Anchor.LAST_LINE_END
        if start == ".":
            return Octets(EVERY if self.flags.dot_all else EVERY & ~octets.NEWLINE)
        if start in "*+?":
            self.at -= 1
            raise self.fault("a quantifier with nothing to repeat")
        return self.octets(1 << ord(start))

    def octets(self, mask: int) -> Octets:
        return Octets(octets.folded(mask) if self.flags.fold else mask)

    def quantified(self, node: Node) -> Node:
        """With the quantifiers that follow."""
        while self.at < len(self.text):
            while self.at < len(self.text) and self.flags.spaced and self.skipped():
                pass
            counts = self.counts()
            if counts is None:
                return node
            least, most = counts
            if most is not None and most < least:
                raise self.fault("a quantifier whose greatest number is less than its least")
            node = Repeat(node, least, most, self.appetite())
        return node

    def counts(self) -> tuple[int, int | None] | None:
        simple = _SIMPLE.get(self.text[self.at : self.at + 1])
        if simple:
            self.at += 1
            return simple
        if not (found := _COUNT.match(self.text, self.at)):
            return None
        self.at = found.end()
        least = int(found[1])
        most = least if not found[2] else int(found[3]) if found[3] else None
        if max(least, most or 0) > _COUNT_MOST:
            raise self.fault(f"a quantifier above {_COUNT_MOST}")
        return least, most

    def appetite(self) -> Appetite:
        mark = self.text[self.at : self.at + 1]
        if mark == "+":
            self.at += 1
            return Appetite.POSSESSIVE
        lazy = mark == "?"
        self.at += lazy
        return Appetite.LAZY if lazy != self.flags.ungreedy else Appetite.GREEDY

    def group(self, depth: int) -> Node | None:
        """A group of any kind; None for flags that only hold from here on."""
        text, at = self.text, self.at
        if not text.startswith(("(?", "(*"), at):
            return self.kept(1, depth)
        for mark, what in _REFUSED.items():
            if text.startswith(mark, at):
                raise self.fault(f"{what}: not supported")
        if found := _AGAIN.match(text, at):
            return self.again(found)
        if found := _INLINE.match(text, at):
            return self.inline(found, depth)
        for mark, (ahead, negative) in _LOOKS.items():
            if text.startswith(mark, at):
                return Look(self.inside(len(mark), depth), ahead=ahead, negative=negative)
        if text.startswith("(?>", at):
            return Atomic(self.inside(3, depth))
        if found := _NAMED.match(text, at):
            self.names[found[1] or found[2]] = self.groups + 1
            return self.kept(found.end() - at, depth)
        raise self.fault(f"a group of an unknown kind, {text[at : at + 4]}")

    def kept(self, opening: int, depth: int) -> Node:
        self.groups += 1
        number = self.groups
        return Group(number, self.inside(opening, depth))

    def inside(self, opening: int, depth: int, flags: _Flags | None = None) -> Node:
        """The inside of parentheses; flags set in there end with it."""
        before = self.flags
        opened = self.at
        self.at += opening
        node = self.choice(flags or before, depth + 1)
        if self.at >= len(self.text):
            self.at = opened
            raise self.fault("a parenthesis that is not closed")
        self.at += 1
        self.flags = before
        return node

    def inline(self, found: re.Match[str], depth: int) -> Node | None:
        flags = _with_flags(_Flags(lines=False, dot_all=False) if found[1] else self.flags, found[2], found[3] or "")
        if found[4] == ":":
            return self.inside(found.end() - found.start(), depth, flags)
        self.at = found.end()
        self.flags = flags
        return None

    def again(self, found: re.Match[str]) -> Node:
        number, *names = found.groups()
        name = next(filter(None, names), "")
        self.at = found.end()
        if name and not name.isdigit():
            if name not in self.names:
                raise self.fault(f"no group is named {name}")
            target = self.names[name]
        else:
            target = int(number or name)
            target = target + self.groups + 1 if target < 0 else target
        self.references.append(target)
        return Again(target, self.flags.fold)

    def escape(self) -> Node:
        letter = self.text[self.at + 1 : self.at + 2]
        if not letter:
            raise self.fault("a backslash at the end")
        if letter in _REFUSED_ESCAPES:
            raise self.fault(f"{_REFUSED_ESCAPES[letter]}: not supported")
        if letter in _ANCHORS:
            self.at += 2
            return _ANCHORS[letter]
        if letter == "R":
            self.at += 2
            return Atomic(Choice((Sequence((Octets(1 << 0x0D), Octets(octets.NEWLINE))), Octets(octets.VERTICAL))))
        if letter in {"N", "C"}:
            self.at += 2
            return Octets(EVERY if letter == "C" else EVERY & ~octets.NEWLINE)
        if found := _AGAIN.match(self.text, self.at):
            return self.again(found)
        return self.reference() or self.octets(self.escaped())

    def reference(self) -> Node | None:
        r"""``\1`` to ``\9``, or more digits if there are as many groups; else it is octal."""
        found = _NUMBERED.match(self.text, self.at)
        if not found or (len(found[1]) > 1 and int(found[1]) > self.groups):
            return None
        self.at = found.end()
        self.references.append(int(found[1]))
        return Again(int(found[1]), self.flags.fold)

    def escaped(self) -> int:
        """The mask of an escape that stands for octets."""
        letter = self.text[self.at + 1]
        if letter in octets.ESCAPES:
            self.at += 2
            return octets.ESCAPES[letter]
        if found := _CODE.match(self.text, self.at):
            self.at = found.end()
            return 1 << self.code(found)
        if found := _OCTAL.match(self.text, self.at):
            self.at = found.end()
            return 1 << (int(found[1], 8) & 0xFF)
        if letter.isascii() and letter.isalnum() and letter not in _LETTERS:
            raise self.fault(f"an escape that means nothing, \\{letter}")
        self.at += 2
        return 1 << _LETTERS.get(letter, ord(letter))

    def code(self, found: re.Match[str]) -> int:
        braced, plain, octal, control = found.groups()
        if control:
            return ord(control.upper()) ^ 0x40
        number = int(octal, 8) if octal else int(braced or plain or "0", 16)
        if number > 0xFF:
            raise self.fault(f"the character {number:x} in a pattern for octets")
        return number

    def bracket(self) -> int:
        """A class in brackets."""
        opened = self.at
        self.at += 1
        negative = self.text.startswith("^", self.at)
        self.at += negative
        mask, first = 0, True
        while first or not self.text.startswith("]", self.at):
            if self.at >= len(self.text):
                self.at = opened
                raise self.fault("a class that is not closed")
            mask |= self.members()
            first = False
        self.at += 1
        mask = octets.folded(mask) if self.flags.fold else mask
        return EVERY & ~mask if negative else mask

    def members(self) -> int:
        """One member of a class, or a range."""
        if self.text[self.at] in "[\\" and (special := self.special()) is not None:
            return special
        low = self.member()
        if not (self.text.startswith("-", self.at) and not self.text.startswith("-]", self.at)) or low.bit_count() != 1:
            return low
        before = self.at
        self.at += 1
        high = 0 if _POSIX.match(self.text, self.at) else self.member()
        if high.bit_count() != 1:
            self.at = before
            return low
        if high < low:
            raise self.fault("a range that runs backwards")
        return octets.span(low.bit_length() - 1, high.bit_length() - 1)

    def special(self) -> int | None:
        """A class within a class, or what is quoted there; None when it is neither."""
        if found := _POSIX.match(self.text, self.at):
            if found[2] not in octets.POSIX:
                raise self.fault(f"no class is named [:{found[2]}:]")
            self.at = found.end()
            return EVERY & ~octets.POSIX[found[2]] if found[1] else octets.POSIX[found[2]]
        quoted = self.quoted()
        return None if quoted is None else octets.mask_of(quoted.encode("latin-1"))

    def member(self) -> int:
        char = self.text[self.at : self.at + 1]
        if char == "\\" and self.text.startswith("\\b", self.at):
            self.at += 2
            return 1 << 0x08
        if char == "\\" and self.at + 1 < len(self.text):
            return self.escaped()
        self.at += 1
        return 1 << ord(char) if char else 0


@cache
def _single(char: str, *, fold: bool) -> Octets:
    """What a character of a run stands for."""
    mask = 1 << ord(char)
    return Octets(octets.folded(mask) if fold else mask)


def _sequence(items: list[Node]) -> Node:
    return items[0] if len(items) == 1 else Sequence(tuple(items))


def _with_flags(flags: _Flags, on: str, off: str) -> _Flags:
    names = {"i": "fold", "m": "lines", "s": "dot_all", "x": "spaced", "U": "ungreedy"}
    changes = {names[each]: True for each in on if each in names} | {names[each]: False for each in off if each in names}
    return replace(flags, **changes)
