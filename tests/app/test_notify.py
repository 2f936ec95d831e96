"""sd_notify reaches the service manager's socket, and is silent without one."""

import socket
from pathlib import Path

import pytest

from routerd.app import notify


def test_lines_reach_the_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        notify.ready()
        notify.alive()
        assert manager.recv(100).startswith(b"READY=1\nMAINPID=")
        assert manager.recv(100) == b"WATCHDOG=1"


def test_without_a_manager_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify.ready()


@pytest.mark.parametrize(("value", "expected"), [("10000000", 5.0), ("", None), ("x", None), ("0", None)])
def test_the_watchdog_is_fed_twice_as_often_as_asked(monkeypatch: pytest.MonkeyPatch, value: str, expected: float | None) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", value)
    assert notify.watchdog_s() == expected
