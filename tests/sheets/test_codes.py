"""A code is one that telephones find; that they read it, `tests.asides.test_printing` shows with a reader."""

from hypothesis import given, settings
from hypothesis import strategies as st

from routerd.sheets.codes import code


@given(st.text(min_size=1, max_size=200))
@settings(max_examples=40, deadline=None)
def test_a_code_has_its_finder_patterns_and_stays_within_itself(text):
    drawn = code(text)
    dark = {(x + at, y) for x, y, length in drawn.runs for at in range(length)}
    assert all(0 <= x < drawn.size and 0 <= y < drawn.size for x, y in dark)
    for left, top in ((0, 0), (drawn.size - 7, 0), (0, drawn.size - 7)):
        assert all((left + at, top) in dark for at in range(7))
    assert drawn.path.startswith("M0 0.5h7")
