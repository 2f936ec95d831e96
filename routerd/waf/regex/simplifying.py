"""Says the same pattern with less in it for RE2 to stumble over, and less for `re` to go back on."""

from dataclasses import replace

from routerd.waf.regex.syntax import (
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

_NOTHING = Sequence(())
"""What follows a pattern."""


def simplified(node: Node) -> Node:
    """The same pattern, simpler.

    A possessive repetition of octets that what follows cannot begin with is a greedy one; so is one that ends the pattern. And ``^``
    before something that takes at least one octet is a plain one.
    """
    return _plain_starts(_unpossessed(node, _NOTHING), empty_after=True)


def _unpossessed(node: Node, follower: Node | None) -> Node:
    """Args: the node, and what follows it; None when that is not known, or may be empty."""
    match node:
        case Sequence(items):
            return Sequence(_followed(items, follower))
        case Choice(items):
            return Choice(tuple(_unpossessed(item, follower) for item in items))
        case Repeat(Octets(mask), _, _, Appetite.POSSESSIVE) if _cannot_begin(follower, mask):
            return replace(node, appetite=Appetite.GREEDY)
        case Group():
            return replace(node, item=_unpossessed(node.item, follower))
        case Repeat() | Atomic() | Look():
            return replace(node, item=_unpossessed(node.item, None))
        case _:
            return node


def _followed(items: tuple[Node, ...], follower: Node | None) -> tuple[Node, ...]:
    result: list[Node] = []
    for item in reversed(items):
        result.append(_unpossessed(item, follower))
        follower = item if least_width(item) else None
    return tuple(reversed(result))


def _cannot_begin(follower: Node | None, mask: int) -> bool:
    if follower is None or follower is _NOTHING:
        return follower is _NOTHING
    begins = first_octets(follower)
    return begins is not None and not begins & mask


def _plain_starts(node: Node, *, empty_after: bool) -> Node:
    match node:
        case Anchor.LINE_START if not empty_after:
            return Anchor.LINE_START_PLAIN
        case Sequence(items):
            return Sequence(_starts_before(items, empty_after=empty_after))
        case Choice(items):
            return Choice(tuple(_plain_starts(item, empty_after=empty_after) for item in items))
        case Look():
            return replace(node, item=_plain_starts(node.item, empty_after=True))
        case Group() | Repeat() | Atomic():
            return replace(node, item=_plain_starts(node.item, empty_after=empty_after))
        case _:
            return node


def _starts_before(items: tuple[Node, ...], *, empty_after: bool) -> tuple[Node, ...]:
    result: list[Node] = []
    for item in reversed(items):
        result.append(_plain_starts(item, empty_after=empty_after))
        empty_after = empty_after and not least_width(item)
    return tuple(reversed(result))
