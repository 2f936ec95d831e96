"""Signals are heard whichever thread they arrive in."""

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from routerd.app.signals import Ear


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGUSR1)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_signal_that_another_thread_receives_wakes_the_one_that_waits() -> None:
    with Ear((signal.SIGHUP,)) as ear:

        def receive() -> None:
            time.sleep(0.1)
            signal.pthread_kill(threading.get_ident(), signal.SIGHUP)

        thread = threading.Thread(target=receive)
        thread.start()
        began = time.monotonic()
        assert ear.wait(30) == {signal.SIGHUP}
        assert time.monotonic() - began < 20
        thread.join()


def test_what_came_meanwhile_is_heard_at_once_and_only_once() -> None:
    with Ear((signal.SIGHUP, signal.SIGUSR1)) as ear:
        for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGHUP):
            os.kill(os.getpid(), number)
        assert ear.wait(30) == {signal.SIGHUP, signal.SIGUSR1}
        assert ear.wait(0) == set()


def test_whoever_listened_before_does_so_again() -> None:
    before = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(before)
    with Ear((signal.SIGHUP,)):
        pass
    assert signal.set_wakeup_fd(before) == before
