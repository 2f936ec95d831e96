"""What a value has to be like for an operator to match it; None for operators of which nothing can be said, which are always asked."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from routerd.waf.automaton import Automaton
from routerd.waf.detect.sqli.detector import TRIGGER as SQLI
from routerd.waf.detect.xss.detector import TRIGGER as XSS
from routerd.waf.files import Bundle, Library
from routerd.waf.operators.detection import DetectSQLi, DetectXSS
from routerd.waf.operators.operator import Operator
from routerd.waf.operators.pm import Pm
from routerd.waf.operators.rx import Rx
from routerd.waf.operators.strings import BeginsWith, Contains, ContainsWord, EndsWith, StrEq, StrMatch
from routerd.waf.operators.validation import ValidateByteRange, ValidateUrlEncoding, ValidateUtf8Encoding
from routerd.waf.operators.verification import Verify
from routerd.waf.regex import Pattern, compiled
from routerd.waf.regex.octets import mask_of, span
from routerd.waf.regex.syntax import EVERY, Anchor, Node, Octets, Sequence

PHRASES_MOST = 20_000
"""Phrases of one operator that go into the gate; longer lists are looked for by their own automaton."""

_PLAIN: tuple[type[Operator], ...] = (
    *(Contains, StrMatch, ContainsWord, BeginsWith, EndsWith, StrEq),
    *(ValidateByteRange, ValidateUrlEncoding, ValidateUtf8Encoding),
)
"""Those that are told by name and argument."""

Match: TypeAlias = Callable[[bytes], object | None]
"""None when a value is not what an operator needs."""


@dataclass(frozen=True, slots=True)
class Need:
    """What an operator needs.

    Attributes:
        key: the same for two operators that need the same; `need_of` makes the need of it again.
        phrases: one of these, whatever the case of its letters, is in every value that it matches; empty if there is a pattern.
        node: every value that it matches has a match of this.
        exact: makes what says of a value whether it is what the operator needs; to be let go soon, for being asked much makes it large.
    """

    key: bytes
    phrases: tuple[bytes, ...]
    node: Callable[[], Node]
    exact: Callable[[], Match]


def need(operator: Operator) -> Need | None:
    """What an operator needs; None when it is always to be asked."""
    match operator:
        case Pm(automaton=automaton) if 0 < len(automaton) <= PHRASES_MOST:
            return _of_phrases(automaton.phrases)
        case Rx(pattern=pattern) if pattern is not None:
            return _of_pattern(pattern)
        case Verify(pattern=pattern):
            return _of_pattern(pattern)
        case DetectSQLi():
            return _of_pattern(compiled(SQLI))
        case DetectXSS():
            return _of_pattern(compiled(XSS))
        case _:
            node = _of_string(operator) or _of_encoding(operator)
            return None if node is None else Need(_key(operator.name, _argument(operator)), (), lambda: node, lambda: operator.match)


def need_of(key: bytes) -> Need:
    """The need with a key that `need` has given.

    Raises:
        ValueError: there is no such need.
    """
    name, _, rest = key.partition(b"\0")
    text = rest.decode("utf-8", "surrogateescape")
    match name.decode():
        case "pm":
            return _of_phrases(tuple(phrase.encode("latin-1") for phrase in json.loads(text)))
        case "rx":
            return _of_pattern(compiled(text))
        case other:
            kind = next((each for each in _PLAIN if each.name == other), None)
            found = None if kind is None else need(kind(text, Library(Bundle({}), ())))
            if found is None:
                raise ValueError(f"nothing needs {key!r}")
            return found


def _key(name: str, argument: str) -> bytes:
    return f"{name}\0{argument}".encode("utf-8", "surrogateescape")


def _argument(operator: Operator) -> str:
    """An argument that makes the same operator."""
    if isinstance(operator, ValidateByteRange):
        return ",".join(map(str, sorted(operator.allowed)))
    wanted: bytes = getattr(operator, "wanted", b"")
    return wanted.decode("utf-8", "surrogateescape")


def _of_phrases(phrases: tuple[bytes, ...]) -> Need:
    key = _key("pm", json.dumps([phrase.decode("latin-1") for phrase in phrases]))
    return Need(key, phrases, lambda: Sequence(()), lambda: Automaton(phrases).first)


def _of_pattern(pattern: Pattern) -> Need:
    return Need(_key("rx", pattern.text), (), lambda: pattern.node, lambda: Pattern(pattern.text).search)


def _of_string(operator: Operator) -> Node | None:
    match operator:
        case Contains(wanted=wanted) | ContainsWord(wanted=wanted) if wanted:
            return Sequence(_octets(wanted))
        case BeginsWith(wanted=wanted) if wanted:
            return Sequence((Anchor.LINE_START, *_octets(wanted)))
        case EndsWith(wanted=wanted) if wanted:
            return Sequence((*_octets(wanted), Anchor.LINE_END))
        case StrEq(wanted=wanted) if wanted:
            return Sequence((Anchor.LINE_START, *_octets(wanted), Anchor.LINE_END))
        case _:
            return None


def _of_encoding(operator: Operator) -> Node | None:
    match operator:
        case ValidateByteRange(allowed=allowed) if mask_of(allowed) != EVERY:
            return Octets(EVERY & ~mask_of(allowed))
        case ValidateUrlEncoding():
            return Octets(mask_of(b"%"))
        case ValidateUtf8Encoding():
            return Octets(span(0x80, 0xFF))
        case _:
            return None


def _octets(text: bytes) -> tuple[Node, ...]:
    return tuple(Octets(1 << octet) for octet in text)
