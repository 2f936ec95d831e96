"""The bus hands events over in order, and one bad handler hurts nobody else."""

import logging
import threading

import pytest

from routerd.core.errors import Unavailable
from routerd.core.events import Bus, CloneSuspected
from routerd.core.parts import Every
from routerd.core.terms import Device

EVENT = CloneSuspected(Device("a1:b2:c3:d4:e5:f6", "192.168.88.10", "main"), "two ports")


def test_handlers_hear_in_the_order_of_the_table() -> None:
    heard: list[str] = []
    bus = Bus()
    bus.publish(EVENT)
    bus.connect({CloneSuspected: (lambda _: heard.append("first"), lambda _: heard.append("second"))})
    bus.publish(EVENT)
    assert heard == ["first", "second"]


def test_a_handler_that_raises_is_logged_and_the_next_still_hears(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[object] = []

    def broken(_: object) -> None:
        raise ValueError("no")

    bus = Bus()
    bus.connect({CloneSuspected: (broken, heard.append)})
    with caplog.at_level(logging.ERROR):
        bus.publish(EVENT)
    assert heard == [EVENT]
    assert "a handler of CloneSuspected failed" in caplog.text


def test_a_round_that_fails_is_followed_by_the_next(caplog: pytest.LogCaptureFixture) -> None:
    rounds: list[int] = []
    done = threading.Event()

    def work() -> float:
        rounds.append(len(rounds))
        if len(rounds) == 1:
            raise ValueError("no")
        if len(rounds) == 3:
            done.set()
        return 0.001

    every = Every("rounds", work, 0.001)
    with caplog.at_level(logging.ERROR):
        every.start()
        assert done.wait(5)
        every.stop()
    assert "rounds: a round failed" in caplog.text


def test_the_same_trouble_outside_is_told_once_until_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    outcomes = iter(["gone", "gone", "", "gone", "other"])
    done = threading.Event()

    def work() -> float:
        trouble = next(outcomes, None)
        if trouble is None:
            done.set()
        elif trouble:
            raise Unavailable(trouble)
        return 0.001

    every = Every("outside", work, 0.001)
    with caplog.at_level(logging.WARNING):
        every.start()
        assert done.wait(5)
        every.stop()
    assert [record.message for record in caplog.records] == [
        "outside: gone; trying again",
        "outside: gone; trying again",
        "outside: other; trying again",
    ]


def test_waking_calls_at_once() -> None:
    called = threading.Semaphore(0)

    def work() -> None:
        called.release()

    every = Every("sleepy", work, 3600)
    every.start()
    assert called.acquire(timeout=5)
    every.wake()
    assert called.acquire(timeout=5)
    every.stop()
