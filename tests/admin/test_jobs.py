"""Jobs on the admin page: seen, cancelled and fetched by those whose they are."""

import threading

import pytest

from routerd.core.jobs import Result
from tests.admin.test_vouchers import finished


@pytest.fixture
def jobs(house):
    yield house.services.data.jobs
    house.services.data.jobs.stop()


def test_a_job_is_shown_with_its_file(house, owner, jobs):
    number = jobs.submit("backup", "Ada", lambda _progress: Result("box.bin", "application/octet-stream", b"abc"))
    job = finished(owner, number)
    assert {name: job[name] for name in ("kind", "by", "state", "error", "problems")} == {
        "kind": "backup",
        "by": "Ada",
        "state": "done",
        "error": None,
        "problems": [],
    }
    assert job["result"] == {"name": "box.bin", "media_type": "application/octet-stream", "octets": 3}
    answer = owner.get(f"/jobs/{number}/result")
    assert (answer.octets, "box.bin" in answer.headers["Content-Disposition"]) == (b"abc", True)
    assert owner.get("/jobs").json["total"] == 1


def test_a_running_job_is_cancelled_at_its_next_step(owner, jobs):
    begun, go = threading.Event(), threading.Event()

    def work(progress):
        begun.set()
        go.wait(5)
        progress.step(1, 2)

    number = jobs.submit("print", "Ada", work)
    begun.wait(5)
    assert owner.get(f"/jobs/{number}/result").status == 409
    assert owner.delete(f"/jobs/{number}").status == 204
    go.set()
    assert finished(owner, number)["state"] == "cancelled"
    assert owner.get(f"/jobs/{number}/result").status == 404


def test_the_front_desk_sees_its_own_jobs_only(house, owner, jobs):
    desk = house.front_desk()
    owners = jobs.submit("backup", "Ada", lambda _progress: Result("a", "b", b"secret"))
    own = jobs.submit("print", "Desk", lambda _progress: Result("a", "b", b"mine"))
    finished(owner, owners), finished(owner, own)
    assert [job["id"] for job in desk.get("/jobs").json["rows"]] == [own]
    assert [desk.get(path).status for path in (f"/jobs/{owners}", f"/jobs/{owners}/result")] == [404, 404]
    assert desk.delete(f"/jobs/{owners}").status == 404
    assert desk.get(f"/jobs/{own}/result").octets == b"mine"
    assert owner.get("/jobs").json["total"] == 2
