"""Brings a database file to the schema that this version of routerd uses, one numbered step after the other.

A step is a file `migrations/NNNN_name.sql`; the database remembers the last in `PRAGMA user_version`. A file that already holds
data is copied aside before the first step, and each step is a transaction. A database from a newer routerd is refused.
"""

import logging
import re
import sqlite3
from importlib import resources
from pathlib import Path

from routerd.core.errors import Misconfigured

log = logging.getLogger(__name__)

_STEP = re.compile(r"(\d{4})_\w+\.sql")


def steps() -> list[tuple[int, str, str]]:
    """All steps in order: number, file name, SQL text."""
    found = []
    for entry in resources.files("routerd.store").joinpath("migrations").iterdir():
        match = _STEP.fullmatch(entry.name)
        if match:
            found.append((int(match.group(1)), entry.name, entry.read_text(encoding="utf-8")))
    return sorted(found)


def migrate(connection: sqlite3.Connection, path: str) -> None:
    """Apply the steps that `connection` lacks.

    Args:
        connection: an open database outside a transaction.
        path: its file, for the backup; ``:memory:`` has none.

    Raises:
        Misconfigured: the file is from a newer version.
    """
    have = connection.execute("PRAGMA user_version").fetchone()[0]
    wanted = steps()
    newest = wanted[-1][0]
    if have > newest:
        raise Misconfigured(f"[store] {path} has schema {have}; this version knows up to {newest}: install a newer routerd")
    missing = [step for step in wanted if step[0] > have]
    if not missing:
        return
    if have > 0 and path != ":memory:":
        _back_up(connection, Path(f"{path}.before-{missing[0][0]:04}"))
    for number, name, sql in missing:
        log.info("migrating the store: %s", name)
        connection.executescript(f"BEGIN IMMEDIATE;\n{sql}\nPRAGMA user_version = {number};\nCOMMIT;")


def _back_up(connection: sqlite3.Connection, target: Path) -> None:
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    copy = sqlite3.connect(target)
    try:
        connection.backup(copy)
    finally:
        copy.close()
