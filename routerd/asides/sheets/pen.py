"""Draws on a page: text that is made to fit, QR codes as vectors. The one place that knows fpdf2's ways."""

from fpdf import FPDF

from routerd.asides.sheets.fonts import Fonts
from routerd.sheets.codes import Code

SIZE_LEAST = 5.0
"""Points; smaller than that nobody reads a voucher."""

OVERLAP = 0.02
"""Of a module: rows of a code overlap by so much, lest viewers show hairlines between them."""


COMPLEX_FROM = "\u0590"
"""Hebrew is the first script whose letters have to be put in order or joined; what is below is written as it comes, which is quicker."""


class Pen:
    """Writes with one document's fonts.

    Args:
        pdf: the document; a millimetre is its unit.
        fonts: its fonts.
    """

    def __init__(self, pdf: FPDF, fonts: Fonts) -> None:
        self._pdf = pdf
        self._fonts = fonts
        self._fitted: dict[tuple[str, str, float, float], tuple[str, float]] = {}

    def line(self, text: str, x: float, y: float, width: float, size: float, *, bold: bool = False, align: str = "L") -> None:
        """One line, made smaller and then shorter until it fits.

        Args:
            text: what.
            x: of its left edge, mm.
            y: of its upper edge, mm.
            width: mm.
            size: points, at most.
            bold: whether.
            align: ``L``, ``C`` or ``R``.
        """
        style = "B" if bold else ""
        key = (text, style, width, size)
        if key not in self._fitted:
            self._fitted[key] = self._fit(self._fonts.fit(text), style, width, size)
        shown, fitting = self._fitted[key]
        self._use(shown, style, fitting)
        self._pdf.set_xy(x, y)
        self._pdf.cell(width, fitting * 0.45, shown, align=align)

    def code(self, code: Code, x: float, y: float, side: float) -> None:
        """A QR code without its quiet zone; `x`, `y` and `side` in mm."""
        scale = self._pdf.k
        module = side / code.size
        rows = [f"{left} {top} {length} {1 + OVERLAP} re" for left, top, length in code.runs]
        matrix = f"{module * scale:.5f} 0 0 {-module * scale:.5f} {x * scale:.3f} {(self._pdf.h - y) * scale:.3f} cm"
        # fpdf2's own paths take a second for a hundred codes.
        self._pdf._out("q 0 g " + matrix + " " + " ".join(rows) + " f Q")  # noqa: SLF001

    def _use(self, text: str, style: str, size: float) -> None:
        self._pdf.set_font(self._fonts.family, style, size)
        self._pdf.set_text_shaping(use_shaping_engine=self._fonts.shape and any(character >= COMPLEX_FROM for character in text))

    def _fit(self, text: str, style: str, width: float, size: float) -> tuple[str, float]:
        room = width - 2 * self._pdf.c_margin
        while size > SIZE_LEAST and self._width(text, style, size) > room:
            size = max(SIZE_LEAST, size - 0.5)
        if self._width(text, style, size) <= room:
            return text, size
        short = text
        while short and self._width(short + "…", style, size) > room:
            short = short[:-1]
        return short + "…", size

    def _width(self, text: str, style: str, size: float) -> float:
        self._use(text, style, size)
        return float(self._pdf.get_string_width(text))
