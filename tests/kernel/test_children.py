"""Children that are held by pidfd: started, adopted, ended, and never confused with another process."""

import signal
import sys
import time
from pathlib import Path

import pytest

from routerd.core.errors import Misconfigured, Unavailable
from routerd.kernel import children

SLEEPER = ["/bin/sleep", "60"]


@pytest.fixture
def errors(tmp_path: Path) -> Path:
    return tmp_path / "stderr"


def test_a_child_runs_until_it_is_ended(errors: Path) -> None:
    child = children.spawn(SLEEPER, errors)
    assert not child.wait(0)
    child.end(2)
    assert child.wait(0)
    assert children.command_line(child.pid) == []


def test_one_that_ignores_being_asked_is_killed(errors: Path) -> None:
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(60)"
    child = children.spawn([sys.executable, "-c", stubborn + ""], errors)
    while not children.command_line(child.pid):
        pass
    child.wait(0.3)
    child.end(0.3)
    assert child.wait(0)


def test_what_it_says_on_stderr_is_kept(errors: Path) -> None:
    child = children.spawn(["/bin/sh", "-c", "echo broken >&2; exit 3"], errors)
    assert child.wait(5)
    child.forget()
    assert errors.read_text() == "broken\n"


def test_a_running_process_is_adopted_by_its_command_line_and_outlives_being_forgotten(errors: Path) -> None:
    child = children.spawn(SLEEPER, errors)
    adopted = _adopted(child.pid)
    assert adopted is not None
    adopted.forget()
    assert not child.wait(0)
    child.end(2)


def _adopted(pid: int) -> children.Child | None:
    """`adopt`, once the new process shows its command line: it may be started a moment before it does."""
    until = time.monotonic() + 1
    found = None
    while found is None and time.monotonic() < until:
        found = children.adopt(pid, SLEEPER)
    return found


@pytest.mark.parametrize("pid", [0, -1, 2**22 + 1])
def test_no_process_no_adoption(pid: int) -> None:
    assert children.adopt(pid, SLEEPER) is None


def test_another_process_under_that_pid_is_left_alone(errors: Path) -> None:
    child = children.spawn(SLEEPER, errors)
    assert children.adopt(child.pid, ["/bin/sleep", "61"]) is None
    assert not child.wait(0.1)
    child.end(2)


def test_a_signal_to_one_that_has_ended_is_no_error(errors: Path) -> None:
    child = children.spawn(["/bin/true"], errors)
    assert child.wait(5)
    child.signal(signal.SIGTERM)
    child.end(1)
    child.signal(signal.SIGTERM)


def test_a_program_that_is_missing_is_named_with_its_package(errors: Path) -> None:
    with pytest.raises(Misconfigured, match="apt install dnsmasq-base"):
        children.find_program("no-such-program", "dnsmasq-base")
    with pytest.raises(Unavailable):
        children.spawn(["/no/such/program"], errors)
