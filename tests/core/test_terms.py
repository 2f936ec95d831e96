"""Words that domains share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.core.durations import VALIDITIES, routeros_duration
from routerd.core.errors import BadInput
from routerd.core.terms import mac_address


@pytest.mark.parametrize("text", ["A1:B2:C3:D4:E5:F6", "a1-b2-c3-d4-e5-f6", "a1b2.c3d4.e5f6", " a1b2c3d4e5f6 "])
def test_every_usual_notation_of_a_mac_is_understood(text: str) -> None:
    assert mac_address(text) == "a1:b2:c3:d4:e5:f6"


@pytest.mark.parametrize("text", ["", "a1:b2:c3:d4:e5", "g1:b2:c3:d4:e5:f6", "a1:b2:c3:d4:e5:f6:00"])
def test_what_is_no_mac_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="is not a MAC address"):
        mac_address(text)


@given(st.binary(min_size=6, max_size=6))
def test_a_mac_reads_back(octets: bytes) -> None:
    text = octets.hex(":")
    assert mac_address(text.upper()) == text


def test_the_documented_validities_and_no_others() -> None:
    assert len(VALIDITIES) == 1 + 23 + 30 + 11
    assert VALIDITIES["always"] is None
    assert VALIDITIES["23 hours"] == 23 * 3600
    assert VALIDITIES["365 days"] == 365 * 86400
    assert "1 hours" not in VALIDITIES
    assert "24 hours" not in VALIDITIES
    assert "31 days" not in VALIDITIES


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (-3, "0s"), (45.9, "45s"), (920, "15m20s"), (33165, "9h12m45s"), (43530, "12h05m30s"), (90061, "1d1h01m01s")],
)
def test_durations_read_as_documented(seconds: float, text: str) -> None:
    assert routeros_duration(seconds) == text
