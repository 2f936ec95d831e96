"""What an owner may say, and what is refused with a word on what would be right."""

import pytest

from routerd.brand.model import Advert, Brand, checked, paragraphs, said
from routerd.core.errors import BadInput

LANGUAGES = ("en", "de", "ar")
IMAGE = "0123456789abcdef"


def test_a_full_brand_passes() -> None:
    brand = Brand(
        *(IMAGE, IMAGE, "#0b5cad", "#ffffff", "#000000"),
        welcome={"en": "Hello\n\nThere"},
        terms={"de": "Seid nett."},
        must_accept=True,
        landing_url="https://hotel.example/welcome?a=1",
        advert=Advert(IMAGE, "https://shop.example/", "Our shop"),
    )
    assert checked(brand, LANGUAGES) is brand


@pytest.mark.parametrize(
    ("brand", "words"),
    [
        (Brand(accent="red"), "accent is 'red'; expected a colour"),
        (Brand(page="#fff;} body{"), "page is"),
        (Brand(text="#12345"), "text is"),
        (Brand(logo="../../etc/passwd"), "logo is"),
        (Brand(background='x") } *'), "background is"),
        (Brand(landing_url="javascript:alert(1)"), "landing_url is"),
        (Brand(landing_url="http://a/" + "x" * 600), "landing_url has 609 characters; expected at most 512"),
        (Brand(advert=Advert(IMAGE, "//evil", "x")), "advert.link is"),
        (Brand(advert=Advert(IMAGE)), "advert.alt is empty"),
        (Brand(welcome={"xx": "hello"}), "welcome has a text in 'xx'; expected one of en, de, ar"),
        (Brand(welcome={"en": "x" * 1001}), "welcome.en has 1001 characters"),
        (Brand(terms={"en": "a\x00b"}), r"terms.en contains an invisible character \(U\+0000\)"),
        (Brand(terms={"en": "a\u202eb"}), r"U\+202E"),
        (Brand(must_accept=True), "must_accept needs terms"),
    ],
)
def test_what_cannot_be_shown_is_refused(brand, words) -> None:
    with pytest.raises(BadInput, match=words):
        checked(brand, LANGUAGES)


def test_a_network_s_own_wins_and_the_rest_is_the_house_s() -> None:
    house = Brand(accent="#111111", welcome={"en": "House"}, must_accept=True)
    assert Brand(accent="#222222").over(house) == Brand(accent="#222222", welcome={"en": "House"}, must_accept=True)


@pytest.mark.parametrize(
    ("language", "expected"),
    [("de", ("de", "Hallo")), ("ar", ("en", "Hello")), ("en", ("en", "Hello"))],
)
def test_a_text_is_shown_in_the_guest_s_language_or_in_english(language, expected) -> None:
    assert said({"de": "Hallo", "en": "Hello", "ar": "  "}, language) == expected


def test_without_english_any_text_is_better_than_none() -> None:
    assert said({"de": "Hallo"}, "th") == ("de", "Hallo")
    assert said({}, "th") == ("", "")


def test_blank_lines_part_paragraphs() -> None:
    assert paragraphs("one\r\ntwo\n\n \n three \n") == [["one", "two"], ["three"]]
    assert paragraphs("  ") == []
