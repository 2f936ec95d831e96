"""Long work: done in turns, told of, stopped at a step, its result kept for a while."""

import threading

import pytest

from routerd.core import jobs as module
from routerd.core.errors import BadInput, Conflict, Limited, NotFound
from routerd.core.jobs import Jobs, Problem, Rejected, Result
from tests.fakes.clock import FakeClock

FILE = Result("a.pdf", "application/pdf", b"%PDF")


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def jobs(clock):
    made = Jobs(clock)
    yield made
    made.stop()


def ended(jobs, number):
    for _ in range(500):
        job = jobs.get(number)
        if job.ended_at is not None:
            return job
        threading.Event().wait(0.01)
    raise AssertionError(f"{job} does not end")


def test_a_job_tells_how_far_it_is_and_leaves_a_file(jobs):
    told = []
    jobs.told(told.append)

    def work(progress):
        progress.step(1, 2, "half")
        progress.step(2, 2)
        return FILE

    number = jobs.submit("print", "owner", work)
    assert ended(jobs, number).state == "done"
    assert [(job.state, job.done, job.total, job.words) for job in told] == [
        ("waiting", 0, 0, ""),
        ("running", 0, 0, ""),
        ("running", 1, 2, "half"),
        ("running", 2, 2, "half"),
        ("done", 2, 2, "half"),
    ]
    assert jobs.result(number) == FILE


def test_a_job_stops_at_the_step_after_it_was_cancelled(jobs):
    begun, go, reached = threading.Event(), threading.Event(), []

    def work(progress):
        begun.set()
        go.wait(5)
        progress.step(1, 2)
        reached.append("beyond")

    number = jobs.submit("print", "owner", work)
    begun.wait(5)
    with pytest.raises(Conflict, match="still running"):
        jobs.result(number)
    jobs.cancel(number)
    go.set()
    assert ended(jobs, number).state == "cancelled"
    assert reached == []


def test_no_more_than_two_run_at_once_and_a_waiting_one_can_be_cancelled(jobs):
    go, running, most = threading.Event(), [], []

    def work(_progress):
        running.append(1)
        most.append(len(running))
        go.wait(5)
        running.pop()

    numbers = [jobs.submit("print", "owner", work) for _ in range(4)]
    jobs.cancel(numbers[3])
    assert jobs.get(numbers[3]).state == "cancelled"
    go.set()
    assert [ended(jobs, number).state for number in numbers[:3]] == ["done"] * 3
    assert max(most) <= 2


def test_too_many_waiting_jobs_are_refused(jobs, monkeypatch):
    monkeypatch.setattr(module, "WAITING_MOST", 1)
    go = threading.Event()
    for _ in range(2):
        begun = threading.Event()

        def work(_progress, begun=begun):
            begun.set()
            go.wait(5)

        jobs.submit("a", "owner", work)
        assert begun.wait(5)
    jobs.submit("a", "owner", lambda _progress: None)
    with pytest.raises(Limited, match="waiting already"):
        jobs.submit("a", "owner", lambda _progress: None)
    go.set()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (BadInput("no such batch"), ("no such batch", ())),
        (
            Rejected("1 row is wrong", [Problem(2, "devices", "x", "a number")]),
            ("1 row is wrong", (Problem(2, "devices", "x", "a number"),)),
        ),
        (RuntimeError("secret"), ("An error occurred", ())),
    ],
)
def test_a_failure_is_told_in_words_and_what_is_unexpected_without(jobs, error, told):
    def work(_progress):
        raise error

    job = ended(jobs, jobs.submit("import", "owner", work))
    assert (job.state, job.error, job.problems) == ("failed", *told)


def test_a_job_is_hidden_from_others(jobs):
    number = jobs.submit("print", "ada", lambda _progress: FILE)
    ended(jobs, number)
    assert [job.id for job in jobs.list("ada")] == [number]
    assert jobs.list("bob") == []
    for ask in (jobs.get, jobs.result, jobs.cancel):
        with pytest.raises(NotFound):
            ask(number, "bob")
    assert jobs.result(number, "ada") == FILE


def test_results_expire_and_make_room_for_newer_ones(jobs, clock, monkeypatch):
    monkeypatch.setattr(module, "RESULTS_OCTETS_MOST", 6)
    first, second = (jobs.submit("print", "owner", lambda _progress: FILE) for _ in range(2))
    ended(jobs, first), ended(jobs, second)
    with pytest.raises(NotFound, match="start it anew"):
        jobs.result(first)
    assert jobs.result(second) == FILE
    clock.advance(601)
    with pytest.raises(NotFound, match="start it anew"):
        jobs.result(second)


def test_old_jobs_are_forgotten_and_threads_end_with_the_work(jobs, monkeypatch):
    monkeypatch.setattr(module, "KEPT_MOST", 3)
    for _ in range(6):
        ended(jobs, jobs.submit("print", "owner", lambda _progress: None))
    assert len(jobs.list()) == 3
    jobs.stop()
    assert not jobs._threads
