"""Fonts that are embedded into what is printed, so that it looks the same on every printer.

DejaVu Sans has Latin, Greek, Cyrillic, Arabic, Hebrew and more. Thai and Chinese come from two further fonts that are read only when
something needs them. All three are packages of Debian; a character that none of the installed ones has is printed as an empty box,
and `missing` says which those are.
"""

from collections.abc import Iterable
from pathlib import Path

from fpdf import FPDF
from fpdf.fonts import TTFFont

FONTS = Path("/usr/share/fonts/truetype")

MAIN = "sheet"
_MAIN = (("", "dejavu/DejaVuSans.ttf"), ("B", "dejavu/DejaVuSans-Bold.ttf"))
_FURTHER = (
    ("thai", (("", "tlwg/Loma.ttf"), ("B", "tlwg/Loma-Bold.ttf"))),
    ("cjk", (("", "droid/DroidSansFallbackFull.ttf"),)),
)
_CORE = "helvetica"
"""What every viewer has, without embedding; Latin only. Used when DejaVu is not installed."""


class Fonts:
    """The fonts of one document.

    Args:
        pdf: the document; it can be written in the main font afterwards.
        text: everything that will be written.
        directory: where Debian keeps TrueType fonts.

    Attributes:
        family: name of the main font.
        shape: whether letters can be joined and put in order.
        missing: characters of `text` that no installed font has, each once.
    """

    def __init__(self, pdf: FPDF, text: Iterable[str], directory: Path = FONTS) -> None:
        self.family = MAIN if _add(pdf, MAIN, _MAIN, directory) else _CORE
        wanted = {ord(character) for words in text for character in words if character.isprintable()}
        lacking = wanted - _covered(pdf, self.family)
        further = []
        for name, files in _FURTHER:
            if lacking and self.family == MAIN and _add(pdf, name, files, directory):
                further.append(name)
                lacking -= _covered(pdf, name)
        pdf.set_fallback_fonts(further, exact_match=False)
        self.shape = self.family == MAIN
        self.missing = "".join(map(chr, sorted(lacking)))

    def fit(self, text: str) -> str:
        """Text that can be written: without DejaVu what is not Latin is a question mark."""
        return text if self.family == MAIN else text.encode("latin-1", "replace").decode("latin-1")


def _add(pdf: FPDF, name: str, files: Iterable[tuple[str, str]], directory: Path) -> bool:
    there = [(style, directory / path) for style, path in files if (directory / path).exists()]
    for style, path in there:
        pdf.add_font(name, style, path)
    return bool(there)


def _covered(pdf: FPDF, name: str) -> set[int]:
    font = pdf.fonts.get(name)
    return set(font.cmap) if isinstance(font, TTFFont) else {*range(32, 127), *range(160, 256)}
