"""One automaton over what all operators of a rule set need: a pass over a value gives a mask of those that could match it.

The rule set has one, made when it is compiled. It is asked with values as operators would see them, after transformations.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from routerd.waf.automaton import Finder
from routerd.waf.gate.literals import Literals

KEPT_MOST = 8_192
"""Masks of values that are kept from one request to the next: header fields and names of arguments come again and again."""

KEPT_LENGTH_MOST = 256
"""Octets of a value whose mask is kept."""


class Gate(Protocol):
    """What a transaction asks."""

    def mask(self, value: bytes) -> int:
        """A bit for each operator that could match the value."""
        ...

    def masks(self, values: Sequence[bytes]) -> list[int]:
        """The same for many values, in their order; cheaper than one by one."""
        ...


class LiteralGate:
    """A gate made of literals.

    Args:
        needs: literals of each operator, by its bit.
    """

    def __init__(self, needs: Mapping[int, Literals]) -> None:
        bits: dict[bytes, int] = {}
        for bit, literals in needs.items():
            for literal in literals:
                bits[literal] = bits.get(literal, 0) | bit
        self._finder = Finder(bits)
        self._kept: dict[bytes, int] = {}

    def mask(self, value: bytes) -> int:
        """A bit for each operator that could match the value."""
        found = self._kept.get(value)
        if found is None:
            found = self._finder.mask(value.lower())
            if len(value) <= KEPT_LENGTH_MOST:
                if len(self._kept) >= KEPT_MOST:
                    self._kept.clear()
                self._kept[value] = found
        return found

    def masks(self, values: Sequence[bytes]) -> list[int]:
        """The same for many values, in their order."""
        return [self.mask(value) for value in values]
