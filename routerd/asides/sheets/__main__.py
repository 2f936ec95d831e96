"""Vouchers on paper: a program; `sheets.printer` asks it."""

from collections.abc import Mapping
from typing import Any

from routerd.asides.sheets import printing
from routerd.asides.talk import Told, serve
from routerd.core.frames import Frame
from routerd.sheets.card import Card, Heading

STEP = 25
"""Cards between two words about how far it is."""

LAYOUTS = {"a4": printing.a4, "80mm": printing.roll}


def answer(words: Mapping[str, Any], told: Told) -> Frame:
    """Lay out `cards` under `heading` on `paper`.

    Returns:
        The document as octets, and `missing`: characters that no installed font has.
    """
    heading, cards = Heading(**words["heading"]), [Card(**card) for card in words["cards"]]
    printed = LAYOUTS[words["paper"]](heading, cards, lambda done: None if done % STEP else told(done))
    return Frame({"missing": printed.missing}, printed.content)


if __name__ == "__main__":
    serve(answer)
