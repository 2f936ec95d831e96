"""Copies of the database file: taken while it is in use, and judged before one takes its place."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from routerd.core.errors import BadInput, Unavailable
from routerd.store.migrate import steps

PAGES_A_STEP = 512
"""2 MB between two looks at whether to go on; the writer waits for no longer than that takes."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a copy holds.

    Attributes:
        schema: number of its last migration.
        vouchers: how many.
        people: how many in all lists of users.
    """

    schema: int
    vouchers: int
    people: int


def newest_schema() -> int:
    """The schema that this version knows."""
    return steps()[-1][0]


def copy(source: Path, target: Path, step: Callable[[int, int], None]) -> None:
    """Copy a database as it is at one moment, while others write to it.

    Args:
        source: the file in use.
        target: a new file, made readable for its owner alone.
        step: told pages done and pages in all; what it raises ends the copying.

    Raises:
        Unavailable: the disk failed or is full.
    """
    target.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as before, closing(sqlite3.connect(target)) as after:
            before.backup(after, pages=PAGES_A_STEP, progress=lambda _status, left, total: step(total - left, total))
            after.execute("PRAGMA journal_mode = DELETE")
    except (sqlite3.Error, OSError) as error:
        raise Unavailable(f"the database could not be copied: {error}") from error


def judged(path: Path) -> Facts:
    """A copy's facts, if it is whole.

    Raises:
        BadInput: it is no database of routerd, or damaged.
    """
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as opened:
            if opened.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
                raise BadInput("the database in it is damaged")
            schema = opened.execute("PRAGMA user_version").fetchone()[0]
            vouchers = _count(opened, "SELECT count(*) FROM voucher")
            tables = ("email_user", "fb_user", "mobile_user", "free_user")
            return Facts(schema, vouchers, sum(_count(opened, f"SELECT count(*) FROM {table}") for table in tables))  # noqa: S608 - constants
    except sqlite3.Error as error:
        raise BadInput(f"the database in it cannot be read: {error}") from None


def _count(opened: sqlite3.Connection, query: str) -> int:
    found: int = opened.execute(query).fetchone()[0]
    return found
