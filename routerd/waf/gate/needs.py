"""What a value has to be like for an operator to match it; None for operators of which nothing can be said, which are always asked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from routerd.waf.detect.sqli.detector import TRIGGER as SQLI
from routerd.waf.detect.xss.detector import TRIGGER as XSS
from routerd.waf.operators.detection import DetectSQLi, DetectXSS
from routerd.waf.operators.operator import Operator
from routerd.waf.operators.pm import Pm
from routerd.waf.operators.rx import Rx
from routerd.waf.operators.strings import BeginsWith, Contains, ContainsWord, EndsWith, StrEq
from routerd.waf.operators.validation import ValidateByteRange, ValidateUrlEncoding, ValidateUtf8Encoding
from routerd.waf.operators.verification import Verify
from routerd.waf.regex import Pattern, compiled
from routerd.waf.regex.octets import mask_of, span
from routerd.waf.regex.syntax import EVERY, Anchor, Node, Octets, Sequence

PHRASES_MOST = 20_000
"""Phrases of one operator that go into the gate; longer lists are looked for by their own automaton."""

Match: TypeAlias = Callable[[bytes], object | None]
"""None when a value is not what an operator needs."""


@dataclass(frozen=True, slots=True)
class Need:
    """What an operator needs.

    Attributes:
        key: the same for two operators that need the same.
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
            return Need(b"\0".join((b"pm", *automaton.phrases)), automaton.phrases, lambda: Sequence(()), lambda: operator.match)
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
            return None if node is None else Need(f"{operator.name}\0{node}".encode(), (), lambda: node, lambda: operator.match)


def _of_pattern(pattern: Pattern) -> Need:
    return Need(b"rx\0" + pattern.text.encode("utf-8", "surrogateescape"), (), lambda: pattern.node, lambda: Pattern(pattern.text).search)


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
