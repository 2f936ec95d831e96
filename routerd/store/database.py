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
from concurrent.futures import Future
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
        self._jobs: queue.Queue[_Job | None] = queue.Queue(WAITING_MOST)
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
        result = cast(T, job.future.result())
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
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            raise Unavailable(f"the store is not keeping up: {WAITING_MOST} changes are waiting for the disk") from None

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
        try:
            with self.db.atomic("IMMEDIATE"):
                for job in group:
                    self._run(job)
        except Exception as error:
            log.exception("a commit of %d changes failed", len(group))
            for job in group:
                job.failure = Unavailable(f"the store could not keep the change: {error}")
        for job in group:
            job.settle()

    def _run(self, job: "_Job") -> None:
        self._inside.job = job
        try:
            with self.db.savepoint():
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
        if job.failure is not None:
            job.hooks.clear()


class _Job:
    """One change on its way to the disk."""

    __slots__ = ("failure", "future", "hooks", "result", "work")

    def __init__(self, work: Callable[[], Any]) -> None:
        self.work = work
        self.future: Future[Any] = Future()
        self.hooks: list[Callable[[], None]] = []
        self.result: Any = None
        self.failure: Exception | None = None

    def settle(self) -> None:
        if self.failure is not None:
            self.hooks.clear()
            self.future.set_exception(self.failure)
        else:
            self.future.set_result(self.result)


def _sqlite_path(url: str) -> str:
    if not url.startswith(SQLITE_SCHEME) or url == SQLITE_SCHEME:
        raise Misconfigured(f"[store] url: found '{url}', expected sqlite:////absolute/path/to/file.db")
    return url.removeprefix(SQLITE_SCHEME)


def _private_file(path: Path) -> None:
    """Make the file readable by its owner alone before SQLite first opens it: it holds passcodes."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
