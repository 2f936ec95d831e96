"""Where something stands in a rule file, and what is wrong with it: every fault names file, line, column, and what would be right."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from routerd.core.errors import BadInput


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a rule file; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Fault(BadInput):
    """A rule set cannot be used.

    Args:
        place: where.
        message: what is wrong.
        suggestion: what would be right; empty when that cannot be said.
    """

    def __init__(self, place: Place, message: str, suggestion: str = "") -> None:
        super().__init__(f"{place}: {message}{f'; {suggestion}' if suggestion else ''}")
        self.place = place
        self.message = message
        self.suggestion = suggestion


def nearest(name: str, known: Iterable[str]) -> str:
    """A suggestion for a name that is not known; empty when nothing is near."""
    by_folded = {each.lower(): each for each in known}
    found = difflib.get_close_matches(name.lower(), by_folded, n=1)
    return f"did you mean {by_folded[found[0]]}?" if found else ""
