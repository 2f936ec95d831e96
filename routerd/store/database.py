"""The database: opened once, written by one thread, read by all.

Every change is a function handed to `Store.write`. The writer thread runs the functions that are waiting one after the other
in a single transaction, each behind a savepoint of its own, commits once, and only then lets their callers go on: an
acknowledged change is on the disk, and fifty at once cost one fsync. Because writes never overlap, a function may read, decide
and write without locks. It must not wait for anything outside the database; what has to happen outside (opening the gate) is
registered with `after_commit` and runs in the caller's thread once the change is durable.
"""

import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import peewee

from routerd.core.errors import Misconfigured, RouterdError, Unavailable
from routerd.store.migrate import migrate

log = logging.getLogger(__name__)

T = TypeVar("T")

GROUP_MOST = 64
"""Changes that share one commit at most: bounds what one fsync failure can take with it."""

BUSY_TIMEOUT_S = 5
"""How long to wait for another process (a backup) to let go of the file."""

WAITING_MOST = 4096
"""Changes waiting for the writer; more than that means the disk hangs, and callers are told so."""

SQLITE_SCHEME = "sqlite:///"


class Store:
    """A peewee database behind a group-committing writer.

    Args:
        url: ``sqlite:////absolute/path`` or ``sqlite:///:memory:`` (tests: one shared connection, one thread).

    Raises:
        Misconfigured: the URL or the file cannot be used.
    """

    name = "store"

    def __init__(self, url: str) -> None:
        self.path = _sqlite_path(url)
        memory = self.path == ":memory:"
        self.db = peewee.SqliteDatabase(
            self.path,
            pragmas={"journal_mode": "wal", "synchronous": "full", "foreign_keys": 1, "cache_size": -4096},
            timeout=BUSY_TIMEOUT_S,
            thread_safe=not memory,
            check_same_thread=not memory,
        )
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._inside = threading.local()
        self._inline = memory
        self._thread: threading.Thread | None = None
        self._open()

    def _open(self) -> None:
        try:
            if self.path != ":memory:":
                _private_file(Path(self.path))
            self.db.connect(reuse_if_open=True)
            migrate(cast(sqlite3.Connection, self.db.connection()), self.path)
        except (OSError, peewee.DatabaseError, sqlite3.DatabaseError) as error:
            raise Misconfigured(f"[store] url: cannot use {self.path}: {error}") from error

    def start(self) -> None:
        """Start the writer; needed before the first `write` unless the database is in memory."""
        if self._inline or self._thread is not None:
            return
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is waiting, then close."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join(timeout=5)
            self._thread = None
        self.db.close()

    def write(self, work: Callable[[], T]) -> T:
        """Run `work` in a durable transaction; nested calls join the outer one.

        Args:
            work: reads and writes rows; whatever it raises undoes its own changes only.

        Returns:
            What `work` returned, after the commit and after the hooks that it registered.

        Raises:
            Unavailable: the database did not take the change; nothing was kept.
        """
        if getattr(self._inside, "job", None) is not None:
            return work()
        job = _Job(work)
        if self._inline:
            self._commit([job])
        else:
            self._submit(job)
        result = cast(T, job.outcome())
        for hook in job.hooks:
            hook()
        return result

    def after_commit(self, hook: Callable[[], None]) -> None:
        """Run `hook` in the caller's thread once the current change is durable; at once when there is none."""
        job = getattr(self._inside, "job", None)
        if job is None:
            hook()
        else:
            job.hooks.append(hook)

    def _submit(self, job: "_Job") -> None:
        if self._thread is None:
            raise Unavailable("the store is not running")
        if self._jobs.qsize() >= WAITING_MOST:
            raise Unavailable(f"the store is not keeping up: {WAITING_MOST} changes are waiting for the disk")
        self._jobs.put(job)

    def _serve(self) -> None:
        while True:
            job = self._jobs.get()
            if job is None:
                self.db.close()
                return
            group = [job]
            ending = False
            while len(group) < GROUP_MOST and not ending:
                try:
                    waiting = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if waiting is None:
                    ending = True
                else:
                    group.append(waiting)
            self._commit(group)
            if ending:
                self._jobs.put(None)

    def _commit(self, group: "list[_Job]") -> None:
        # Plain statements: peewee's own transaction objects cost as much as the change itself.
        connection = cast(sqlite3.Connection, self.db.connection())
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                if len(group) == 1:
                    self._run(group[0])
                    connection.execute("COMMIT" if group[0].failure is None else "ROLLBACK")
                else:
                    for job in group:
                        self._run_beside_others(job, connection)
                    connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except Exception as error:
            log.exception("a commit of %d changes failed", len(group))
            for job in group:
                job.failure = Unavailable(f"the store could not keep the change: {error}")
        for job in group:
            job.settle()

    def _run_beside_others(self, job: "_Job", connection: sqlite3.Connection) -> None:
        """Do one change behind a savepoint.

        Raises:
            sqlite3.OperationalError: the whole transaction is lost: SQLite undid it when the disk failed.
        """
        connection.execute("SAVEPOINT change")
        self._run(job)
        if job.failure is not None:
            connection.execute("ROLLBACK TO change")
        connection.execute("RELEASE change")

    def _run(self, job: "_Job") -> None:
        self._inside.job = job
        try:
            job.result = job.work()
        except (peewee.OperationalError, sqlite3.OperationalError) as error:
            log.exception("the store failed inside a change")
            job.failure = Unavailable(f"the store could not keep the change: {error}")
        except Exception as error:
            job.failure = error
            if not isinstance(error, RouterdError):
                log.debug("a change was undone", exc_info=True)
        finally:
            self._inside.job = None


class _Job:
    """One change on its way to the disk."""

    __slots__ = ("_settled", "failure", "hooks", "result", "work")

    def __init__(self, work: Callable[[], Any]) -> None:
        self.work = work
        self.hooks: list[Callable[[], None]] = []
        self.result: Any = None
        self.failure: Exception | None = None
        self._settled = threading.Lock()
        self._settled.acquire()

    def settle(self) -> None:
        """Say that it is durable, or undone; called once."""
        if self.failure is not None:
            self.hooks.clear()
        self._settled.release()

    def outcome(self) -> Any:
        """Wait for `settle`; then what the change returned, or what it raised; called once."""
        self._settled.acquire()
        if self.failure is not None:
            raise self.failure
        return self.result


def _sqlite_path(url: str) -> str:
    if not url.startswith(SQLITE_SCHEME) or url == SQLITE_SCHEME:
        raise Misconfigured(f"[store] url: found '{url}', expected sqlite:////absolute/path/to/file.db")
    return url.removeprefix(SQLITE_SCHEME)


def _private_file(path: Path) -> None:
    """Make the file readable by its owner alone before SQLite first opens it: it holds passcodes."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
