"""A server that hangs holds up few guests, and nobody for long."""

import logging
import threading
import time

import pytest

from routerd.core.errors import Unavailable
from routerd.courier import pool as place
from routerd.courier.pool import CALLERS_MOST, WAITING_MOST, WORKERS, Pool


def stuck(gate: threading.Event):
    return lambda: gate.wait(10) and None


def refuse() -> None:
    raise Unavailable("421 no")


def test_the_caller_hears_how_it_went() -> None:
    done = []
    pool = Pool("test")
    pool.run(lambda: done.append(1))
    assert done == [1]
    with pytest.raises(Unavailable, match="421 no"):
        pool.run(refuse)


def test_what_nobody_expected_becomes_unavailable_and_the_worker_lives_on(caplog) -> None:
    pool = Pool("test")
    with pytest.raises(Unavailable, match="ZeroDivisionError"):
        pool.run(lambda: 1 // 0)
    pool.run(lambda: None)
    assert "handing a message over failed" in caplog.text


def test_a_slow_server_lets_the_caller_go_and_its_later_refusal_is_logged(caplog) -> None:
    caplog.set_level(logging.WARNING)
    gate = threading.Event()
    pool = Pool("test", patience_s=0.05)

    def late() -> None:
        gate.wait(10)
        refuse()

    begun = time.monotonic()
    pool.run(late)
    assert time.monotonic() - begun < 2
    gate.set()
    until = time.monotonic() + 5
    while "421 no" not in caplog.text and time.monotonic() < until:
        time.sleep(0.01)
    assert "a message was not handed over: 421 no" in caplog.text


def test_a_server_that_hangs_holds_up_only_so_many_callers_and_fills_only_so_long_a_line() -> None:
    gate = threading.Event()
    pool = Pool("test", patience_s=5)
    waiting = [threading.Thread(target=pool.run, args=(stuck(gate),)) for _ in range(CALLERS_MOST)]
    for thread in waiting:
        thread.start()
    until = time.monotonic() + 5
    while pool._callers._value and time.monotonic() < until:
        time.sleep(0.01)
    begun = time.monotonic()
    room = WAITING_MOST - (CALLERS_MOST - WORKERS)
    for _ in range(room):
        pool.run(stuck(gate))
    with pytest.raises(Unavailable, match="already wait"):
        pool.run(stuck(gate))
    assert time.monotonic() - begun < 2, "those who come later do not wait"
    gate.set()
    for thread in waiting:
        thread.join(5)


def test_workers_go_when_there_is_nothing_to_do_and_come_back(monkeypatch) -> None:
    monkeypatch.setattr(place, "IDLE_S", 0.05)
    pool = Pool("idle pool")
    pool.run(lambda: None)
    until = time.monotonic() + 5
    while any(thread.name == "idle pool" for thread in threading.enumerate()) and time.monotonic() < until:
        time.sleep(0.01)
    assert pool._workers == 0
    pool.run(lambda: None)
