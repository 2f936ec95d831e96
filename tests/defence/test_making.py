"""Rules are in use before the databases of their patterns are; these take their place when they have come, and only the newest."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from routerd.core.errors import Unavailable
from routerd.core.frames import Frame
from routerd.defence.kept import OneGate
from routerd.defence.making import Making
from routerd.defence.model import PLAIN
from routerd.defence.rulesets import Recipe, RuleSets
from routerd.defence.shelf import Shelf
from routerd.waf.engine import compiled
from routerd.waf.gate import order, scanner
from routerd.waf.request import Request
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.skipif(not scanner.is_available(), reason="Hyperscan is not installed")

WAIT_S = 20
RULE = 'SecRule ARGS "@rx {word}[0-9]" "id:1,phase:1,deny,status:403"\n'


def until(said: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not said():
        assert time.monotonic() < end
        time.sleep(0.005)


class Maker:
    """Carries orders out when it is let."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.asked: list[Mapping[str, Any]] = []
        self.given_up = 0
        self.dismissed = 0
        self.fails = False

    def ask(self, words: Mapping[str, Any], *, wait_s: float, told: Callable[[int], None] | None = None) -> Frame:
        assert wait_s > 60
        assert told is not None
        self.asked.append(words)
        while not self.go.wait(0.01):
            try:
                told(0)
            except Exception:
                self.given_up += 1
                raise
        if self.fails:
            raise Unavailable("it has ended")
        return Frame({}, order.carried_out(words))

    def dismiss(self) -> None:
        self.dismissed += 1

    def stop(self) -> None:
        self.fails = True
        self.go.set()


class World:
    def __init__(self, place: Path) -> None:
        self.file = place / "a.conf"
        self.maker = Maker()
        self.making = Making(self.maker)
        self.kept = place / "kept"
        self.gates = OneGate(self.kept, self.making)
        self.rules = RuleSets(Recipe((str(self.file),), partial(compiled, matchers=self.gates)), Shelf(None), FakeClock())

    def load(self, word: str) -> None:
        self.file.write_text(RULE.format(word=word))
        assert self.rules.load(PLAIN) == ()

    def refuses(self, value: bytes) -> bool:
        loaded = self.rules.current(PLAIN)
        assert loaded is not None
        return loaded.rules.begin(Request(b"GET", b"/?q=" + value), 0.0).headers() is not None

    def told(self) -> tuple[str, bool]:
        return self.rules.state.matcher, self.rules.state.making


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.making.stop()


def test_literals_serve_until_the_databases_have_come(world: World) -> None:
    world.load("word")
    assert world.told() == ("literals", True)
    under_way = world.rules.current(PLAIN)
    assert (world.refuses(b"word1"), world.refuses(b"words")) == (True, False)
    world.maker.go.set()
    until(lambda: world.told() == ("hyperscan", False))
    assert world.rules.current(PLAIN) is under_way, "rules are not compiled again for it"
    assert (world.refuses(b"word1"), world.refuses(b"words")) == (True, False)
    assert world.maker.dismissed == 1
    again = OneGate(world.kept, world.making)
    anew = RuleSets(Recipe((str(world.file),), partial(compiled, matchers=again)), Shelf(None), FakeClock())
    assert anew.load(PLAIN) == ()
    assert (anew.state.matcher, anew.state.making, len(world.maker.asked)) == ("hyperscan", False, 1)


def test_what_newer_rules_do_not_need_is_not_made_to_the_end(world: World) -> None:
    world.load("first")
    world.load("second")
    until(lambda: world.maker.given_up == 1)
    assert world.told() == ("literals", True)
    assert (world.refuses(b"first1"), world.refuses(b"second1")) == (False, True)
    world.maker.go.set()
    until(lambda: world.told() == ("hyperscan", False))
    assert (world.refuses(b"first1"), world.refuses(b"second1")) == (False, True)
    assert [path.is_file() for path in world.kept.iterdir()] == [True]


def test_rules_go_on_as_they_are_when_nothing_comes(world: World) -> None:
    world.maker.fails = True
    world.maker.go.set()
    world.load("word")
    until(lambda: world.told() == ("literals", False))
    assert world.refuses(b"word1")
    world.maker.fails = False
    world.load("other")
    until(lambda: world.told() == ("hyperscan", False))


def test_an_answer_that_is_none_changes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "carried_out", lambda _words: b"something else")
    world.maker.go.set()
    world.load("word")
    until(lambda: world.told() == ("literals", False))
    assert world.refuses(b"word1")
    assert not world.kept.exists()
