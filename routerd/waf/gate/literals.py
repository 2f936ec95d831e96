"""What every match of a regular expression has to contain: a set of literals, one of which is in it, whatever the case.

Called once for each pattern when a rule set is compiled. Sound by construction: where nothing is sure, it says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from routerd.waf.regex.syntax import Anchor, Atomic, Choice, Group, Look, Node, Octets, Repeat, Sequence

Literals: TypeAlias = frozenset[bytes]

_EXACT_MOST = 48
"""Strings that a part of a pattern is spelled out into."""
_NEEDED_MOST = 1_500
"""Literals of one pattern."""
_LENGTH_MOST = 20
_CLASS_MOST = 6
"""Octets of a class that is spelled out."""
_LENGTH_GOOD = 5
"""A literal that is longer than this is not rarer by enough to matter."""
_COMMON = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789 _-.=&/:,;+%\r\n\t")
"""Octets that are in so many values that one of them alone says nothing."""

_EMPTY: Literals = frozenset({b""})


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a part: all strings that it can match, or else what each of them contains; None when that is unknown."""

    exact: Literals | None
    needed: Literals | None


_NOTHING = _Known(None, None)


def needed(node: Node) -> Literals | None:
    """Literals in lower case; every match holds one of them when its letters are lowered. None when none are known that are worth it."""
    return _best([_known(node).needed])


def _known(node: Node) -> _Known:
    match node:
        case Octets(mask):
            return _of_octets(mask)
        case Sequence(items):
            return _of_sequence(items)
        case Choice(items):
            return _of_choice([_known(item) for item in items])
        case Group(_, item) | Atomic(item):
            return _known(item)
        case Repeat(item, least, most):
            return _of_repeat(_known(item), least, most)
        case _:
            return _Known(_EMPTY, None) if isinstance(node, Look | Anchor) else _NOTHING


def _of_octets(mask: int) -> _Known:
    octets = {bytes((octet,)).lower() for octet in range(256) if mask >> octet & 1}
    if len(octets) > _CLASS_MOST:
        return _NOTHING
    exact = frozenset(octets)
    return _Known(exact, exact)


def _of_sequence(items: Iterable[Node]) -> _Known:
    """Neighbours that are known exactly are put together; of all such runs the best one is what is needed."""
    run: Literals = _EMPTY
    found: list[Literals | None] = []
    whole = True
    for item in items:
        known = _known(item)
        joined = None if known.exact is None else _joined(run, known.exact)
        if joined is not None:
            run = joined
            continue
        whole = False
        found += [run, known.needed]
        run = known.exact or _EMPTY
    found.append(run)
    return _Known(run if whole else None, _best(found))


def _joined(left: Literals, right: Literals) -> Literals | None:
    if len(left) * len(right) > _EXACT_MOST:
        return None
    joined = frozenset(a + b for a, b in product(left, right))
    return joined if max(map(len, joined), default=0) <= _LENGTH_MOST else None


def _of_choice(items: list[_Known]) -> _Known:
    exact: Literals | None = None
    if all(item.exact is not None for item in items):
        exact = frozenset().union(*(item.exact for item in items if item.exact is not None))
    each = [_best([item.needed, item.exact]) for item in items]
    together = None if None in each else frozenset().union(*(literals for literals in each if literals is not None))
    if together is not None and len(together) > _NEEDED_MOST:
        together = None
    return _Known(exact if exact is not None and len(exact) <= _EXACT_MOST else None, together)


def _of_repeat(item: _Known, least: int, most: int | None) -> _Known:
    if least == 0:
        optional = item.exact is not None and most == 1
        return _Known(item.exact | _EMPTY, None) if optional and item.exact is not None else _NOTHING
    exact = item.exact
    for _ in range(least - 1 if exact is not None else 0):
        exact = _joined(exact, item.exact) if exact is not None and item.exact is not None else None
    needed_here = _best([exact, item.needed, item.exact])
    return _Known(exact if least == most else None, needed_here)


def _best(sets: Iterable[Literals | None]) -> Literals | None:
    """The set whose weakest literal is strongest; None when none of them says anything."""
    worth = [(score, literals) for literals in sets if literals is not None and (score := _score(literals)) is not None]
    return max(worth, key=lambda pair: pair[0])[1] if worth else None


def _score(literals: Literals) -> tuple[int, int] | None:
    if not literals or b"" in literals or len(literals) > _NEEDED_MOST:
        return None
    shortest = min(map(len, literals))
    if shortest == 1 and any(len(each) == 1 and each[0] in _COMMON for each in literals):
        return None
    return min(shortest, _LENGTH_GOOD), -len(literals)
