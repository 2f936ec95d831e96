"""Parameters, whatever way they came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.api.fields import shown, text, whole
from routerd.core.errors import BadInput
from routerd.web.moments import local, moment


@pytest.mark.parametrize(("value", "kept"), [("a", "a"), (" a b ", "a b"), ("", None), ("  ", None), (None, None), ("0", "0")])
def test_a_text_is_trimmed_and_empty_is_not_set(value, kept):
    assert text({"x": value}, "x") == kept
    assert text({}, "x") is None


@pytest.mark.parametrize(("value", "kept"), [(5, 5), ("5", 5), (" -5 ", -5), ("+5", 5), ("007", 7), ("", None), (None, None), (0, 0)])
def test_a_whole_number_may_be_written_as_a_text(value, kept):
    assert whole({"x": value}, "x") == kept


@pytest.mark.parametrize("value", [True, 1.0, "1.0", "0x10", "٣", "1_000", [], {}, "--1", "+"])
def test_anything_else_is_no_whole_number(value):
    with pytest.raises(BadInput, match=r"x: found .* expected a whole number"):
        whole({"x": value}, "x")


@given(st.integers())
def test_every_integer_comes_back(value):
    assert whole({"x": str(value)}, "x") == value == whole({"x": value}, "x")


@given(st.integers(946_771_200, 4_102_358_400))  # 2000-01-02 to 2099-12-31
def test_every_moment_that_is_shown_is_understood(at):
    written = local(at)
    assert local(moment("x", written)) == written


@given(st.recursive(st.text() | st.integers() | st.floats() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_what_was_found_is_shown_short_and_encodable(value):
    assert len(shown(value).encode()) <= 61 * 4


def test_half_a_character_is_shown_as_a_question_mark():
    assert shown("\ud800") == '"?"'
