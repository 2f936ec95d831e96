"""`routerd bans`, `ban` and `unban`, through a box's control socket, with the real bans behind it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from routerd.__main__ import main
from routerd.bans.service import Bans
from routerd.control.guarding import build
from routerd.control.place import socket_path
from routerd.core.ruling import Ruling
from routerd.store.database import Store
from routerd.web.server import WebServer, bind_unix
from tests.fakes.clock import FakeClock


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "routerd.toml").write_text(f'[daemon]\nrun_dir = "{tmp_path}/run"\n')
    return tmp_path


def serving(place: Path, bans: Bans | None, clock: FakeClock) -> WebServer:
    server = WebServer("control", build(clock, dict, None, bans), [bind_unix(socket_path(str(place / "run")))], 1)
    server.start()
    return server


@pytest.fixture
def bans(place: Path) -> Iterator[Bans]:
    clock, store = FakeClock(), Store(f"sqlite:///{place / 'store.db'}")
    store.start()
    found = Bans(store, clock, (), lambda: ["192.0.2.1"], None)
    server = serving(place, found, clock)
    yield found
    server.stop()
    store.stop()


def run(place: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main([*words, "--config", str(place / "routerd.toml")])
    return status, *capsys.readouterr()


def test_who_a_protection_banned_is_listed_and_let_in_again(place: Path, bans: Bans, capsys: pytest.CaptureFixture[str]) -> None:
    bans.ban(b"2001:db8::7", 90, Ruling("block", "cc_3", "too\x1bmany", "cc"))
    _, shown, _ = run(place, capsys, "bans")
    heading, line = shown.splitlines()
    assert heading.split() == ["CLIENT", "SINCE", "LEFT", "RULE", "REASON"]
    assert line.startswith("2001:db8::/64 ")
    assert line.endswith("1m30s  cc_3  too?many")
    assert run(place, capsys, "unban", "2001:db8::9")[:2] == (0, "2001:db8::/64 may come in again\n")
    assert bans.banned(b"2001:db8::7") is None
    assert json.loads(run(place, capsys, "bans", "--json")[1]) == {"bans": []}


def test_a_ban_by_hand_lasts_an_hour_unless_said_otherwise(place: Path, bans: Bans, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(place, capsys, "ban", "203.0.113.7")[:2] == (0, "banned 203.0.113.7 for 1h00m00s\n")
    assert run(place, capsys, "ban", "203.0.113.8", "--seconds", "60", "--reason", "spam")[:2] == (0, "banned 203.0.113.8 for 1m00s\n")
    told = json.loads(run(place, capsys, "bans", "--json")[1])["bans"]
    assert [(each["client"], each["seconds_left"], each["reason"]) for each in told] == [
        ("203.0.113.8", 60, "spam"),
        ("203.0.113.7", 3600, "banned by hand"),
    ]
    assert bans.banned(b"203.0.113.7") is not None


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["unban", "203.0.113.7"], 1, "203.0.113.7 is not banned"),
        (["unban", "the office"], 2, "is no address; expected one such as 203.0.113.7"),
        (["ban", "192.0.2.1"], 1, "this machine's own, or a trusted proxy's"),
        (["ban", "203.0.113.7", "--seconds", "0"], 2, "seconds is 0; expected 1 to"),
    ],
)
def test_what_cannot_be_done_is_said(
    place: Path, bans: Bans, capsys: pytest.CaptureFixture[str], words: list[str], status: int, said: str
) -> None:
    assert bans.listing() == []
    came, _, error = run(place, capsys, *words)
    assert (came, said in error) == (status, True), error


def test_a_box_without_sites_says_so(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = serving(place, None, FakeClock())
    status, _, error = run(place, capsys, "bans")
    server.stop()
    assert status == 1
    assert "no [edge] section" in error
