"""Brand: how a network's portal looks and what it says, as the owner wants it. Frozen and pure.

Read by the portal at every request (`portal.routes.build` takes a callable), so a change is live at once. Texts are plain: a blank
line makes a paragraph, everything else is escaped by the pages. Colours become legible in `brand.palette`, whatever was chosen.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from routerd.core.errors import BadInput

WELCOME_MOST = 1_000
"""Characters of a welcome text: it stands above the form, which a phone should still show without scrolling far."""

TERMS_MOST = 30_000
"""Characters of terms of use; they have a page of their own."""

URL_MOST = 512
ALT_MOST = 200

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_IMAGE = re.compile(r"[a-z0-9]{16,64}")
_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(/[!-~]*)?")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Advert:
    """The advert slot: a picture that leads somewhere.

    Attributes:
        image: id of the picture; empty no advert.
        link: where it leads; empty nowhere. Before sign-in it can only be reached if the walled garden has its name.
        alt: what it shows, for who cannot see it.
    """

    image: str = ""
    link: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Brand:
    """What the owner may change; empty stands for the portal's own look, or none.

    Attributes:
        logo: id of the picture at the top, beside the title.
        background: id of the picture behind the page.
        accent: colour of buttons and links, ``#rrggbb``.
        page: colour behind everything.
        text: colour of the text.
        welcome: language code to the text above the sign-in form.
        terms: language code to the terms of use.
        must_accept: nobody signs in without accepting the terms.
        landing_url: where guests go after sign-in; empty: as in the settings.
        advert: the advert slot.
    """

    logo: str = ""
    background: str = ""
    accent: str = ""
    page: str = ""
    text: str = ""
    welcome: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)
    must_accept: bool = False
    landing_url: str = ""
    advert: Advert = field(default_factory=Advert)

    def over(self, base: "Brand") -> "Brand":
        """This brand where it says something, `base` where it does not: a network's own over that of the house."""
        plain = Brand()
        ours = {each.name: getattr(self, each.name) for each in fields(self)}
        return Brand(**{name: getattr(base, name) if value == getattr(plain, name) else value for name, value in ours.items()})

    def images(self) -> frozenset[str]:
        """Ids of the pictures that it shows."""
        return frozenset({self.logo, self.background, self.advert.image} - {""})


def said(texts: Mapping[str, str], language: str) -> tuple[str, str]:
    """A text in a guest's language, or else in English, or else in the first that there is.

    Returns:
        The language that it is in and the text; both empty without any.
    """
    there = {code: text for code, text in texts.items() if text.strip()}
    for code in (language, "en", *there):
        if code in there:
            return code, there[code]
    return "", ""


def paragraphs(text: str) -> list[list[str]]:
    """A text's paragraphs (parted by blank lines), each as its lines."""
    blocks = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").strip())
    return [[line.strip() for line in block.splitlines() if line.strip()] for block in blocks if block.strip()]


def checked(brand: Brand, languages: tuple[str, ...]) -> Brand:
    """`brand`, if everything in it can be shown.

    Args:
        brand: as it came from a form.
        languages: codes of the languages that there are.

    Raises:
        BadInput: something cannot; the message names the field.
    """
    for name in ("accent", "page", "text"):
        _fits(name, getattr(brand, name), _COLOUR, "a colour such as #0b5cad")
    for name, image in (("logo", brand.logo), ("background", brand.background), ("advert.image", brand.advert.image)):
        _fits(name, image, _IMAGE, "the id of an uploaded picture")
    for name, url in (("landing_url", brand.landing_url), ("advert.link", brand.advert.link)):
        _fits(name, url, _URL, f"an http or https address of at most {URL_MOST} characters")
        if len(url) > URL_MOST:
            raise BadInput(f"{name} has {len(url)} characters; expected at most {URL_MOST}")
    for name, texts, most in (("welcome", brand.welcome, WELCOME_MOST), ("terms", brand.terms, TERMS_MOST)):
        for code, text in texts.items():
            if code not in languages:
                raise BadInput(f"{name} has a text in '{code}'; expected one of {', '.join(languages)}")
            _readable(f"{name}.{code}", text, most)
    _readable("advert.alt", brand.advert.alt, ALT_MOST)
    if brand.must_accept and not said(brand.terms, "en")[1]:
        raise BadInput("must_accept needs terms that guests can accept")
    if brand.advert.image and not brand.advert.alt.strip():
        raise BadInput("advert.alt is empty; say what the picture shows, for guests who cannot see it")
    return brand


def _fits(name: str, value: str, pattern: re.Pattern[str], expected: str) -> None:
    if value and not pattern.fullmatch(value):
        raise BadInput(f"{name} is '{value[:80]}'; expected {expected}")


def _readable(name: str, text: str, most: int) -> None:
    if len(text) > most:
        raise BadInput(f"{name} has {len(text)} characters; expected at most {most}")
    unseen = _UNSEEN.search(text)
    if unseen:
        raise BadInput(f"{name} contains an invisible character (U+{ord(unseen[0]):04X})")
