"""The files of one box, with a database in use."""

import threading
from pathlib import Path

from routerd.core.jobs import Progress
from routerd.identity.vault import Vault
from routerd.store.database import Store
from routerd.upkeep.archive import BOX_KEY, CONFIG, STORE, TUNNEL_KEY, Manifest, Places
from routerd.upkeep.service import Backups
from tests.fakes.clock import FakeClock

PASSPHRASE = "correct horse battery"


class Box:
    """A box in a directory of its own."""

    def __init__(self, place: Path, *guests: str, config: str = "# one\n") -> None:
        place.mkdir(exist_ok=True)
        self.place = place
        self.places = Places(
            place,
            {STORE: place / "routerd.db", BOX_KEY: place / "box.key", TUNNEL_KEY: place / "tunnel.key", CONFIG: place / "routerd.toml"},
        )
        (place / "box.key").write_bytes(place.name.encode().ljust(32, b"."))
        (place / "routerd.toml").write_text(config)
        self.faults: list[str] = []
        self.clock = FakeClock()
        self.store = self.open()
        for guest in guests:
            self.add(guest)

    def open(self) -> Store:
        self.store = Store(f"sqlite:///{self.place}/routerd.db")
        self.store.start()
        return self.store

    def add(self, mac: str) -> None:
        def work() -> None:
            self.store.db.execute_sql(
                "INSERT INTO free_user (mac, created_at, visits, last_modified, grant_started_at) VALUES (?, 1, 1, 1, 1)", (mac,)
            )

        self.store.write(work)

    def guests(self) -> list[str]:
        return sorted(row[0] for row in self.store.db.execute_sql("SELECT mac FROM free_user"))

    @property
    def backups(self) -> Backups:
        return Backups(
            self.places, Vault(), self.clock, lambda now: Manifest(now, "0.1.0", self.place.name, ("main",)), lambda _: self.faults
        )

    def backup(self, progress: Progress | None = None) -> bytes:
        steps = progress or Progress(lambda *_: None, threading.Event())
        return self.backups.made(PASSPHRASE)(steps).content

    def hand_in(self, content: bytes, piece: int = 100_000) -> Backups:
        backups = self.backups
        for at in range(0, len(content), piece):
            assert backups.receive(at, content[at : at + piece]) == min(len(content), at + piece)
        return backups

    def restart(self, trouble: str = "", *, comes_up: bool = True) -> None:
        """Between two runs of the daemon."""
        self.store.stop()
        exchange = self.backups.exchange
        exchange.settle(int(self.clock.now()), trouble)
        self.open()
        if comes_up:
            exchange.confirm(int(self.clock.now()))
