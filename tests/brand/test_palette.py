"""Whatever colours an owner chooses, every pair that the pages use can be read."""

import re

from hypothesis import given
from hypothesis import strategies as st

from routerd.brand.model import Brand
from routerd.brand.palette import contrast, scheme, style

COLOURS = st.just("") | st.from_regex(re.compile(r"#[0-9a-f]{6}"), fullmatch=True)
CARDS = {False: "#ffffff", True: "#18212c"}


@given(accent=COLOURS, page=COLOURS, text=COLOURS)
def test_every_pair_is_legible_in_both_schemes(accent, page, text) -> None:
    for dark, card in CARDS.items():
        colours = scheme(Brand(accent=accent, page=page, text=text), dark=dark)
        for fore, back in (("text", card), ("link", card), ("on-page", colours["page"]), ("quiet-on-page", colours["page"])):
            assert contrast(colours[fore], back) >= 4.5, (fore, colours)
        assert contrast(colours["link-on-page"], colours["page"]) >= 4.5
        assert contrast(colours["on-accent"], colours["accent"]) >= 4.5
        assert contrast(colours["on-accent"], colours["accent-deep"]) >= 4.5
        assert contrast(colours["accent"], card) >= 1.3


def test_legible_colours_are_taken_as_they_are() -> None:
    colours = scheme(Brand(accent="#7A1FA2", page="#fff8e1", text="#222222"))
    assert (colours["accent"], colours["link"], colours["page"], colours["text"]) == ("#7a1fa2", "#7a1fa2", "#fff8e1", "#222222")


def test_a_pale_brand_stays_recognisable() -> None:
    red, green, blue = (int(scheme(Brand(accent="#ffee88"))["link"][at : at + 2], 16) for at in (1, 3, 5))
    assert red > blue
    assert green > blue


def test_a_bright_page_stays_out_of_the_dark_scheme_and_a_dark_one_is_taken() -> None:
    assert scheme(Brand(page="#fff8e1"), dark=True)["page"] == "#0f151d"
    assert scheme(Brand(page="#101820"), dark=True)["page"] == "#101820"


def test_a_brand_without_colours_has_no_style_sheet() -> None:
    assert style(Brand(welcome={"en": "Hello"}), "/brand/") == ""


def test_the_style_sheet_is_complete_and_closed() -> None:
    css = style(Brand(accent="#7a1fa2", background="0123456789abcdef"), "/brand/")
    assert css.count("{") == css.count("}") == 4
    assert 'background-image: url("/brand/0123456789abcdef")' in css
