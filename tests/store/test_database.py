"""The store keeps what it acknowledged, undoes what failed, and commits in groups."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import peewee
import pytest

from routerd.core.errors import Conflict, Misconfigured
from routerd.store.database import Store

INSERT = "INSERT INTO garden_entry (target, created_at) VALUES (?, 1)"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path}/r.db")
    opened.start()
    yield opened
    opened.stop()


def targets(store: Store) -> set[str]:
    return {row[0] for row in store.db.execute_sql("SELECT target FROM garden_entry")}


def add(store: Store, target: str) -> None:
    store.db.execute_sql(INSERT, (target,))


def test_a_change_that_raises_leaves_nothing(store: Store) -> None:
    def change() -> None:
        add(store, "half")
        raise Conflict("no")

    with pytest.raises(Conflict):
        store.write(change)
    assert targets(store) == set()


def test_a_nested_change_joins_the_outer_one(store: Store) -> None:
    def outer() -> None:
        store.write(lambda: add(store, "inner"))
        raise Conflict("no")

    with pytest.raises(Conflict):
        store.write(outer)
    assert targets(store) == set()


def test_one_bad_change_in_a_group_hurts_nobody_else(store: Store) -> None:
    gate = threading.Event()
    threading.Thread(target=lambda: store.write(gate.wait)).start()
    outcomes: dict[int, str] = {}

    def attempt(number: int) -> None:
        try:
            store.write(lambda: add(store, "same" if number % 2 else f"own-{number}"))
            outcomes[number] = "kept"
        except peewee.IntegrityError as error:
            outcomes[number] = type(error).__name__

    workers = [threading.Thread(target=attempt, args=(number,)) for number in range(20)]
    for worker in workers:
        worker.start()
    gate.set()
    for worker in workers:
        worker.join()
    assert sorted(outcomes.values()) == ["IntegrityError"] * 9 + ["kept"] * 11
    assert targets(store) == {"same", *(f"own-{number}" for number in range(0, 20, 2))}


def test_hooks_run_after_the_commit_in_the_callers_thread(store: Store) -> None:
    seen: list[tuple[str, set[str]]] = []

    def change() -> None:
        add(store, "a")
        store.after_commit(lambda: seen.append((threading.current_thread().name, targets(store))))

    store.write(change)
    assert seen == [(threading.current_thread().name, {"a"})]


def test_hooks_of_a_failed_change_do_not_run(store: Store) -> None:
    seen: list[str] = []

    def change() -> None:
        store.after_commit(lambda: seen.append("ran"))
        raise Conflict("no")

    with pytest.raises(Conflict):
        store.write(change)
    assert seen == []


def test_a_failing_hook_tells_the_caller_and_the_change_stays(store: Store) -> None:
    def hook() -> None:
        raise Conflict("gate")

    def change() -> None:
        add(store, "a")
        store.after_commit(hook)

    with pytest.raises(Conflict, match="gate"):
        store.write(change)
    assert targets(store) == {"a"}


def test_the_file_is_for_its_owner_alone(store: Store) -> None:
    assert Path(store.path).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("url", ["postgres://x", "sqlite:///", ""])
def test_a_url_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(Misconfigured, match="expected sqlite"):
        Store(url)


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    with pytest.raises(Misconfigured, match="install a newer routerd"):
        Store(f"sqlite:///{path}")


WRITER = """
import sys
from routerd.store.database import Store
store = Store(sys.argv[1]); store.start()
for number in range(100000):
    store.write(lambda: store.db.execute_sql("INSERT INTO garden_entry (target, created_at) VALUES (?, 1)", (str(number),)))
    print(number, flush=True)
"""


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/r.db"
    child = subprocess.Popen([sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True, env={**os.environ})
    assert child.stdout is not None
    for line in child.stdout:
        if int(line) >= 50:
            child.send_signal(signal.SIGKILL)
            break
    acknowledged = [int(line), *(int(rest) for rest in child.stdout.read().split("\n")[:-1] if rest)]
    child.stdout.close()
    child.wait()
    store = Store(url)
    assert {str(number) for number in range(max(acknowledged) + 1)} <= targets(store)
    store.stop()
