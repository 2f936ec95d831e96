"""Languages: which one a guest reads, and its words for our English sentences.

The English sentence is the key, as in gettext; ``webroot/portal/languages/<code>.json`` maps it to the translation. A sentence that
a file lacks is shown in English: a page that is half translated still signs a guest in, and a test sees to it that none is.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from routerd.core.errors import Misconfigured

NAMES: Mapping[str, str] = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "it": "Italiano",
    "ar": "العربية",
    "th": "ไทย",
    "zh": "中文",
}
"""Code to the language's own name, in the order of the page's list."""

RIGHT_TO_LEFT = frozenset({"ar"})
DECIMAL_COMMA = frozenset({"de", "es", "fr", "it"})

ACCEPTED_MOST = 20
"""Entries of Accept-Language that are looked at; browsers send a handful."""

_ENTRY = re.compile(r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]{1,40})?\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?\s*")

_LEFT_TO_RIGHT = re.compile(r"[A-Za-z+@:/-]")

Sentences = Mapping[str, str | Mapping[str, str]]
"""English to translation; for sentences that count, English plural to a translation for each plural category."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language.

    Attributes:
        code: ISO 639-1, as in the page's ``lang``.
        sentences: its words; empty for English.
    """

    code: str
    sentences: Sentences = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """What it calls itself."""
        return NAMES[self.code]

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``."""
        return "rtl" if self.code in RIGHT_TO_LEFT else "ltr"

    def t(self, sentence: str, /, **values: Any) -> str:
        """The translation of an English sentence, with its ``{names}`` filled in.

        Args:
            sentence: a literal, so that the test of translations finds it. Only with `values` are braces looked at.
            values: by name.
        """
        found = self.sentences.get(sentence, sentence)
        said = found if isinstance(found, str) else sentence
        if not values:
            return said
        return said.format_map({name: _apart(value) for name, value in values.items()} if self.direction == "rtl" else values)

    def n(self, one: str, many: str, count: int) -> str:
        """Like `t` for a sentence with ``{count}`` in it.

        Args:
            one: English for one.
            many: English for any other number; the key of the translations.
            count: how many.
        """
        found = self.sentences.get(many)
        if isinstance(found, Mapping):
            said = found.get(plural(self.code, count)) or found["other"]
        else:
            said = found or (one if count == 1 else many)
        return said.format(count=count)

    def number(self, value: float, places: int) -> str:
        """A number with at most so many decimals."""
        text = f"{value:.{places}f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        return text.replace(".", ",") if self.code in DECIMAL_COMMA else text


ENGLISH = Language("en")


class Languages:
    """Every language of the portal.

    Args:
        root: directory of the ``<code>.json`` files.
        preset: code of the language for guests who ask for none that there is.

    Raises:
        Misconfigured: a file is missing or is no object of sentences.
    """

    def __init__(self, root: Path, preset: str = "en") -> None:
        self.all = tuple(ENGLISH if code == "en" else Language(code, _sentences(root / f"{code}.json")) for code in NAMES)
        self._by_code = {language.code: language for language in self.all}
        self._preset = self._by_code[preset]

    def named(self, code: str) -> Language | None:
        """The language of that code."""
        return self._by_code.get(code)

    def preferred(self, accept: str) -> Language:
        """The language that an Accept-Language header (RFC 9110, 12.5.4) likes best; the preset when it likes none."""
        best, weight = self._preset, 0.0
        for entry in accept.split(",", ACCEPTED_MOST)[:ACCEPTED_MOST]:
            found = _ENTRY.fullmatch(entry)
            language = self._by_code.get(found[1].lower()) if found else None
            liked = float(found[2] or 1) if found else 0.0
            if language is not None and liked > weight:
                best, weight = language, liked
        return best

    def knows(self, sentence: str) -> bool:
        """Whether a sentence is one of ours, meant for guests."""
        return any(sentence in language.sentences for language in self.all)


def _apart(value: Any) -> str:
    """A value that runs from left to right (a number with a plus, an address, a name), isolated from the sentence around it."""
    text = str(value)
    return f"\u2068{text}\u2069" if _LEFT_TO_RIGHT.search(text) else text


def plural(code: str, count: int) -> str:
    """The plural category of a whole number (Unicode CLDR, plural rules for cardinals)."""
    if code == "ar":
        if count in (0, 1, 2):
            return ("zero", "one", "two")[count]
        return "few" if 3 <= count % 100 <= 10 else "many" if count % 100 >= 11 else "other"
    if code in ("th", "zh"):
        return "other"
    return "one" if count == 1 or (code == "fr" and count == 0) else "other"


def _sentences(path: Path) -> Sentences:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Misconfigured(f"the portal's language {path} cannot be used: {error}") from error
    if not isinstance(read, dict):
        raise Misconfigured(f"the portal's language {path} cannot be used: expected an object of sentences")
    return read
