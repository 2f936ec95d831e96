"""Long work beside the requests that ask for it: few at a time, in turns, with progress, a way to stop, and a result to fetch later.

Doors submit work and answer with the job's number at once. Work is a function that is handed a `Progress`; it calls `Progress.step`
between pieces, which is where it ends when somebody cancelled it. Everything is kept in memory and bounded: a restart forgets jobs.
"""

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from routerd.core.clock import Clock
from routerd.core.errors import BadInput, Conflict, Limited, NotFound, RouterdError

log = logging.getLogger(__name__)

THREADS_MOST = 2
"""Jobs at a time: long work is mostly Python, and guests need the processor more."""

WAITING_MOST = 20
KEPT_MOST = 100
"""Jobs that are remembered; the oldest finished ones are forgotten first."""

RESULT_S_MOST = 600.0
RESULTS_OCTETS_MOST = 64 * 1024 * 1024
"""Results wait in memory: so many octets in all, the newest first."""

PROBLEMS_MOST = 100

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a file that was handed in: where, what stands there, what would be right."""

    line: int
    column: str
    found: str
    expected: str


class Rejected(BadInput):
    """The file that was handed in cannot be taken.

    Args:
        message: in a sentence.
        problems: one by one.
    """

    def __init__(self, message: str, problems: Sequence[Problem]) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Result:
    """A file that a job made."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands.

    Attributes:
        kind: ``voucher-print`` and the like.
        by: account name of whoever asked for it.
        state: ``waiting``, ``running``, ``done``, ``failed``, ``cancelled``.
        done: pieces of `total`; a total of 0 is unknown.
        words: what it is doing, in English.
        created_at: seconds since the epoch.
        error: why it failed.
        problems: what is wrong with the file that it was given.
        result: the file that it made; without content once that has expired.
    """

    id: int
    kind: str
    by: str
    state: str
    created_at: int
    done: int = 0
    total: int = 0
    words: str = ""
    ended_at: int | None = None
    error: str | None = None
    problems: tuple[Problem, ...] = ()
    result: Result | None = None


class Cancelled(Exception):
    """Raised by `Progress.step` in a job that was cancelled; work lets it through."""


class Progress:
    """What work tells of itself."""

    def __init__(self, tell: Callable[[int, int, str], None], cancelled: threading.Event) -> None:
        self._tell = tell
        self._cancelled = cancelled

    def step(self, done: int, total: int, words: str = "") -> None:
        """Say how far it is.

        Raises:
            Cancelled: it is to end now.
        """
        if self._cancelled.is_set():
            raise Cancelled
        self._tell(done, total, words)


Work = Callable[[Progress], Result | None]


@dataclass(slots=True)
class _Entry:
    job: Job
    work: Work
    cancelled: threading.Event


class Jobs:
    """The jobs; a Part. Threads are started when there is work and end when there is none.

    Args:
        clock: dates jobs and lets results expire.
    """

    name = "jobs"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[int, _Entry] = OrderedDict()
        self._waiting: deque[int] = deque()
        self._threads: set[threading.Thread] = set()
        self._stopping = False
        self._last = 0
        self._hear: Callable[[Job], None] | None = None

    def start(self) -> None:
        self._stopping = False

    def stop(self) -> None:
        """Cancel everything; what does not stop at once dies with the process."""
        with self._lock:
            self._stopping = True
            self._waiting.clear()
            for entry in self._entries.values():
                entry.cancelled.set()
            threads = list(self._threads)
        for thread in threads:
            thread.join(timeout=1)

    def told(self, hear: Callable[[Job], None]) -> None:
        """Tell `hear` of each job whenever it moves, on the job's thread; it has to be quick."""
        self._hear = hear

    def submit(self, kind: str, by: str, work: Work) -> int:
        """Have work done; returns the job's number.

        Raises:
            Limited: too many jobs are waiting.
        """
        with self._lock:
            if len(self._waiting) >= WAITING_MOST:
                raise Limited(f"{WAITING_MOST} jobs are waiting already; try again when some are done", 10)
            self._last += 1
            job = Job(self._last, kind, by, WAITING, int(self._clock.now()))
            self._entries[job.id] = _Entry(job, work, threading.Event())
            self._waiting.append(job.id)
            self._forget()
            if len(self._threads) < THREADS_MOST:
                thread = threading.Thread(target=self._run, name="job", daemon=True)
                self._threads.add(thread)
                thread.start()
        self._say(job)
        return job.id

    def list(self, by: str | None = None) -> Sequence[Job]:
        """Jobs of an account, or all; newest first."""
        self._expire()
        with self._lock:
            return [each.job for each in reversed(self._entries.values()) if by is None or each.job.by == by]

    def get(self, job_id: int, by: str | None = None) -> Job:
        """One job, if it is that account's.

        Raises:
            NotFound: there is none, or it is somebody else's.
        """
        self._expire()
        return self._entry(job_id, by).job

    def cancel(self, job_id: int, by: str | None = None) -> None:
        """Have a job end at its next step; one that has ended forgets its result.

        Raises:
            NotFound: as `get`.
        """
        entry = self._entry(job_id, by)
        entry.cancelled.set()
        with self._lock:
            waited = job_id in self._waiting
            if waited:
                self._waiting.remove(job_id)
        if waited:
            self._end(entry, CANCELLED)
        elif entry.job.ended_at is not None:
            self._change(entry, result=None)

    def result(self, job_id: int, by: str | None = None) -> Result:
        """The file that a job made.

        Raises:
            NotFound: as `get`; also when there is no file, or no more.
            Conflict: the job has not ended.
        """
        job = self.get(job_id, by)
        if job.ended_at is None:
            raise Conflict("the job is still running; its result can be fetched when it is done")
        if job.result is None:
            raise NotFound("this job has no file (any more); start it anew")
        return job.result

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._waiting or self._stopping:
                    self._threads.discard(threading.current_thread())
                    return
                entry = self._entries[self._waiting.popleft()]
            self._work(entry)

    def _work(self, entry: _Entry) -> None:
        self._change(entry, state=RUNNING)

        def tell(done: int, total: int, words: str) -> None:
            self._change(entry, done=done, total=total, words=words or entry.job.words)

        try:
            result = entry.work(Progress(tell, entry.cancelled))
        except Cancelled:
            self._end(entry, CANCELLED)
        except Rejected as error:
            self._end(entry, FAILED, error=str(error), problems=error.problems[:PROBLEMS_MOST])
        except RouterdError as error:
            self._end(entry, FAILED, error=str(error))
        except Exception:
            log.exception("job %d (%s) failed", entry.job.id, entry.job.kind)
            self._end(entry, FAILED, error="An error occurred")
        else:
            self._end(entry, DONE, result=result, done=entry.job.total)
        finally:
            entry.work = _nothing  # what it holds may be large

    def _end(self, entry: _Entry, state: str, **more: object) -> None:
        self._change(entry, state=state, ended_at=int(self._clock.now()), **more)
        self._expire()

    def _change(self, entry: _Entry, **values: object) -> None:
        with self._lock:
            entry.job = replace(entry.job, **values)  # type: ignore[arg-type]  # names and types are this module's own
        self._say(entry.job)

    def _say(self, job: Job) -> None:
        if self._hear is not None:
            self._hear(job)

    def _entry(self, job_id: int, by: str | None) -> _Entry:
        with self._lock:
            entry = self._entries.get(job_id)
        if entry is None or (by is not None and entry.job.by != by):
            raise NotFound(f"there is no job {job_id}")
        return entry

    def _forget(self) -> None:
        ended = [number for number, entry in self._entries.items() if entry.job.ended_at is not None]
        for number in ended[: max(0, len(self._entries) - KEPT_MOST)]:
            del self._entries[number]

    def _expire(self) -> None:
        """Let go of results that are too old or too much; the newest is kept in any case."""
        oldest = self._clock.now() - RESULT_S_MOST
        room = RESULTS_OCTETS_MOST
        with self._lock:
            for at, entry in enumerate(each for each in reversed(self._entries.values()) if each.job.result is not None):
                assert entry.job.result is not None
                room -= len(entry.job.result.content)
                if (entry.job.ended_at or 0) < oldest or (room < 0 and at > 0):
                    entry.job = replace(entry.job, result=None)


def _nothing(_progress: Progress) -> None:
    return None
