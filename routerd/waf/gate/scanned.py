"""A gate made of Hyperscan databases: a pass over many values at once tells which operators could match any of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from routerd.waf.gate.gate import Ejected
from routerd.waf.gate.scanner import Scanner

_TOGETHER_OCTETS = 16_384
"""Octets of values that are looked through together."""
_ONE_BY_ONE = 3
"""Values that are not worth looking through together."""
_SOME = 8
"""Values that are looked through together when something is found in more."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for on behalf of some operators.

    Attributes:
        bits: of these operators.
        main: looks through many values at once, a line each; None when that can find nothing.
        lines: looks besides through values of several lines, each by itself, for what it would find where two values meet; None when
            there is nothing such.
    """

    bits: int
    main: Scanner | None
    lines: Scanner | None

    def add(self, values: Sequence[bytes], found: list[int]) -> None:
        """Sets the bits of operators that could match.

        Args:
            values: what is looked through.
            found: masks of these.
        """
        if self.main is not None:
            _look(self.main, values, found)
        if self.lines is not None:
            for at, value in enumerate(values):
                if b"\n" in value:
                    found[at] |= _bits(self.lines.found(value))


class ScannedGate:
    """A gate for machines with Hyperscan. Several threads may ask it.

    Args:
        searches: by groups of operators; those of the response are seldom wanted.
        ejected: operators that are always asked.
        silent: bits of operators that the gate does not speak for.
    """

    kind = "hyperscan"

    def __init__(self, searches: Sequence[Search], ejected: Sequence[Ejected] = (), silent: int = 0) -> None:
        self._searches = tuple(searches)
        self.ejected = tuple(ejected)
        self._always = reduce(or_, (each.bit for each in ejected), silent)

    def mask(self, value: bytes) -> int:
        """A bit for each operator that could match the value."""
        return self.masks((value,))[0]

    def masks(self, values: Sequence[bytes], wanted: int = -1) -> list[int]:
        """The same for many values, in their order."""
        found = [self._always] * len(values)
        for search in self._searches:
            if search.bits & wanted:
                search.add(values, found)
        return found


def _look(main: Scanner, values: Sequence[bytes], found: list[int]) -> None:
    """Plain text together, as there seldom is anything in it; all else by itself."""
    plain = []
    for at, value in enumerate(values):
        if value.isascii():
            plain.append(at)
        elif hits := main.found(value):
            found[at] |= _bits(hits)
    for places in _portions(plain, values):
        if len(places) <= _SOME or main.finds(b"\n".join([values[at] for at in places])):
            for start in range(0, len(places), _SOME):
                _some(main, values, places[start : start + _SOME], found)


def _some(main: Scanner, values: Sequence[bytes], places: Sequence[int], found: list[int]) -> None:
    if len(places) > _ONE_BY_ONE and not main.finds(b"\n".join([values[at] for at in places])):
        return
    for at in places:
        if hits := main.found(values[at]):
            found[at] |= _bits(hits)


def _bits(numbers: list[int]) -> int:
    mask = 0
    for number in numbers:
        mask |= 1 << number
    return mask


def _portions(places: list[int], values: Sequence[bytes]) -> list[list[int]]:
    """Places of values that are looked through together."""
    found: list[list[int]] = [[]]
    octets = 0
    for at in places:
        octets += len(values[at])
        if octets > _TOGETHER_OCTETS and found[-1]:
            found.append([])
            octets = len(values[at])
        found[-1].append(at)
    return found
