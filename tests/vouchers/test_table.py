"""A table of vouchers is read as people write them, and every fault is named by its line and column."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.vouchers import table
from routerd.vouchers.table import COLUMNS, read


def taken(text):
    return read(text.encode(), lambda cell: cell)


def wrong(text):
    return [(problem.line, problem.column) for problem in taken(text).problems]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_columns_may_stand_in_any_order_and_be_set_apart_in_three_ways(mark):
    found = taken(f"\ufeffPasscode{mark}username{mark}down_limit_mb\r\np1{mark}u1{mark}500\r\n{mark}u2{mark}\r\n")
    assert found.problems == []
    assert [(new.username, new.passcode, new.download_limit_mb) for new in found.wanted] == [("u1", "p1", 500), ("u2", None, None)]
    assert found.lines == [2, 3]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ("valid_for\n1 fortnight", "valid_for"),
        ("valid_from\nyesterday", "valid_from"),
        ("valid_from\n2026-02-30", "valid_from"),
        ("devices\n0", "devices"),
        ("devices\n1e3", "devices"),
        ("down_kbit\n-1", "down_kbit"),
        ("up_limit_mb\n99999999999999999999", "up_limit_mb"),
        ("username\nzero\u200bwidth", "username"),
        (f"comment\n{'x' * 256}", "comment"),
    ],
)
def test_a_wrong_cell_is_named_with_what_would_be_right(cells, column):
    (problem,) = taken(cells).problems
    assert (problem.line, problem.column) == (2, column)
    assert problem.found
    assert problem.expected


def test_every_wrong_row_is_told_not_only_the_first():
    assert wrong("username,devices\na,x\nb,2\nc,0\nd\nA,1\n") == [(2, "devices"), (4, "devices"), (5, ""), (6, "username")]


@pytest.mark.parametrize(
    "text", ["", "\n", "user,pass\na,b\n", "username,username\na,b\n", "username\n" + "x\n" * 2 + '"open\n', "a;b\n1;2\n"]
)
def test_a_file_that_is_no_table_of_vouchers_is_refused(text):
    assert taken(text).problems


def test_what_is_not_utf8_is_told_with_its_line():
    (problem,) = read("username\nGäst\n".encode("latin-1"), str).problems
    assert (problem.line, problem.expected) == (2, "a file saved as CSV UTF-8")


def test_more_rows_than_are_taken_at_once_are_refused(monkeypatch):
    monkeypatch.setattr(table, "ROWS_MOST", 2)
    assert wrong("username\na\nb\n") == []
    assert wrong("username\na\nb\nc\nd\n") == [(4, "")]


@given(st.binary(max_size=300))
def test_whatever_is_handed_in_it_is_read_or_refused(octets):
    found = read(octets, str)
    assert found.problems or all(new is not None for new in found.wanted)


@given(st.text(alphabet='",;\t\n\r\x00ab=', max_size=80))
def test_whatever_stands_below_a_good_header_it_is_read_or_refused(body):
    found = taken(f"{','.join(COLUMNS)}\n{body}")
    assert len(found.wanted) == len(found.lines)
