"""What a transaction asks before it asks any operator: which operators could match a value at all.

A rule set has one gate, made when it is compiled. It is asked with values as operators would see them, after transformations. It may
say yes too often, and never no wrongly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Ejected:
    """An operator that is always asked, since the gate cannot speak for it.

    Attributes:
        bit: its bit, which is set for every value.
        reason: why.
    """

    bit: int
    reason: str


class Gate(Protocol):
    """What a transaction asks."""

    @property
    def kind(self) -> str:
        """Its name for people."""
        ...

    @property
    def ejected(self) -> tuple[Ejected, ...]:
        """Operators that are always asked, and why."""
        ...

    def mask(self, value: bytes) -> int:
        """A bit for each operator that could match the value."""
        ...

    def masks(self, values: Sequence[bytes], wanted: int = -1) -> list[int]:
        """The same for many values, in their order; cheaper than one by one.

        Args:
            values: no matter which.
            wanted: bits that count; others may be left out, or set for no reason.
        """
        ...


class Nothing:
    """A gate that lets everything through."""

    kind = "none"
    ejected: tuple[Ejected, ...] = ()

    def mask(self, value: bytes) -> int:
        """Every bit."""
        del value
        return -1

    def masks(self, values: Sequence[bytes], wanted: int = -1) -> list[int]:
        """Every bit for each."""
        del wanted
        return [-1] * len(values)


NOTHING = Nothing()
