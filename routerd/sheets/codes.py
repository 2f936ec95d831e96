"""QR codes as rows of dark runs, which every kind of paper and page draws in its own way."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import segno

QUIET_MODULES = 4
"""Light modules that have to stay around a code (ISO/IEC 18004, 6.3.8)."""

MASK = 2
"""One of the eight masks (ISO/IEC 18004, 7.8). Readers take any of them, the format bits say which; trying all eight for each code
takes five times as long, which is seconds for a print run, and is worth it only for contents that are far more regular than ours."""


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code without its quiet zone.

    Attributes:
        size: modules on each side.
        runs: dark runs: column, row, length.
    """

    size: int
    runs: tuple[tuple[int, int, int], ...]

    @property
    def path(self) -> str:
        """As an SVG path for a stroke of width 1: each run a line through the middle of its row."""
        return "".join(f"M{x} {y}.5h{length}" for x, y, length in self.runs)


def code(text: str) -> Code:
    """The QR code of a text, readable with 15 % of it damaged."""
    symbol = segno.make(text, error="m", boost_error=False, micro=False, mask=MASK)
    return Code(len(symbol.matrix), tuple(_runs(symbol.matrix)))


def _runs(matrix: tuple[bytearray, ...]) -> Iterator[tuple[int, int, int]]:
    for y, row in enumerate(matrix):
        x = 0
        for dark, modules in groupby(row, key=lambda module: module & 1):
            length = len(list(modules))
            if dark:
                yield x, y, length
            x += length
