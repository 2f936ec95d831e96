import pytest

from routerd.core.terms import MIB
from routerd.portal.words import clock_words, data_words, duration_words, speed_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (-5, "0 seconds"),
        (1, "1 second"),
        (59.9, "59 seconds"),
        (60, "1 minute"),
        (3599, "59 minutes"),
        (3600, "1 hour"),
        (3905, "1 hour 5 minutes"),
        (86_400, "1 day"),
        (86_460, "1 day 1 minute"),
        (2 * 86_400 + 3 * 3600 + 240, "2 days 3 hours"),
    ],
)
def test_durations(seconds, words) -> None:
    assert duration_words(seconds) == words


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (-1, "0 MB"),
        (0, "0 MB"),
        (MIB // 2, "0.5 MB"),
        (MIB, "1 MB"),
        (12 * MIB, "12 MB"),
        (1023 * MIB, "1023 MB"),
        (1024 * MIB, "1 GB"),
        (1536 * MIB, "1.5 GB"),
    ],
)
def test_data(octets, words) -> None:
    assert data_words(octets) == words


@pytest.mark.parametrize(("kbit", "words"), [(0, "not limited"), (512, "512 kbit/s"), (1000, "1 Mbit/s"), (2500, "2.5 Mbit/s")])
def test_speeds(kbit, words) -> None:
    assert speed_words(kbit) == words


def test_a_time_today_and_on_another_day() -> None:
    noon = 1_750_075_200
    assert len(clock_words(noon + 60, noon)) == len("14:05")
    assert len(clock_words(noon + 3 * 86_400, noon)) == len("2025-06-16 14:05")
