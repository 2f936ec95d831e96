"""A gate made of literals: one pass of one automaton over a value collects the bits of all operators that need one of those in it."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_

from routerd.waf.automaton import Finder
from routerd.waf.gate.gate import Ejected
from routerd.waf.gate.kept import Kept
from routerd.waf.gate.literals import Literals, needed
from routerd.waf.gate.needs import Need


class LiteralGate:
    """A gate for machines without Hyperscan.

    Args:
        needs: of each operator that the gate is to speak for, by number of its bit.
        silent: bits of all others.
        fast: whether the library may be used.
    """

    kind = "literals"

    def __init__(self, needs: Mapping[int, Need], silent: int = 0, *, fast: bool = True) -> None:
        bits: dict[bytes, int] = {}
        ejected: list[Ejected] = []
        for number, need in needs.items():
            literals = literals_of(need)
            if literals is None:
                ejected.append(Ejected(1 << number, "no literal is in everything that it matches"))
            for literal in literals or ():
                bits[literal] = bits.get(literal, 0) | 1 << number
        self._finder = Finder(bits, fast=fast)
        self._kept = Kept()
        self.ejected = tuple(ejected)
        self._always = reduce(or_, (each.bit for each in ejected), silent)

    def mask(self, value: bytes) -> int:
        """A bit for each operator that could match the value."""
        found = self._kept.get(value)
        if found is None:
            found = self._finder.mask(value.lower()) | self._always
            self._kept.put(value, found)
        return found

    def masks(self, values: Sequence[bytes], wanted: int = -1) -> list[int]:
        """The same for many values, in their order."""
        del wanted
        return [self.mask(value) for value in values]


def literals_of(need: Need) -> Literals | None:
    """Literals in lower case, one of which is in every value that the operator matches once that is in lower case."""
    return frozenset(need.phrases) if need.phrases else needed(need.node())
