"""A regular expression taken apart: what `reader` makes of the text, and `printing` writes for another engine.

Case and flags are resolved on the way in: a set of octets is all that is left of letters, classes and the dot.
"""

from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import or_
from typing import TypeAlias

EVERY = (1 << 256) - 1
"""The mask of all octets."""


@dataclass(frozen=True, slots=True)
class Octets:
    """One octet out of a set; bit n of the mask is octet n."""

    mask: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after another."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The first that leads to a match."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Group:
    """What it matches is kept under its number."""

    number: int
    item: "Node"


class Appetite(Enum):
    """How much a repetition takes first, and whether it gives back."""

    GREEDY = ""
    LAZY = "?"
    POSSESSIVE = "+"


@dataclass(frozen=True, slots=True)
class Repeat:
    """`least` to `most` times; `most` is None when there is no end to it."""

    item: "Node"
    least: int
    most: int | None
    appetite: Appetite


@dataclass(frozen=True, slots=True)
class Atomic:
    """Once matched, it gives nothing back."""

    item: "Node"


@dataclass(frozen=True, slots=True)
class Look:
    """Whether something stands ahead or behind, or does not."""

    item: "Node"
    ahead: bool
    negative: bool


@dataclass(frozen=True, slots=True)
class Again:
    """What a group has matched."""

    number: int
    fold: bool


class Anchor(Enum):
    """A place between octets."""

    LINE_START = "^"
    """At the start and after each newline that is not the last octet."""
    LINE_START_PLAIN = "^plain"
    """The same where something has to follow, so that the last octet needs no thought."""
    LINE_END = "$"
    LAST_LINE_END = "\\Z"
    START = "\\A"
    END = "\\z"
    WORD = "\\b"
    NO_WORD = "\\B"


Node: TypeAlias = Octets | Sequence | Choice | Group | Repeat | Atomic | Look | Again | Anchor


def least_width(node: Node) -> int:
    """Octets that it takes at least."""
    match node:
        case Octets():
            return 1
        case Sequence(items):
            return sum(map(least_width, items))
        case Choice(items):
            return min(map(least_width, items))
        case Group(_, item) | Atomic(item):
            return least_width(item)
        case Repeat(item, least):
            return least * least_width(item) if least else 0
        case _:
            return 0


def first_octets(node: Node) -> int | None:
    """Mask of the octets that it can begin with; None when it may be empty or nothing is known."""
    match node:
        case Octets(mask):
            return mask
        case Choice(items):
            firsts = [first_octets(item) for item in items]
            return None if None in firsts else reduce(or_, filter(None, firsts), 0)
        case Sequence(items):
            solid = next((item for item in items if not isinstance(item, Anchor)), None)
            return None if solid is None else first_octets(solid)
        case Group(_, item) | Atomic(item):
            return first_octets(item)
        case Repeat(item, least) if least:
            return first_octets(item)
        case _:
            return None
