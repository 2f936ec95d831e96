"""The live stream: what changed and no more, to those who are there, and nothing left when they go."""

import http.client
import json
import socket
import threading

import pytest

from routerd.admin import streams as module
from routerd.admin.sections.live import Moves, Overviews, Rows
from routerd.admin.streams import STREAMS_MOST, Streams
from routerd.admin.table import COLUMNS, Table
from routerd.app import owners
from routerd.core.events import HostSighted
from routerd.core.jobs import Result
from routerd.web.server import WebServer
from tests.admin.test_guests import later, mac_of, online, seen
from tests.fakes.clock import FakeClock


class Words:
    """A topic that says what it is given."""

    def __init__(self, *events):
        self.events = list(events)

    def news(self):
        said, self.events = self.events, []
        return said


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(module, "LOOK_S", 0.01)
    monkeypatch.setattr(module, "ROUND_S", 0.02)
    monkeypatch.setattr(module, "STEP_S", 0.0)


def always():
    return True


def never():
    return False


def told(piece):
    name, data = piece.decode().strip().split("\n")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def test_a_stream_says_what_its_topics_say(quick):
    stream = Streams(FakeClock()).stream([Words(("a", {"x": 1})), Words(("b", []))], always, never)
    assert next(stream) == b"retry: 3000\n\n"
    assert [told(next(stream)) for _ in range(2)] == [("a", {"x": 1}), ("b", [])]
    stream.close()


def test_a_ninth_stream_ends_the_oldest(quick):
    hub = Streams(FakeClock())
    open_ = [hub.stream([], always, never) for _ in range(STREAMS_MOST + 1)]
    for stream in open_:
        next(stream)
    assert told(next(open_[0])) == ("closed", {"reason": "too-many"})
    assert next(open_[0], None) is None
    assert hub.count == STREAMS_MOST
    for stream in open_:
        stream.close()
    assert hub.count == 0


@pytest.mark.parametrize(("alive", "left"), [(never, never), (always, always)])
def test_a_stream_ends_when_its_listener_may_not_listen_or_has_gone(quick, alive, left):
    hub = Streams(FakeClock())
    assert [piece.split(b"\n")[0] for piece in hub.stream([], alive, left)] == [b"retry: 3000", b"event: closed"]
    assert hub.count == 0


def test_a_stream_is_renewed_before_it_gets_old_and_kept_alive_until_then(quick):
    clock = FakeClock()

    def left():
        clock.advance(5)
        return False

    pieces = list(Streams(clock).stream([], always, left))
    assert told(pieces[-1]) == ("closed", {"reason": "renew"})
    assert 30 <= pieces.count(b": still here\n\n") <= 60


def test_stopping_ends_every_stream(quick):
    hub = Streams(FakeClock())
    stream = hub.stream([], always, never)
    next(stream)
    hub.stop()
    assert told(next(stream)) == ("closed", {"reason": "stopping"})


def test_a_thousand_listeners_that_come_and_go_leave_nothing_behind(house, quick):
    data, before = house.services.data, threading.active_count()
    for number in range(1000):
        topics = [Rows(data.table), Overviews(data.board), Moves(data.jobs, None)]
        stream = data.streams.stream(topics, always, never)
        for _ in range(number % 4):
            next(stream)
        stream.close()
    assert data.streams.count == 0
    assert threading.active_count() == before


def test_a_listener_gets_all_rows_once_and_then_what_differs(house):
    table = house.services.data.table
    for number in (1, 2, 3):
        online(house, number)
    rows = Rows(table)
    (_name, first), *_ = rows.news()
    assert (first["reset"], first["columns"], len(first["rows"])) == (True, COLUMNS, 3)
    later(house)
    assert rows.news() == ()
    house.kernel.spend(mac_of(2), down=5)
    seen(house, 4)
    later(house)
    ((_name, delta),) = rows.news()
    assert (delta["reset"], {row[0] for row in delta["rows"]}, delta["gone"]) == (False, {mac_of(2), mac_of(4)}, [])
    house.services.guests.register._hosts.forget([mac_of(3)])
    later(house)
    ((_name, delta),) = rows.news()
    assert delta["gone"] == [mac_of(3)]


def test_two_listeners_are_told_each_what_it_lacks(house):
    table, first = house.services.data.table, None
    online(house, 1)
    early = Rows(table)
    early.news()
    later(house)
    seen(house, 2)
    later(house)
    late = Rows(table)
    assert [len(event["rows"]) for rows in (early, late) for _name, event in rows.news()] == [1, 2]
    assert (early.news(), late.news(), first) == ((), (), None)


def test_who_missed_too_many_departures_gets_everything_anew(house, monkeypatch):
    monkeypatch.setattr("routerd.admin.table.GONE_MOST", 2)
    for number in range(5):
        seen(house, number)
    rows = Rows(house.services.data.table)
    rows.news()
    house.services.guests.register._hosts.forget([mac_of(number) for number in range(4)])
    later(house)
    ((_name, event),) = rows.news()
    assert (event["reset"], len(event["rows"])) == (True, 1)


def test_nothing_is_computed_while_nobody_listens_nor_twice_for_two(house, monkeypatch):
    looks = []
    table = Table(house.clock, house.services.sessions, house.services.guests)
    monkeypatch.setattr(table, "_look", lambda _within_s: looks.append(1))
    later(house, 100)
    assert looks == []
    Rows(table).news(), Rows(table).news()
    assert looks == [1]


def test_the_overview_is_sent_when_something_changed_and_alerts_when_one_came(house):
    topic = Overviews(house.services.data.board)
    assert [name for name, _data in topic.news()] == ["overview"]
    later(house)
    assert topic.news() == []
    seen(house, 1)
    later(house)
    ((name, data),) = topic.news()
    assert (name, data["guests"]["waiting"]) == ("overview", 1)


def test_jobs_are_told_of_to_those_whose_they_are(house):
    jobs = house.services.data.jobs
    mine, all_ = Moves(jobs, "Desk"), Moves(jobs, None)
    done = threading.Event()
    jobs.told(lambda job: done.set() if job.ended_at else None)
    jobs.submit("print", "Ada", lambda _progress: Result("a", "b", b"c"))
    assert done.wait(5)
    assert mine.news() == []
    ((name, job),) = all_.news()
    assert (name, job["state"], job["result"]) == ("job", "done", {"name": "a", "media_type": "b", "octets": 1})
    assert all_.news() == []


@pytest.mark.parametrize("topics", ["", "guest", "guests,secrets"])
def test_a_topic_that_does_not_exist_is_refused(owner, topics):
    assert owner.get("/live", topics=topics).status == 400


def test_the_front_desk_hears_of_jobs_only(house):
    desk = house.front_desk()
    for topics in ("guests", "overview", "jobs,guests"):
        assert desk.get("/live", topics=topics).status == 403


@pytest.fixture
def served(house):
    listener = socket.create_server(("127.0.0.1", 0))
    server = WebServer("owner", house.door.front, [listener], owners.THREADS, house.door.body_octets_most, streams=True)
    server.start()
    yield listener.getsockname()[1]
    house.services.data.streams.stop()
    server.stop()


def test_over_a_real_connection_changes_arrive_and_a_closed_one_is_noticed(house, owner, served):
    cookie = "; ".join(f"{name}={value}" for name, value in owner.cookies.items())
    connection = http.client.HTTPConnection("127.0.0.1", served, timeout=10)
    connection.request("GET", "/admin/api/live?topics=guests", headers={"Cookie": cookie})
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Content-Type")) == (200, "text/event-stream")
    assert answer.readline() == b"retry: 3000\n"
    assert [answer.readline(), answer.readline()] == [b"\n", b"event: guests\n"]
    assert json.loads(answer.readline()[6:])["reset"] is True
    later(house)
    house.services.guests.sighted(HostSighted("main", mac_of(1), "192.168.88.11"))
    assert [answer.readline(), answer.readline()] == [b"\n", b"event: guests\n"]
    assert json.loads(answer.readline()[6:])["rows"][0][0] == mac_of(1)
    assert house.services.data.streams.count == 1
    answer.close()
    connection.close()
    for _ in range(500):
        if house.services.data.streams.count == 0:
            break
        threading.Event().wait(0.01)
    assert house.services.data.streams.count == 0
