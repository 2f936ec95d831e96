"""Attempts slow whoever keeps failing, and nobody else, in bounded memory."""

import pytest

from routerd.core.errors import Limited
from routerd.web.limits import Attempts


class Watch:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.at = 1000.0

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at


def failing(attempts: Attempts, times: int, key: str = "a") -> None:
    for _ in range(times):
        attempts.failed(key)


def test_the_fifth_failure_starts_a_pause_and_others_go_on() -> None:
    watch = Watch()
    attempts = Attempts(watch, most=5, window_s=300, pause_s=30)
    failing(attempts, 4)
    attempts.check("a")
    failing(attempts, 1)
    with pytest.raises(Limited) as refused:
        attempts.check("b", "a")
    assert refused.value.retry_after_s == 30
    attempts.check("b")


def test_the_pause_grows_with_each_further_failure() -> None:
    watch = Watch()
    attempts = Attempts(watch, most=5, window_s=300, pause_s=30)
    failing(attempts, 5)
    watch.at += 30
    attempts.check("a")
    failing(attempts, 1)
    with pytest.raises(Limited) as refused:
        attempts.check("a")
    assert refused.value.retry_after_s == 60


def test_a_quiet_window_forgives() -> None:
    watch = Watch()
    attempts = Attempts(watch, most=5, window_s=300, pause_s=30)
    failing(attempts, 5)
    watch.at += 331
    failing(attempts, 1)
    attempts.check("a")
    failing(attempts, 3)
    attempts.check("a")


def test_memory_is_bounded() -> None:
    attempts = Attempts(Watch(), most=1, window_s=300, keys_most=100)
    for number in range(1000):
        attempts.failed(str(number))
    attempts.check("0")
    with pytest.raises(Limited):
        attempts.check("999")
