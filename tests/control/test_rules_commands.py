"""`routerd waf status` and `reload` tell of the running daemon's rules; a reload with faults ends with 1."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import bottle
import pytest

from routerd.__main__ import main
from routerd.control.answers import waf
from routerd.control.place import socket_path
from routerd.core.errors import RouterdError
from routerd.defence.rulesets import RulesState
from routerd.web.front import Front
from routerd.web.server import WebServer, bind_unix

GOOD = RulesState(
    ready=True, rules=636, sets=2, files=29, hash="abc", compiled_at=1.5, took_s=0.4, matcher="hyperscan", ejected=("920290: any",)
)


class Book:
    def __init__(self) -> None:
        self.state = GOOD
        self.next = GOOD

    def reload(self) -> RulesState:
        self.state = self.next
        return self.state


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "routerd.toml").write_text(f'[daemon]\nrun_dir = "{tmp_path}/run"\n')
    return tmp_path


def failure(status: int, error: RouterdError | None, message: str) -> object:
    del error
    return bottle.HTTPResponse(json.dumps({"message": message}), status)


def serving(place: Path, book: Book | None) -> WebServer:
    front = Front(failure)
    for method, path, answer in waf.routes(book):
        front.route(path, method, lambda answer=answer: json.dumps(answer()))
    server = WebServer("control", front, [bind_unix(socket_path(str(place / "run")))], 1)
    server.start()
    return server


@pytest.fixture
def book(place: Path) -> Iterator[Book]:
    found = Book()
    server = serving(place, found)
    yield found
    server.stop()


def test_the_state_is_told_in_words_and_as_json(place: Path, book: Book, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["waf", "status", "--config", str(place / "routerd.toml")]) == 0
    told = capsys.readouterr().out
    assert "636 rules of 29 files, abc\n" in told
    assert "asked each time: rule 920290: any\n" in told
    assert main(["waf", "status", "--json", "--config", str(place / "routerd.toml")]) == 0
    assert json.loads(capsys.readouterr().out)["sets"] == 2
    book.state = RulesState()
    assert main(["waf", "status", "--config", str(place / "routerd.toml")]) == 0
    assert "no rules are in use" in capsys.readouterr().out


def test_a_reload_ends_with_what_came_of_it(place: Path, book: Book, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["waf", "reload", "--config", str(place / "routerd.toml")]) == 0
    book.next = replace(GOOD, faults=("a.conf:1:1: no",), from_shelf=True)
    assert main(["waf", "reload", "--config", str(place / "routerd.toml")]) == 1
    told = capsys.readouterr().out
    assert "a.conf:1:1: no\n" in told
    assert "files that were good last" in told


def test_a_box_that_judges_nothing_says_so(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = serving(place, None)
    assert main(["waf", "reload", "--config", str(place / "routerd.toml")]) == 1
    server.stop()
    assert "nothing is judged here" in capsys.readouterr().err
