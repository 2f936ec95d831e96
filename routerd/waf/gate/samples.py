"""Strings that a pattern matches, made by walking through it: whatever looks for the pattern has to find them.

Called when a gate is made and has to be shown to miss nothing.
"""

from collections.abc import Iterator
from functools import lru_cache

from routerd.waf.regex.octets import members
from routerd.waf.regex.syntax import Again, Atomic, Choice, Group, Look, Node, Octets, Repeat, Sequence

_MOST = 160
"""Strings of one pattern."""
_LEAST = 24
_REPEATED_MOST = 3
"""How much oftener than it has to a part comes."""
_PRINTABLE = 80
"""How often in 100 an octet is one that is best read, out of a set that has others."""
_LONG = 40
"""How often what may come without end comes, now and then."""
_OFTEN = 3
_LOOKED = 50


def samples(node: Node, seed: int = 1) -> Iterator[bytes]:
    """Strings, most of which the pattern matches: places that it asks to look around at are left to chance.

    The more alternatives it has, the more strings are made of it.

    Args:
        node: a pattern taken apart.
        seed: of the choices; the same gives the same strings.
    """
    writer = _Writer(_Chance(seed))
    for _ in range(min(_MOST, _LEAST + _alternatives(node))):
        yield writer.text(node)


class _Chance:
    """Numbers without order, the same for the same seed (a linear congruential generator, Knuth's MMIX)."""

    def __init__(self, seed: int) -> None:
        self._state = seed

    def below(self, most: int) -> int:
        """From 0 to one less."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) & (1 << 64) - 1
        return (self._state >> 33) % most

    def comes(self, times_in_100: int) -> bool:
        return self.below(100) < times_in_100


class _Writer:
    def __init__(self, chance: _Chance) -> None:
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
            case Repeat():
                return b"".join([self.text(node.item) for _ in range(self._count(node))])
            case Atomic(item):
                return self.text(item)
            case _:
                return self._kept_or_looked_at(node)

    def _kept_or_looked_at(self, node: Node) -> bytes:
        match node:
            case Group(number, item):
                self._kept[number] = self.text(item)
                return self._kept[number]
            case Again(number):
                return self._kept.get(number, b"")
            case Look(item, True, False) if self._chance.comes(_LOOKED):
                return self.text(item)
            case _:
                return b""

    def _octet(self, mask: int) -> bytes:
        octets, printable = _octets(mask)
        among = printable if self._chance.comes(_PRINTABLE) else octets
        return bytes((among[self._chance.below(len(among))],))

    def _turn(self, node: Choice, count: int) -> int:
        """One alternative after another, so that none is left out."""
        turn = self._turns.get(id(node), self._chance.below(count))
        self._turns[id(node)] = turn + 1
        return turn % count

    def _count(self, node: Repeat) -> int:
        most = node.least + _REPEATED_MOST if node.most is None else min(node.most, node.least + _REPEATED_MOST)
        if self._chance.comes(_OFTEN):
            most = node.least + _LONG if node.most is None else min(node.most, node.least + _LONG)
        return node.least + self._chance.below(most - node.least + 1)


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
