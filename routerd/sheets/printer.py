"""Has vouchers put on paper by a program beside the daemon: what draws is under licences that do not go with GPL-2.0-only.

Called by the admin page's print job. It never loads what draws.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from routerd.sheets.card import Card, Heading
from routerd.sheets.ports import Press

PAPERS = ("a4", "80mm")
"""Sheets of 24 cards, and rolls with a voucher a page."""

WAIT_S = 120.0
"""For a document and for those before it: 2,000 vouchers take some seconds, on a slow box some ten."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A finished PDF; `missing` are characters that no installed font has."""

    content: bytes
    missing: str


class Printer:
    """Makes documents.

    Args:
        press: the program.
    """

    def __init__(self, press: Press) -> None:
        self._press = press

    def print(self, paper: str, heading: Heading, cards: Sequence[Card], told: Callable[[int], None]) -> Printed:
        """A document.

        Args:
            paper: one of PAPERS.
            heading: what is the same on all cards.
            cards: one for each voucher.
            told: hears how many are laid out; what it raises ends the work and is let through.

        Raises:
            Unavailable: it cannot be made now.
        """
        words = {"paper": paper, "heading": asdict(heading), "cards": [asdict(card) for card in cards]}
        made = self._press.ask(words, wait_s=WAIT_S, told=told)
        return Printed(made.octets, str(made.words["missing"]))
