"""Strings that a pattern matches, made by walking through it: whatever looks for the pattern has to find them.

Called when a gate is made and has to be shown to miss nothing.
"""

from collections.abc import Iterator
from functools import lru_cache
from random import Random

from routerd.waf.regex.octets import members
from routerd.waf.regex.syntax import Again, Anchor, Atomic, Choice, Group, Look, Node, Octets, Repeat, Sequence

_MOST = 160
"""Strings of one pattern."""
_LEAST = 24
_REPEATED_MOST = 3
"""How much oftener than it has to a part comes."""
_PRINTABLE = 0.8
"""How often an octet is one that is best read, out of a set that has others."""
_LONG = 40
"""How often what may come without end comes, now and then."""
_OFTEN = 0.03
_LOOKED = 0.5


def samples(node: Node, seed: int = 1) -> Iterator[bytes]:
    """Strings, most of which the pattern matches: places that it asks to look around at are left to chance.

    The more alternatives it has, the more strings are made of it.

    Args:
        node: a pattern taken apart.
        seed: of the choices; the same gives the same strings.
    """
    writer = _Writer(Random(seed))  # noqa: S311 - nothing is kept secret by it
    for _ in range(min(_MOST, _LEAST + _alternatives(node))):
        yield writer.text(node)


class _Writer:
    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._kept: dict[int, bytes] = {}
        self._turns: dict[int, int] = {}

    def text(self, node: Node) -> bytes:
        match node:
            case Octets(mask):
                return self._octet(mask)
            case Sequence(items):
                return b"".join([self.text(item) for item in items])
            case Choice(items):
                return self.text(items[self._turn(node, len(items))])
            case Group(number, item):
                self._kept[number] = self.text(item)
                return self._kept[number]
            case Atomic(item):
                return self.text(item)
            case Repeat():
                return b"".join([self.text(node.item) for _ in range(self._count(node))])
            case Again(number):
                return self._kept.get(number, b"")
            case Look(item, ahead, negative):
                return self.text(item) if ahead and not negative and self._chance.random() < _LOOKED else b""
            case Anchor():
                return b""

    def _octet(self, mask: int) -> bytes:
        octets, printable = _octets(mask)
        return bytes((self._chance.choice(printable if self._chance.random() < _PRINTABLE else octets),))

    def _turn(self, node: Choice, count: int) -> int:
        """One alternative after another, so that none is left out."""
        turn = self._turns.get(id(node), self._chance.randrange(count))
        self._turns[id(node)] = turn + 1
        return turn % count

    def _count(self, node: Repeat) -> int:
        most = node.least + _REPEATED_MOST if node.most is None else min(node.most, node.least + _REPEATED_MOST)
        if self._chance.random() < _OFTEN:
            most = node.least + _LONG if node.most is None else min(node.most, node.least + _LONG)
        return self._chance.randint(node.least, most)


@lru_cache(1024)
def _octets(mask: int) -> tuple[bytes, bytes]:
    """The octets of a mask, and those that are best read; an octet that is not in it where it is empty."""
    octets = bytes(members(mask)) or b"\0"
    return octets, bytes(octet for octet in octets if 0x20 < octet < 0x7F) or octets


def _alternatives(node: Node) -> int:
    match node:
        case Choice(items):
            return sum(1 + _alternatives(item) for item in items)
        case Sequence(items):
            return sum(map(_alternatives, items))
        case Group(_, item) | Atomic(item) | Repeat(item):
            return _alternatives(item)
        case _:
            return 0
