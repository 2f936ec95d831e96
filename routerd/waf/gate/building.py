"""From what operators need to a gate of Hyperscan databases that has been shown to miss nothing that it was tried on.

Called when a rule set is compiled that is not in the cache. It takes seconds, most of them in the library while other threads go on.
"""

import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from routerd.waf.gate import scanner
from routerd.waf.gate.gate import Ejected
from routerd.waf.gate.literals import needed
from routerd.waf.gate.needs import Need
from routerd.waf.gate.scanned import ScannedGate, Search
from routerd.waf.gate.scanner import Expression, Scanner, Unfit
from routerd.waf.gate.sealed import Sealed, Stored
from routerd.waf.gate.soundness import HARMLESS, examples, missed
from routerd.waf.gate.widening import headed, on_one_line, pieces, unanchored, widened
from routerd.waf.regex import printing
from routerd.waf.regex.syntax import Node, least_width

_PIECES = (1, 4, 16)
"""Into how many a pattern is taken that is too large for one."""
_TOGETHER_MOST = 160
"""Operators whose expressions are compiled into one database: the time that it takes grows faster than their number."""
_HARMLESS_MOST = 2
"""Harmless values that an expression may be found in before it is of no use."""

_COMMON = tuple(bytes((octet,)) for octet in (string.ascii_letters + string.digits + " -_./,").encode())
"""Values that the beginning of a pattern must not be found in if it is to stand for the whole."""


@dataclass(frozen=True, slots=True)
class _Way:
    """How what an operator needs is looked for.

    Attributes:
        main: in many values, a line each.
        lines: in values of several lines besides; it would be found where two values meet.
    """

    main: Sequence[Expression]
    lines: Sequence[Expression] = ()


def built(groups: Sequence[Mapping[int, Need]]) -> Sealed:
    """A gate at rest, with the reasons for all operators that it cannot speak for.

    Args:
        groups: of operators that are asked at the same time; what each needs, by number of its bit.

    Raises:
        Unfit: the library takes each expression, and not all of them together.
    """
    reasons: dict[int, str] = {}
    stored = tuple(_proven(_all_ways(needs, reasons), needs, reasons) for group in groups for needs in _portions(group))
    return Sealed(reasons, stored)


def _portions(needs: Mapping[int, Need]) -> list[dict[int, Need]]:
    """A group, in equal parts where it is large."""
    numbers = list(needs)
    count = -(-len(numbers) // _TOGETHER_MOST)
    size = -(-len(numbers) // count) if count else 1
    return [{number: needs[number] for number in numbers[at : at + size]} for at in range(0, len(numbers), size)]


def _all_ways(needs: Mapping[int, Need], reasons: dict[int, str]) -> dict[int, _Way]:
    ways: dict[int, _Way] = {}
    for number, need in needs.items():
        try:
            ways[number] = _way(number, need)
        except Unfit as unfit:
            reasons[number] = str(unfit)
    return ways


def _proven(ways: dict[int, _Way], needs: Mapping[int, Need], reasons: dict[int, str]) -> Stored:
    """Databases that miss nothing that is known; reasons are added for operators that are left out of them."""
    matches = {number: needs[number].exact() for number in ways}
    values = {number: examples(needs[number], matches[number]) for number in ways}
    while True:
        main, lines = _database(way.main for way in ways.values()), _database(way.lines for way in ways.values())
        gate = ScannedGate([Search(-1, main, lines)])
        wrong = missed({number: matches[number] for number in ways}, values, gate.masks)
        if not wrong:
            return Stored(tuple(ways), _dumped(main), _dumped(lines))
        reasons |= wrong
        ways = {number: way for number, way in ways.items() if number not in wrong}


def awake(gate: Sealed, silent: int = 0) -> ScannedGate:
    """A gate at work.

    Args:
        gate: at rest.
        silent: bits of operators that it was not asked to speak for.

    Raises:
        Unfit: a database cannot be used here.
    """
    searches = [Search(sum(1 << number for number in each.numbers), _loaded(each.main), _loaded(each.lines)) for each in gate.stored]
    return ScannedGate(searches, [Ejected(1 << number, reason) for number, reason in sorted(gate.reasons.items())], silent)


def _loaded(octets: bytes) -> Scanner | None:
    return scanner.loaded(octets) if octets else None


def _dumped(found: Scanner | None) -> bytes:
    return b"" if found is None else found.dumped()


def _database(expressions: Iterable[Sequence[Expression]]) -> Scanner | None:
    every = list(chain.from_iterable(expressions))
    return scanner.compiled(every) if every else None


def _way(number: int, need: Need) -> _Way:
    """The first way of looking for it that the library takes, and that does not find it in everything.

    Raises:
        Unfit: there is none.
    """
    if need.phrases:
        return _of_literals(number, need.phrases)
    reason = "it matches any value, or nearly"
    node = need.node()
    for nodes, harmless_most in _ways(node):
        try:
            way = _of_nodes(number, nodes, harmless_most)
        except Unfit as unfit:
            reason = str(unfit)
            continue
        return way
    literals = needed(node)
    if literals is None:
        raise Unfit(reason)
    return _of_literals(number, sorted(literals))


def _ways(node: Node) -> Iterator[tuple[list[Node], int]]:
    """Patterns to look for instead of one, and in how many harmless values they may be found."""
    wide = widened(node)
    if wide is None:
        return
    head, bare = headed(wide), unanchored(wide)
    if head != wide and least_width(head):
        yield [head], 0
    for each in (wide, bare if bare != wide else None):
        if each is not None:
            for count in _PIECES:
                yield pieces(each, count), _HARMLESS_MOST


def _of_nodes(number: int, nodes: Sequence[Node], harmless_most: int) -> _Way:
    expressions = [_expression(number, node) for node in nodes]
    found = scanner.compiled(expressions).found
    harmless = (*HARMLESS, *_COMMON) if not harmless_most else HARMLESS
    in_harmless = sum(map(bool, map(found, harmless)))
    if in_harmless > harmless_most:
        raise Unfit("it is found in values that are harmless")
    if in_harmless or not found(b"\n".join(HARMLESS)):
        return _Way(expressions)
    main = [_expression(number, left) for node in nodes if (left := on_one_line(node)) is not None and least_width(left)]
    if main:
        scanner.compiled(main)
    return _Way(main, expressions)


def _of_literals(number: int, literals: Sequence[bytes]) -> _Way:
    return _Way([Expression(number, b"".join(b"\\x%02x" % octet for octet in literal), fold=True) for literal in literals])


def _expression(number: int, node: Node) -> Expression:
    return Expression(number, printing.re2(node).encode("latin-1"))
