"""Lays vouchers out on paper: A4 sheets of 24 cards to cut apart, or 80 mm rolls, one voucher a page. PDF, fonts embedded.

Called by the program around it. The result is a pure function of what is handed in, but for the date in its properties.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fpdf import FPDF

from routerd.asides.sheets.fonts import Fonts
from routerd.asides.sheets.pen import Pen
from routerd.sheets.card import Card, Heading
from routerd.sheets.codes import QUIET_MODULES, code

COLUMNS, ROWS = 3, 8
A4_WIDTH, A4_HEIGHT = 210.0, 297.0
MARGIN_X, MARGIN_Y = 9.0, 10.5
"""mm; what office printers cannot reach is less."""

CARD_WIDTH, CARD_HEIGHT = (A4_WIDTH - 2 * MARGIN_X) / COLUMNS, (A4_HEIGHT - 2 * MARGIN_Y) / ROWS
QR_SIDE = 22.0
"""mm, of a card: modules of 0.6 mm, which any telephone reads."""

ROLL_WIDTH, ROLL_USED = 80.0, 72.0
"""mm: receipt printers print 72 of 80."""

ROLL_QR_SIDE = 42.0
GREY = 150

Told = Callable[[int], None]
"""Hears after each card how many are laid out."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A finished document; `missing` are characters that no installed font has."""

    content: bytes
    missing: str


def a4(heading: Heading, cards: Sequence[Card], told: Told) -> Printed:
    """Sheets of 24 cards with lines to cut along."""
    pdf, pen, fonts = _document(heading, cards, (A4_WIDTH, A4_HEIGHT))
    for at, card in enumerate(cards):
        place = at % (COLUMNS * ROWS)
        if place == 0:
            pdf.add_page()
            _cutting_lines(pdf)
        row, column = divmod(place, COLUMNS)
        _card(pen, heading, card, MARGIN_X + column * CARD_WIDTH, MARGIN_Y + row * CARD_HEIGHT)
        told(at + 1)
    return Printed(bytes(pdf.output()), fonts.missing)


def roll(heading: Heading, cards: Sequence[Card], told: Told) -> Printed:
    """A page for each voucher, as long as it needs; printers cut between pages."""
    height = max(_slip_height(heading, card) for card in cards)
    pdf, pen, fonts = _document(heading, cards, (ROLL_WIDTH, height))
    for at, card in enumerate(cards):
        pdf.add_page()
        _slip(pen, heading, card)
        told(at + 1)
    return Printed(bytes(pdf.output()), fonts.missing)


def _document(heading: Heading, cards: Sequence[Card], paper: tuple[float, float]) -> tuple[FPDF, Pen, Fonts]:
    pdf = FPDF(unit="mm", format=paper)
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    pdf.set_title(heading.title)
    pdf.set_creator("routerd")
    fonts = Fonts(pdf, _texts(heading, cards))
    pdf.c_margin = 0
    return pdf, Pen(pdf, fonts), fonts


def _texts(heading: Heading, cards: Sequence[Card]) -> Iterator[str]:
    yield from (heading.title, heading.ssid, heading.network, heading.username, heading.passcode, heading.code, "…:")
    for card in cards:
        yield from (card.username, card.passcode, *card.lines)


def _cutting_lines(pdf: FPDF) -> None:
    pdf.set_draw_color(GREY)
    pdf.set_line_width(0.1)
    for column in range(COLUMNS + 1):
        x = MARGIN_X + column * CARD_WIDTH
        pdf.line(x, MARGIN_Y, x, A4_HEIGHT - MARGIN_Y)
    for row in range(ROWS + 1):
        y = MARGIN_Y + row * CARD_HEIGHT
        pdf.line(MARGIN_X, y, A4_WIDTH - MARGIN_X, y)


def _card(pen: Pen, heading: Heading, card: Card, x: float, y: float) -> None:
    """Words on the left, the code on the right with its quiet zone."""
    inner, pad = CARD_WIDTH - 5.0, 2.5
    words = inner
    if card.url:
        drawn = code(card.url)
        quiet = QR_SIDE / drawn.size * QUIET_MODULES
        words = inner - QR_SIDE - quiet + pad
        pen.code(drawn, x + CARD_WIDTH - QR_SIDE - max(quiet, pad), y + (CARD_HEIGHT - QR_SIDE) / 2, QR_SIDE)
    left, top = x + pad, y + 2.2
    pen.line(heading.title, left, top, words, 9, bold=True)
    if heading.ssid:
        pen.line(f"{heading.network}: {heading.ssid}", left, top + 4.2, words, 7)
    top += 8.4
    for label, value in _credentials(heading, card):
        pen.line(label, left, top, words, 6)
        pen.line(value, left, top + 2.5, words, 11, bold=True)
        top += 8.0
    for at, text in enumerate(card.lines[:2]):
        pen.line(text, left, y + CARD_HEIGHT - 8.0 + at * 3.0, words, 6.5)


def _slip(pen: Pen, heading: Heading, card: Card) -> None:
    """Everything in the middle, one below the other."""
    left, top = (ROLL_WIDTH - ROLL_USED) / 2, 4.0
    pen.line(heading.title, left, top, ROLL_USED, 16, bold=True, align="C")
    top += 9
    if heading.ssid:
        pen.line(f"{heading.network}: {heading.ssid}", left, top, ROLL_USED, 11, align="C")
        top += 8
    if card.url:
        pen.code(code(card.url), (ROLL_WIDTH - ROLL_QR_SIDE) / 2, top + 4, ROLL_QR_SIDE)
        top += ROLL_QR_SIDE + 9
    for label, value in _credentials(heading, card):
        pen.line(label, left, top, ROLL_USED, 9, align="C")
        pen.line(value, left, top + 4.5, ROLL_USED, 18, bold=True, align="C")
        top += 15
    for text in card.lines:
        pen.line(text, left, top, ROLL_USED, 9, align="C")
        top += 5


def _slip_height(heading: Heading, card: Card) -> float:
    ssid, qr = 8 if heading.ssid else 0, ROLL_QR_SIDE + 9 if card.url else 0
    return 4 + 9 + ssid + qr + 15 * len(_credentials(heading, card)) + 5 * len(card.lines) + 6


def _credentials(heading: Heading, card: Card) -> list[tuple[str, str]]:
    if card.single:
        return [(heading.code, card.username)]
    return [(heading.username, card.username), (heading.passcode, card.passcode)]
