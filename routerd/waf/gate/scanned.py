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
_PARTS = 8
"""Into how many values are taken apart when something is found in them together."""


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
            for start, end in _portions(values):
                _together(self.main, values, start, end, found)
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


def _together(main: Scanner, values: Sequence[bytes], start: int, end: int, found: list[int]) -> None:
    """Together at first; where something is found, in parts, and in parts of these."""
    if end - start <= _ONE_BY_ONE:
        for at in range(start, end):
            if hits := main.found(values[at]):
                found[at] |= _bits(hits)
    elif main.found(b"\n".join(values[start:end])):
        step = -(-(end - start) // _PARTS)
        for at in range(start, end, step):
            _together(main, values, at, min(at + step, end), found)


def _bits(numbers: list[int]) -> int:
    mask = 0
    for number in numbers:
        mask |= 1 << number
    return mask


def _portions(values: Sequence[bytes]) -> list[tuple[int, int]]:
    """Places where values that are looked through together begin and end."""
    found, start, octets = [], 0, 0
    for at, value in enumerate(values):
        octets += len(value)
        if octets > _TOGETHER_OCTETS and at > start:
            found.append((start, at))
            start, octets = at, len(value)
    if start < len(values):
        found.append((start, len(values)))
    return found
