"""From the owner's colours to a style sheet that everybody can read: contrast as WCAG 2.2 (1.4.3) asks, in light and dark.

A colour that is legible is taken as it is. One that is not is moved towards the text's own colour until it is, so that a pale
yellow brand stays yellowish instead of failing. Pure; called by the portal's pages, and by the owner's preview.
"""

from routerd.brand.model import Brand

TEXT_CONTRAST = 4.5
"""Least contrast of text (WCAG 1.4.3, level AA)."""

BUTTON_CONTRAST = 1.3
"""Least contrast of a button's face to the card. WCAG asks for none, since the words on it say where it is; a white one on white
would look like no button all the same."""

STEPS = 20
"""How finely a colour is moved until it is legible."""

_LIGHT = {"page": "#f2f5f9", "card": "#ffffff", "text": "#17212e", "accent": "#0b5cad"}
_DARK = {"page": "#0f151d", "card": "#18212c", "text": "#e8edf3", "accent": "#7db8f5"}
_INKS = ("#ffffff", "#0b1622", "#000000")
"""What stands on an accent, in the order of liking; whatever the accent, white or black has a contrast of at least 4.58 to it."""

Colours = dict[str, str]


def style(brand: Brand, image_url: str) -> str:
    """The owner's style sheet, to come after the portal's own.

    Args:
        brand: its colours and background.
        image_url: address below which the pictures are, with a slash at its end.

    Returns:
        Empty when the brand changes nothing.
    """
    rules = ""
    if brand.accent or brand.page or brand.text:
        rules += f":root {{ {_properties(scheme(brand, _LIGHT))} }}\n"
        rules += f"@media (prefers-color-scheme: dark) {{ :root {{ {_properties(scheme(brand, _DARK, dark=True))} }} }}\n"
    if brand.background:
        rules += f'body {{ background-image: url("{image_url}{brand.background}"); }}\n'
    return rules


def scheme(brand: Brand, own: Colours | None = None, *, dark: bool = False) -> Colours:
    """The properties of one colour scheme.

    Args:
        brand: the owner's colours; they are made for the light scheme, and the dark one takes over the accent's hue alone, and a
            page that is dark already.
        own: the portal's own colours; those of the scheme when not given.
        dark: which scheme.
    """
    own = own or (_DARK if dark else _LIGHT)
    page = brand.page.lower() or own["page"]
    if dark and luminance(page) > luminance("#404040"):
        page = own["page"]
    card = own["card"]
    text = legible(brand.text.lower(), (card,), own["text"]) if brand.text and not dark else own["text"]
    accent = brand.accent.lower() or own["accent"]
    button = legible(accent, (card,), own["text"], BUTTON_CONTRAST)
    deep = mixed(button, own["text"], 0.2)
    return {
        "page": page,
        "text": text,
        "on-page": legible(text, (page,), ink(page)),
        "quiet-on-page": legible(mixed(ink(page), page, 0.3), (page,), ink(page)),
        "accent": button,
        "accent-deep": deep if contrast(deep, ink(button)) >= TEXT_CONTRAST else button,
        "on-accent": ink(button),
        "link": legible(accent, (card,), own["text"]),
        "link-on-page": legible(accent, (page,), ink(page)),
    }


def legible(colour: str, behind: tuple[str, ...], towards: str, least: float = TEXT_CONTRAST) -> str:
    """`colour`, moved towards another as far as it takes to be told from everything in `behind`."""
    for step in range(STEPS + 1):
        tried = mixed(colour, towards, step / STEPS)
        if all(contrast(tried, each) >= least for each in behind):
            return tried
    return towards


def ink(behind: str) -> str:
    """White or a black that can be read on a colour."""
    return next(each for each in _INKS if contrast(each, behind) >= TEXT_CONTRAST)


def mixed(one: str, other: str, share: float) -> str:
    """A colour `share` of the way from one to the other."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(first + (second - first) * share):02x}" for first, second in pairs)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2, definition "contrast ratio"): 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of ``#rrggbb`` (WCAG 2.2, definition "relative luminance"): 0 to 1."""
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _properties(colours: Colours) -> str:
    return " ".join(f"--{name}: {value};" for name, value in colours.items())
