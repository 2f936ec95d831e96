"""Makes of a pattern one that is easier to look for and matches at least as much: whether there is a match is all that a gate asks.

Every step is sound by itself: what the pattern matches somewhere in a value, the widened one matches somewhere in it too, also when
the value is one line among others. The reverse need not hold. Called for each pattern when a gate is made.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from routerd.waf.regex.octets import mask_of
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
    least_width,
)

EMPTY = Sequence(())

_COUNT_MOST = 8
"""A part of several octets is repeated at most this often before its number is let go: automata hold a copy for each."""
_RARE = EVERY & ~mask_of(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _-.=&/:,;+%?'\"()<>\r\n\t\\[]{}*#!@")
"""Octets that are so seldom in harmless values that a value with one of them may be looked at closely."""
_ANCHORS = {
    Anchor.LINE_START: Anchor.LINE_START_PLAIN,
    Anchor.START: Anchor.LINE_START_PLAIN,
    Anchor.LAST_LINE_END: Anchor.LINE_END,
    Anchor.END: Anchor.LINE_END,
}
"""A value among others begins where a line does and ends where one does."""


@dataclass(slots=True)
class _Rare:
    """Octets, one of which a value has to hold for what was left out to matter."""

    mask: int = 0


def widened(node: Node) -> Node | None:
    """A pattern of sequences, choices, repetitions and anchors alone; None when it would match any value.

    Args:
        node: a pattern taken apart.
    """
    rare = _Rare()
    found = _trimmed(_wide(node, rare))
    if least_width(found) == 0:
        return None
    return Choice((found, Octets(rare.mask))) if rare.mask else found


def _wide(node: Node, rare: _Rare) -> Node:
    match node:
        case Anchor():
            return _ANCHORS.get(node, node)
        case Octets():
            return node
        case Group(_, item) | Atomic(item):
            return _wide(item, rare)
        case Sequence(items):
            return _in_a_row(_wide(item, rare) for item in items)
        case Choice(items):
            return _either([_wide(item, rare) for item in items])
        case Repeat():
            return _repeated(node, rare)
        case Look():
            return EMPTY
        case Again():
            return Repeat(Octets(EVERY), 0, None, Appetite.GREEDY)


def _in_a_row(items: Iterable[Node]) -> Node:
    """With sequences in it resolved, and neighbours that repeat the same octets made one."""
    flat: list[Node] = []
    for item in items:
        for each in item.items if isinstance(item, Sequence) else (item,):
            if flat and (merged := _merged(flat[-1], each)) is not None:
                flat[-1] = merged
            else:
                flat.append(each)
    return flat[0] if len(flat) == 1 else Sequence(tuple(flat))


def _merged(left: Node, right: Node) -> Node | None:
    """``[ab]*a?`` is ``[ab]*``."""
    match left, right:
        case Repeat(Octets(mask), _, None), Repeat(Octets(other), 0, _) if other & ~mask == 0:
            return left
        case Repeat(Octets(other), 0, _), Repeat(Octets(mask), _, None) if other & ~mask == 0:
            return right
        case _:
            return None


def _either(items: list[Node]) -> Node:
    """With those that are one octet put together."""
    octets = reduce(or_, (item.mask for item in items if isinstance(item, Octets)), 0)
    rest = [item for item in items if not isinstance(item, Octets)]
    every = [Octets(octets), *rest] if octets else rest
    return every[0] if len(every) == 1 else Choice(tuple(every))


def _repeated(node: Repeat, rare: _Rare) -> Node:
    if node.least == 0:
        needs = _rare_octets(node.item)
        if needs and not isinstance(node.item, Octets):
            rare.mask |= needs
            return EMPTY
    item = _wide(node.item, rare)
    if item == EMPTY or node.most == 0:
        return EMPTY
    least, most = node.least, node.most
    if not isinstance(item, Octets) and most is not None and most > _COUNT_MOST:
        least, most = min(least, _COUNT_MOST), None
    return item if (least, most) == (1, 1) else Repeat(item, least, most, Appetite.GREEDY)


def _rare_octets(node: Node) -> int:
    """Octets, one of which is in all that the node matches, if all of these are rare; else 0."""
    match node:
        case Octets(mask):
            return mask if mask & ~_RARE == 0 else 0
        case Sequence(items):
            return next(filter(None, map(_rare_octets, items)), 0)
        case Choice(items):
            each = [_rare_octets(item) for item in items]
            return reduce(or_, each, 0) if all(each) else 0
        case Group(_, item) | Atomic(item):
            return _rare_octets(item)
        case Repeat(item, least) if least:
            return _rare_octets(item)
        case _:
            return 0


def _trimmed(node: Node) -> Node:
    """Without what may be left out at either end; what has to come several times there comes as often as it has to."""
    match node:
        case Choice(items):
            return _either([_trimmed(item) for item in items])
        case Sequence(items):
            kept = list(items)
            while kept and (left := _end(kept[-1])) != kept[-1]:
                kept[-1:] = [] if left == EMPTY else [left]
            while kept and (left := _end(kept[0])) != kept[0]:
                kept[:1] = [] if left == EMPTY else [left]
            return _in_a_row(kept)
        case Repeat():
            return _end(node)
        case _:
            return node


def _end(node: Node) -> Node:
    match node:
        case Repeat(item, least, most) if most != least:
            if least == 0:
                return EMPTY
            return item if least == 1 else Repeat(item, least, least, Appetite.GREEDY)
        case Choice(items) if EMPTY in items:
            return EMPTY
        case _:
            return node


def unanchored(node: Node) -> Node | None:
    """The same without its anchors, for engines that take these at the start or the end only; None when it would match any value."""
    found = _trimmed(_bare(node))
    return found if least_width(found) else None


def _bare(node: Node) -> Node:
    match node:
        case Anchor():
            return EMPTY
        case Sequence(items):
            return _in_a_row(map(_bare, items))
        case Choice(items):
            return _either(list(map(_bare, items)))
        case Repeat(item, least, most):
            inner = _bare(item)
            return EMPTY if inner == EMPTY else Repeat(inner, least, most, Appetite.GREEDY)
        case _:
            return node


def pieces(node: Node, count: int) -> list[Node]:
    """Up to so many patterns, one of which matches whatever the pattern matches: the largest choices in it are made between them."""
    found = [node]
    while len(found) < count:
        largest = max(found, key=_weight)
        halves = _halves(largest)
        if len(halves) == 1:
            break
        found.remove(largest)
        found += halves
    return found


def _halves(node: Node) -> list[Node]:
    match node:
        case Choice(items):
            middle = _middle(items)
            return [_either(list(items[:middle])), _either(list(items[middle:]))]
        case Sequence(items):
            at = max(range(len(items)), key=lambda place: _weight(items[place]))
            halves = _halves(items[at])
            return [_in_a_row((*items[:at], half, *items[at + 1 :])) for half in halves]
        case _:
            return [node]


def _middle(items: tuple[Node, ...]) -> int:
    """Where both sides weigh about the same."""
    whole, left = sum(map(_weight, items)), 0
    for at, item in enumerate(items[:-1], 1):
        left += _weight(item)
        if left * 2 >= whole:
            return at
    return len(items) - 1


def _weight(node: Node) -> int:
    match node:
        case Sequence(items) | Choice(items):
            return sum(map(_weight, items))
        case Repeat(item, least, most):
            return _weight(item) * max(1, least, most or 0)
        case _:
            return 1
