"""A gate that was kept is what was put there, or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.waf.gate.sealed import Sealed, Stored, closed, opened

GATE = Sealed({3: "it matches anything"}, (Stored((0, 2), b"main" * 10, b"lines"), Stored((1,), b"", b"more")))
CONTENT = closed("key", GATE)


def test_what_was_closed_is_opened() -> None:
    assert opened("key", CONTENT) == GATE


@pytest.mark.parametrize("content", [None, b"", CONTENT[:-1], CONTENT + b"x", CONTENT[20:], b"\0" * len(CONTENT)])
def test_what_is_not_whole_is_nothing(content: bytes | None) -> None:
    assert opened("key", content) is None


def test_what_was_kept_for_other_rules_is_nothing() -> None:
    assert opened("another", CONTENT) is None


@given(st.integers(0, len(CONTENT) - 1), st.integers(1, 255))
def test_what_has_been_changed_anywhere_is_nothing(at: int, change: int) -> None:
    changed = CONTENT[:at] + bytes((CONTENT[at] ^ change,)) + CONTENT[at + 1 :]
    assert opened("key", changed) is None
