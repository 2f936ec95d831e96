"""Makes of a pattern one that is easier to look for and matches at least as much: whether there is a match is all that a gate asks.

Every step is sound by itself: what the pattern matches somewhere in a value, the widened one matches somewhere in it too, also when
the value is one line among others. The reverse need not hold. Called for each pattern when a gate is made.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from routerd.waf.regex.octets import NEWLINE, mask_of
from routerd.waf.regex.syntax import (
    EVERY,
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
    first_octets,
    least_width,
)

EMPTY = Sequence(())

_COUNT_MOST = 8
"""A part of several octets is repeated at most this often before its number is let go: automata hold a copy for each."""
_RARE = EVERY & ~mask_of(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _-.=&/:,;+%?'\"()<>\r\n\t\\[]{}*#!@")
"""Octets that are so seldom in harmless values that a value with one of them may be looked at closely."""
_QUOTING = mask_of(b"\"'`()[]{}<>\\!*$|^~#@?")
"""Octets that shells take away: patterns of commands allow for them between any two letters, and are large for it."""
_GAPS_LEAST = 8
"""Such places from which on it pays to look for one of them being filled instead."""
_HEAVY = 150
"""Octets to compare, roughly, from which on a pattern takes more time to look for than others."""
_HEAD_MOST = 120
_ANCHORS = {
    Anchor.LINE_START: Anchor.LINE_START_PLAIN,
    Anchor.START: Anchor.LINE_START_PLAIN,
    Anchor.LAST_LINE_END: Anchor.LINE_END,
    Anchor.END: Anchor.LINE_END,
}
"""A value among others begins where a line does and ends where one does."""


@dataclass(slots=True)
class _Else:
    """What a value has to hold instead, for what was left out of a pattern to matter.

    Attributes:
        rare: one of these octets.
        before: octets that stand before a place between letters that was left out.
        filling: those that it was filled with, one or more.
        behind: those that stand behind it.
    """

    rare: int = 0
    before: int = 0
    filling: int = 0
    behind: int = 0

    def nodes(self) -> list[Node]:
        found: list[Node] = [Octets(self.rare)] if self.rare else []
        if self.filling:
            filled = Repeat(Octets(self.filling), 1, None, Appetite.GREEDY)
            found.append(Sequence((Octets(self.before), filled, Octets(self.behind))))
        return found


def widened(node: Node) -> Node | None:
    """A pattern of sequences, choices, repetitions and anchors alone; None when it would match any value.

    Args:
        node: a pattern taken apart.
    """
    instead = _Else()
    found = _trimmed(_wide(node, instead))
    if _gaps(found) >= _GAPS_LEAST:
        found = _closed(found, instead)
    if least_width(found) == 0:
        return None
    others = instead.nodes()
    return _either([found, *others]) if others else found


def _wide(node: Node, instead: _Else) -> Node:
    match node:
        case Anchor() | Octets():
            return _ANCHORS.get(node, node) if isinstance(node, Anchor) else node
        case Group(_, item) | Atomic(item):
            return _wide(item, instead)
        case Sequence(items):
            return _in_a_row(_wide(item, instead) for item in items)
        case Choice(items):
            return _either([_wide(item, instead) for item in items])
        case Repeat():
            return _repeated(node, instead)
        case _:
            return EMPTY if isinstance(node, Look) else Repeat(Octets(EVERY), 0, None, Appetite.GREEDY)


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


def _repeated(node: Repeat, instead: _Else) -> Node:
    if node.least == 0:
        needs = _rare_octets(node.item)
        if needs and not isinstance(node.item, Octets):
            instead.rare |= needs
            return EMPTY
    item = _wide(node.item, instead)
    if item == EMPTY or node.most == 0:
        return EMPTY
    least, most = node.least, node.most
    if not isinstance(item, Octets) and most is not None and most > _COUNT_MOST:
        least, most = min(least, _COUNT_MOST), None
    return item if (least, most) == (1, 1) else Repeat(item, least, most, Appetite.GREEDY)


def _gaps(node: Node) -> int:
    match node:
        case Sequence(items) | Choice(items):
            return sum(map(_gaps, items))
        case Repeat(Octets(mask), 0, None):
            return int(mask & ~_QUOTING == 0)
        case Repeat(item):
            return _gaps(item)
        case _:
            return 0


def _closed(node: Node, instead: _Else) -> Node:
    """Without gaps between what is known."""
    match node:
        case Sequence(items):
            kept: list[Node] = []
            for at, item in enumerate(items):
                if not (0 < at < len(items) - 1 and _left_out(items[at - 1], item, items[at + 1], instead)):
                    kept.append(_closed(item, instead))
            return _in_a_row(kept)
        case Choice(items):
            return _either([_closed(item, instead) for item in items])
        case Repeat(item, least, most):
            return Repeat(_closed(item, instead), least, most, Appetite.GREEDY)
        case _:
            return node


def _left_out(before: Node, gap: Node, behind: Node, instead: _Else) -> bool:
    if not isinstance(gap, Repeat) or not _gaps(gap) or not isinstance(gap.item, Octets):
        return False
    last, first = _last_octets(before), first_octets(behind)
    if last is None or first is None:
        return False
    instead.before |= last
    instead.filling |= gap.item.mask
    instead.behind |= first
    return True


def _last_octets(node: Node) -> int | None:
    """Mask of the octets that it can end with; None when it may be empty or nothing is known."""
    match node:
        case Octets(mask):
            return mask
        case Choice(items):
            lasts = [_last_octets(item) for item in items]
            return None if None in lasts else reduce(or_, filter(None, lasts), 0)
        case Sequence(items) if items:
            return _last_octets(items[-1])
        case Repeat(item, least) if least:
            return _last_octets(item)
        case _:
            return None


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


def headed(node: Node) -> Node:
    """What is large reduced to the part that it begins with, if that is small: whoever finds it asks the exact matcher, which is quick."""
    match node:
        case Choice(items):
            return _either([headed(item) for item in items])
        case Sequence(items) if _weight(node) > _HEAVY:
            head: list[Node] = []
            for item in items:
                head.append(item)
                if least_width(item):
                    break
            found = _trimmed(_in_a_row(head))
            return found if _weight(found) <= _HEAD_MOST else node
        case _:
            return node


def on_one_line(node: Node) -> Node | None:
    """What it matches that has no newline in it; None when all that it matches has one."""
    match node:
        case Octets(mask):
            return Octets(mask & ~NEWLINE) if mask & ~NEWLINE else None
        case Sequence(items):
            left = [on_one_line(item) for item in items]
            return None if None in left else _in_a_row(filter(None, left))
        case Choice(items):
            branches = [branch for item in items if (branch := on_one_line(item)) is not None]
            return _either(branches) if branches else None
        case Repeat(item, least, most):
            inner = on_one_line(item)
            return Repeat(inner, least, most, Appetite.GREEDY) if inner is not None else None if least else EMPTY
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
