"""What clients can cause often is logged seldom."""

import logging

import pytest

from routerd.edge.complaints import EVERY_S, KINDS_MOST, Complaints


def test_a_kind_is_told_at_once_and_then_once_in_a_while_with_the_number_left_out(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    complaints = Complaints()
    for now in (0.0, 1.0, EVERY_S - 0.1, EVERY_S, EVERY_S + 1):
        complaints.tell(now, "main", "no answer")
    assert caplog.messages == ["main: no answer", "main: no answer (2 more since the last time)"]


def test_sites_and_reasons_are_told_apart(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    complaints = Complaints()
    for site, reason in (("main", "a"), ("main", "b"), ("shop", "a"), ("main", "a")):
        complaints.tell(0.0, site, reason, logging.WARNING)
    assert caplog.messages == ["main: a", "main: b", "shop: a"]
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


def test_kinds_are_bounded() -> None:
    complaints = Complaints()
    for at in range(3 * KINDS_MOST):
        complaints.tell(0.0, "main", f"reason {at}")
    assert len(complaints._said) <= KINDS_MOST
