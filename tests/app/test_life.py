"""The daemon's life: signals end it, a faulty reload changes nothing, a part that cannot start takes the others down."""

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from routerd.app.life import live
from routerd.app.run import Noted
from routerd.app.supervisor import Supervisor
from routerd.core.edge import SiteSettings
from routerd.core.errors import Misconfigured
from routerd.core.settings import Settings


class Step:
    """A part that writes down what happens to it."""

    def __init__(self, name: str, journal: list[str], *, broken: bool = False) -> None:
        self.name = name
        self._journal = journal
        self._broken = broken

    def start(self) -> None:
        if self._broken:
            raise Misconfigured(f"{self.name} is broken")
        self._journal.append(f"start {self.name}")

    def stop(self, *, again: bool = False) -> None:
        self._journal.append(f"stop {self.name}{' for another' if again else ''}")

    def adopt(self, _before: Settings, fresh: Settings) -> bool:
        """Only what has sites is read again while it runs."""
        if fresh.sites:
            self._journal.append(f"{self.name} goes on")
        return bool(fresh.sites)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def send(*numbers: int) -> None:
    def later() -> None:
        for number in numbers:
            time.sleep(0.05)
            os.kill(os.getpid(), number)

    threading.Thread(target=later).start()


def test_parts_start_in_order_and_stop_in_reverse() -> None:
    journal: list[str] = []
    supervisor = Supervisor([Step("a", journal), Step("b", journal)])
    supervisor.start()
    supervisor.stop()
    assert journal == ["start a", "start b", "stop b", "stop a"]


def test_a_part_that_cannot_start_takes_the_started_ones_down() -> None:
    journal: list[str] = []
    supervisor = Supervisor([Step("a", journal), Step("b", journal, broken=True), Step("c", journal)])
    with pytest.raises(Misconfigured):
        supervisor.start()
    assert journal == ["start a", "stop a"]


def test_sigterm_ends_it_with_status_0() -> None:
    journal: list[str] = []
    send(signal.SIGTERM)
    assert live(Settings(), lambda _: Step("app", journal), lambda: None) == 0
    assert journal == ["start app", "stop app"]


def test_a_start_that_fails_ends_it_with_status_1() -> None:
    assert live(Settings(), lambda _: Step("app", [], broken=True), lambda: None) == 1


def test_a_faulty_file_at_sighup_changes_nothing() -> None:
    journal: list[str] = []
    send(signal.SIGHUP, signal.SIGTERM)
    assert live(Settings(), lambda _: Step("app", journal), lambda: None) == 0
    assert journal == ["start app", "stop app"]


def test_a_good_file_at_sighup_replaces_the_application() -> None:
    journal: list[str] = []
    names = iter(["old", "new"])
    send(signal.SIGHUP, signal.SIGTERM)
    assert live(Settings(), lambda _: Step(next(names), journal), Settings) == 0
    assert journal == ["start old", "stop old for another", "start new", "stop new"]


def test_what_can_be_taken_over_at_sighup_stops_nothing_unless_a_backup_waits() -> None:
    journal: list[str] = []
    fresh = Settings(sites=(SiteSettings("main", ("example.com",)),))
    send(signal.SIGHUP, signal.SIGTERM)
    assert live(Settings(), lambda _: Step("app", journal), lambda: fresh) == 0
    assert journal == ["start app", "app goes on", "stop app"]
    journal.clear()
    send(signal.SIGHUP, signal.SIGTERM)
    waiting = lambda _: Noted(lambda: Step("app", journal), [], must_end=lambda: True)  # noqa: E731
    assert live(Settings(), waiting, lambda: fresh) == 0
    assert journal == ["start app", "stop app for another", "start app", "stop app"]


def test_when_the_new_one_does_not_start_the_old_one_goes_on() -> None:
    journal: list[str] = []
    made = iter([Step("old", journal), Step("new", journal, broken=True), Step("old", journal)])
    send(signal.SIGHUP, signal.SIGTERM)
    assert live(Settings(), lambda _: next(made), Settings) == 0
    assert journal == ["start old", "stop old for another", "start old", "stop old"]


def test_sigusr1_starts_anew_with_the_settings_in_force() -> None:
    journal: list[str] = []
    settings, built = Settings(), []
    send(signal.SIGUSR1, signal.SIGTERM)

    def build(given: Settings) -> Step:
        built.append(given)
        return Step(f"app {len(built)}", journal)

    def load() -> Settings:
        raise AssertionError("the file is not read again")

    assert live(settings, build, load) == 0
    assert built == [settings, settings]
    assert journal == ["start app 1", "stop app 1 for another", "start app 2", "stop app 2"]


def test_why_a_start_failed_is_told_to_the_next() -> None:
    troubles: list[str] = []
    app = Noted(lambda: Step("app", [], broken=True), troubles)
    with pytest.raises(Misconfigured):
        app.start()
    assert troubles == ["app is broken"]
