"""A value as SQL reads it: a letter for each token, with the tokens themselves. One pass, bounded in number, linear in the value."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from routerd.waf.detect.sqli.words import FUNCTIONS, HOSTILE, PAIRS, SYSTEM, WORDS

TOKENS_MOST = 500
"""Tokens that are looked at; attacks that need more have not been seen."""
_KEPT_LENGTH_MOST = 40
"""Octets of a word that may be one of SQL's; longer ones are names."""
_OPERATORS = {
    b"&&": "&",
    b"||": "&",
    b"=": "=",
    b"==": "=",
    b"<": "=",
    b">": "=",
    b"<=": "=",
    b">=": "=",
    b"<>": "=",
    b"!=": "=",
    b"<=>": "=",
}
_SIMPLE = {"number": "1", "variable": "v", "other": "?"}
_QUOTED = {
    b"'": rb"(?>(?:[^'\\]++|\\.|'')*)(?:'|\Z)",
    b'"': rb'(?>(?:[^"\\]++|\\.|"")*)(?:"|\Z)',
}
_CLOSING = {mark: re.compile(rb"(?>(?:[^%b\\]++|\\.|%b%b)*)%b" % (mark, mark, mark, mark), re.DOTALL) for mark in _QUOTED}
_TOKEN = re.compile(
    rb"[\s\x00\xa0]++|/\*!\d*|\*/"
    rb"|(?P<comment>/\*.*?(?:\*/|\Z)|--[^\n]*+|\#[^\n]*+)"
    rb"|(?P<string>[nNxXbBeE]?'" + _QUOTED[b"'"] + rb"|\"" + _QUOTED[b'"'] + rb")"
    rb"|(?P<number>0[xX][0-9a-fA-F]++(?!\w)|(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?(?=(?i:union|and|x?or|from|having)\b|[^A-Za-z_\x80-\xff]|\Z))"
    rb"|(?P<variable>@@?[\w.$]*+|:[A-Za-z_]\w*+)"
    rb"|(?P<word>`[^`]*+`|\[[A-Za-z_][\w ]*+\]|[\w$\x80-\xff]++(?:\.[\w$*\x80-\xff]++)*+)"
    rb"|(?P<operator><=>|\|\||&&|<>|!=|==|<=|>=|<<|>>|:=|::|[-+*/%&|^~!<>=])"
    rb"|(?P<mark>[(),;.{}])"
    rb"|(?P<other>.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Read:
    """A value as tokens.

    Attributes:
        shape: a letter for each; those of words are in `words`, = is a comparison, s a string, q one that is not closed, Q a
            longer such, v a variable, c a comment that runs to the end of its line, C one that begins right behind what comes
            before it (and says nothing, if it begins with a number sign), N a comment in which another one opens, ? anything else.
        texts: what each of them is.
    """

    shape: str
    texts: tuple[bytes, ...]

    EMPTY: ClassVar["Read"]


Read.EMPTY = Read("", ())


def read(value: bytes, mark: bytes = b"") -> Read:
    """Reads a value, as it is or as the rest of a string.

    Args:
        value: what would be put into a statement.
        mark: the quote that is open before it; empty for none.

    Returns:
        its tokens; none at all when `mark` is open and not closed in the value.
    """
    letters: list[str] = []
    texts: list[bytes] = []
    at = 0
    if mark:
        closed = _CLOSING[mark].match(value)
        if closed is None:
            return Read.EMPTY
        at = closed.end()
        letters.append("s")
        texts.append(closed[0])
    for found in _TOKEN.finditer(value, at):
        kind = found.lastgroup
        if kind is None or not (letter := _letter(kind, found, value)):
            continue
        letters.append(letter)
        texts.append(found[0])
        if len(letters) >= TOKENS_MOST:
            break
    return _joined(letters, texts)


def _letter(kind: str, found: re.Match[bytes], value: bytes) -> str:
    match kind:
        case "comment":
            return _comment(found, value)
        case "string":
            return _string(found[0])
        case "word":
            return _word(found, value)
        case "operator":
            return _OPERATORS.get(found[0], "o")
        case "mark":
            return found[0].decode()
    return _SIMPLE[kind]


def _string(text: bytes) -> str:
    if len(text) > 1 and text[-1:] in {b"'", b'"'}:
        return "s"
    return "Q" if b" " in text else "q"


def _comment(found: re.Match[bytes], value: bytes) -> str:
    """A closed comment is a blank, unless another one opens in it; others end the statement."""
    text = found[0]
    if text.startswith(b"/*") and text.endswith(b"*/") and len(text) > 3:
        return "N" if b"/*" in text[2:] else ""
    before = value[found.start() - 1 : found.start()]
    apart = not before or before.isspace() or (text[:1] == b"#" and len(text) > 1)
    return "c" if apart else "C"


def _word(found: re.Match[bytes], value: bytes) -> str:
    word = found[0].lower()
    called = value[found.end() : found.end() + 8].lstrip().startswith(b"(")
    if len(word) > _KEPT_LENGTH_MOST:
        return "X" if word.startswith(SYSTEM) else "n"
    return _of_word(word, called)


@lru_cache(4096)
def _of_word(word: bytes, called: bool) -> str:
    letter = WORDS.get(word)
    if letter and not (called and word in FUNCTIONS):
        return letter
    if called and word in HOSTILE:
        return "F"
    if word.startswith(SYSTEM):
        return "X"
    return "f" if called and word in FUNCTIONS else "n"


def _joined(letters: list[str], texts: list[bytes]) -> Read:
    """With pairs of words taken together, signs before values and dots between names dropped."""
    shape: list[str] = []
    kept: list[bytes] = []
    for letter, text in zip(letters, texts, strict=True):
        together = PAIRS.get(kept[-1].lower(), {}).get(text.lower()) if kept else None
        if together:
            shape[-1], kept[-1] = together, kept[-1] + b" " + text
        elif letter == "!" or (letter == "o" and text in {b"-", b"+", b"~", b"!"} and shape and shape[-1] in "&=oi(,"):
            continue
        else:
            shape.append(letter)
            kept.append(text)
    return Read("".join(shape), tuple(kept))
