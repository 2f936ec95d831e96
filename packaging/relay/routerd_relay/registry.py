"""The boxes that may use this relay: key, loopback address, name. Kept in SQLite, because two commands may run at once.

A name belongs to one box at a time, whoever asks first; a withdrawn name is never given again. Nothing here touches sshd or nginx.
"""

import contextlib
import ipaddress
import re
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass

from routerd_relay.settings import Settings, Wrong

LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
NAME = re.compile(r"[0-9a-f]{10,32}")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS box (
    label TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL UNIQUE,
    address INTEGER NOT NULL UNIQUE,
    name TEXT UNIQUE,
    get_allowed INTEGER NOT NULL DEFAULT 0,
    enrolled_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS withdrawn (name TEXT PRIMARY KEY, at INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Box:
    """One box.

    Attributes:
        label: what the operator calls it.
        key: type and base64 of its public key.
        fingerprint: SHA-256 of the key in URL-safe base64 without padding.
        address: its loopback address.
        name: below the domain; empty until it first connected.
        get_allowed: whether its owner takes GET.
        enrolled_at: seconds since the epoch.
    """

    label: str
    key: str
    fingerprint: str
    address: str
    name: str
    get_allowed: bool
    enrolled_at: int


class Registry:
    """Reads and changes the table.

    Args:
        settings: where it is, and the pool of addresses.
    """

    def __init__(self, settings: Settings) -> None:
        self._pool = settings.pool
        self._db = sqlite3.connect(settings.state / "relay.db", timeout=10, isolation_level=None)
        self._db.executescript(_SCHEMA)

    def boxes(self) -> list[Box]:
        """All of them, by label."""
        rows = self._db.execute("SELECT label, key, fingerprint, address, name, get_allowed, enrolled_at FROM box ORDER BY label")
        return [_box(row) for row in rows]

    def get(self, label: str) -> Box:
        """One of them.

        Raises:
            Wrong: there is none of that label.
        """
        row = self._db.execute(
            "SELECT label, key, fingerprint, address, name, get_allowed, enrolled_at FROM box WHERE label = ?", (label,)
        ).fetchone()
        if row is None:
            raise Wrong(f"there is no box '{label}'; `routerd-relay list` shows all")
        return _box(row)

    def enrol(self, label: str, key: str, fingerprint: str) -> Box:
        """Add a box.

        Raises:
            Wrong: the label or the key is there already, or the pool is used up.
        """
        if not LABEL.fullmatch(label):
            raise Wrong(f"label: found '{label}', expected letters, digits, dots, dashes, at most 63")
        with self._change():
            if self._db.execute("SELECT 1 FROM box WHERE label = ? OR fingerprint = ?", (label, fingerprint)).fetchone():
                raise Wrong(f"a box '{label}' or one with this key is enrolled already")
            values = (label, key, fingerprint, self._free_address(), int(time.time()))
            self._db.execute("INSERT INTO box (label, key, fingerprint, address, enrolled_at) VALUES (?, ?, ?, ?, ?)", values)
        return self.get(label)

    def rename(self, label: str, name: str, *, get_allowed: bool) -> str:
        """What a box says of itself.

        Returns:
            ``ok``, ``taken`` when another box has the name, ``withdrawn`` when nobody may have it any more.
        """
        if not NAME.fullmatch(name):
            raise Wrong("name: expected 10 to 32 hexadecimal digits in lower case")
        with self._change():
            old = self.get(label).name
            if self._db.execute("SELECT 1 FROM withdrawn WHERE name = ?", (name,)).fetchone():
                return "withdrawn"
            if self._db.execute("SELECT 1 FROM box WHERE name = ? AND label <> ?", (name, label)).fetchone():
                return "taken"
            if old and old != name:
                self._withdraw(old)
            self._db.execute("UPDATE box SET name = ?, get_allowed = ? WHERE label = ?", (name, int(get_allowed), label))
        return "ok"

    def withdraw(self, label: str) -> str:
        """Take a box's name away for good; it draws another when it connects again. Returns the old name."""
        with self._change():
            old = self.get(label).name
            if old:
                self._withdraw(old)
            self._db.execute("UPDATE box SET name = NULL WHERE label = ?", (label,))
        return old

    def revoke(self, label: str) -> Box:
        """Forget a box. Returns what it was."""
        with self._change():
            box = self.get(label)
            if box.name:
                self._withdraw(box.name)
            self._db.execute("DELETE FROM box WHERE label = ?", (label,))
        return box

    def _withdraw(self, name: str) -> None:
        self._db.execute("INSERT OR IGNORE INTO withdrawn VALUES (?, ?)", (name, int(time.time())))

    def _free_address(self) -> int:
        first = int(self._pool.network_address) + 1
        last = int(self._pool.broadcast_address) - 1
        newest = self._db.execute("SELECT max(address) FROM box").fetchone()[0]
        if newest is None or newest < first:
            return first
        if newest < last:
            return int(newest) + 1
        used = {row[0] for row in self._db.execute("SELECT address FROM box")}
        free = next((at for at in range(first, last + 1) if at not in used), None)
        if free is None:
            raise Wrong(f"pool: all addresses of {self._pool} are given away")
        return free

    @contextlib.contextmanager
    def _change(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _box(row: tuple[str, str, str, int, str | None, int, int]) -> Box:
    label, key, fingerprint, address, name, get_allowed, enrolled_at = row
    return Box(label, key, fingerprint, str(ipaddress.IPv4Address(address)), name or "", bool(get_allowed), enrolled_at)
