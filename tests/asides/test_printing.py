"""What is printed can be read: by people, in any script, and by telephones."""

import re
import subprocess
from pathlib import Path

import pytest
from fpdf import FPDF

from routerd.asides.sheets.fonts import Fonts
from routerd.asides.sheets.printing import COLUMNS, ROWS, a4, roll
from routerd.sheets.card import Card, Heading

HOUSE = Heading("Café Zürich", "CafeGuest")


def card(number=1, **values):
    url = f"http://192.168.88.1/back/voucher?username=guest{number}&passcode=k3mn8pqr"
    filled = {"username": f"guest{number}", "passcode": "k3mn8pqr", "single": False, "url": url, "lines": ("1 day", "500 MB"), **values}
    return Card(**filled)


def words(printed, tmp_path, page=1):
    """The text of a page as a viewer finds it."""
    path = tmp_path / "printed.pdf"
    path.write_bytes(printed.content)
    command = ["pdftotext", "-f", str(page), "-l", str(page), "-layout", path, "-"]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def pages(printed):
    return int(re.search(rb"/Count (\d+)", printed.content).group(1))


def scanned(printed, tmp_path, page=1):
    """What a reader makes of the codes on a page."""
    path = tmp_path / "printed.pdf"
    path.write_bytes(printed.content)
    command = ["pdftoppm", "-r", "150", "-gray", "-f", str(page), "-l", str(page), "-singlefile", "-png", path, tmp_path / "page"]
    subprocess.run(command, check=True)
    found = subprocess.run(["zbarimg", "-q", "--raw", "--nodbus", tmp_path / "page.png"], capture_output=True, check=True, text=True)
    return sorted(found.stdout.split())


@pytest.mark.parametrize("paper", [a4, roll])
def test_what_is_written_can_be_found_again(paper, tmp_path):
    text = words(paper(HOUSE, [card()], lambda _done: None), tmp_path)
    for wanted in ("Café Zürich", "CafeGuest", "Username", "guest1", "Passcode", "k3mn8pqr", "1 day", "500 MB"):
        assert wanted in text


def test_every_code_of_a_sheet_can_be_scanned(tmp_path):
    cards = [card(number) for number in range(24)]
    assert scanned(a4(HOUSE, cards, lambda _done: None), tmp_path) == sorted(each.url for each in cards)


def test_the_code_of_a_slip_can_be_scanned(tmp_path):
    assert scanned(roll(HOUSE, [card(7)], lambda _done: None), tmp_path) == [card(7).url]


def test_a_sheet_holds_twenty_four_and_a_slip_one(tmp_path):
    told = []
    assert pages(a4(HOUSE, [card(number) for number in range(25)], told.append)) == 2
    assert told == list(range(1, 26))
    assert COLUMNS * ROWS == 24
    assert pages(roll(HOUSE, [card(number) for number in range(3)], told.append)) == 3


def test_a_single_code_is_printed_as_one_word(tmp_path):
    text = words(a4(HOUSE, [card(passcode="guest1", single=True)], lambda _done: None), tmp_path)
    assert "Code" in text
    assert "Passcode" not in text


def test_without_an_address_there_is_no_code(tmp_path):
    plain = a4(HOUSE, [card(url="")], lambda _done: None)
    assert len(plain.content) < len(a4(HOUSE, [card()], lambda _done: None).content)
    assert "guest1" in words(plain, tmp_path)


@pytest.mark.parametrize("script", ["Grüße Œuvre", "Ξενοδοχείο", "Гостиница", "ห้องพัก", "欢迎光临", "مقهى"])
def test_other_scripts_are_printed_in_embedded_fonts(script):
    printed = a4(Heading(script), [card(lines=(script,))], lambda _done: None)
    assert printed.missing == ""
    assert printed.content.count(b"/FontFile2") >= 1


def test_arabic_letters_are_joined(tmp_path):
    text = words(a4(Heading("مقهى"), [card()], lambda _done: None), tmp_path)
    assert any(form in text for form in ("مقهى", "ىهقم", "ﻣﻘﻬﻰ"))


def test_a_character_without_a_font_is_told():
    assert a4(Heading("Café \U00013000"), [card()], lambda _done: None).missing == "\U00013000"


def test_without_any_installed_font_latin_is_printed_all_the_same(tmp_path):
    pdf = FPDF()
    fonts = Fonts(pdf, ["Café 欢"], tmp_path)
    assert (fonts.family, fonts.missing, fonts.fit("Café 欢")) == ("helvetica", "欢", "Café ?")


def test_what_is_too_long_is_cut_within_its_card(tmp_path):
    long = "w" * 64
    text = words(a4(HOUSE, [card(username=long), card(2)], lambda _done: None), tmp_path)
    assert long not in text
    assert "…" in text
    assert "guest2" in text


def test_the_same_cards_make_the_same_pages():
    first, second = (a4(HOUSE, [card()], lambda _done: None).content for _ in range(2))
    dates = re.compile(rb"/(CreationDate \(D:[^)]*\)|ID \[[^\]]*\])")
    assert dates.sub(b"", first) == dates.sub(b"", second)


def test_the_fonts_that_the_package_names_are_where_debian_puts_them():
    assert all(Path(f"/usr/share/fonts/truetype/{path}").exists() for path in ("dejavu/DejaVuSans.ttf", "tlwg/Loma.ttf"))
