from pathlib import Path
from typing import Any

import pytest

from routerd.core.errors import Misconfigured
from routerd.core.settings import Settings, parse
from routerd.identity.actor import OWNER, Actor
from routerd.identity.audit import Audit
from routerd.identity.seal import Box
from routerd.preferences.service import Preferences
from routerd.store.database import Store
from tests.fakes.clock import FakeClock

FILE = """
[uplink]
interface = "wan0"
[[guest]]
name = "main"
interface = "guest0"
address = "192.168.88.1/24"
[portal]
title = "File"
[portal.free]
valid_for_s = 7200
"""
ADA = Actor("Ada", OWNER, "192.168.10.2")
METHODS = ("voucher", "free", "email", "oidc")


class FakeApplier:
    """Fulfils `preferences.ports.Applier`."""

    def __init__(self) -> None:
        self.served: list[Settings] = []
        self.restarts: list[set[str]] = []
        self.refusal = ""

    def live(self, settings: Settings) -> None:
        if self.refusal:
            raise Misconfigured(self.refusal)
        self.served.append(settings)

    def anew(self, sections: Any) -> None:
        self.restarts.append(set(sections))


class Desk:
    """One box through its starts."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.clock = FakeClock()
        self.applier = FakeApplier()
        self.store = Store(f"sqlite:///{directory}/routerd.db")
        self.store.start()

    def boot(self, text: str = FILE, trouble: str = "", *, comes_up: bool = True, **words: Any) -> Preferences:
        """Stop what runs and start with a file."""
        self.store.stop()
        self.store = Store(f"sqlite:///{self.directory}/routerd.db")
        settings, problems = parse(text)
        assert not problems
        assert settings is not None
        box = Box(self.directory / "box.key")
        preferences = Preferences(self.store, box, Audit(self.store, self.clock), self.clock, settings, METHODS, trouble=trouble, **words)
        preferences.applier = self.applier
        self.store.start()
        if comes_up:
            preferences.started()
        return preferences


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    yield desk
    desk.store.stop()
