"""Upstreams are asked whether they are well, by real connections, and what they say counts."""

import time
from collections.abc import Callable

from routerd.edge.plan import HealthCheck, Plan
from tests.edge.rig import HELLO, Behind, Line, Rig, answering, edged, plan_of, request

SOON = HealthCheck("/well", every_s=0.05, within_s=0.2)


def eventually(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def health(rig: Rig) -> list:
    return list(rig.edge.health("main").values())


def test_an_upstream_that_answers_is_well_and_was_asked_for_the_path_by_the_sites_name():
    behind = Behind(answering())
    with edged(behind, health=SOON) as rig:
        eventually(lambda: bool(health(rig)))
        found = health(rig)[0]
    assert (found.is_alive, found.status, found.trouble, found.checked_at) == (True, 200, "", 1_750_000_000.0)
    assert 0 <= found.latency_ms < 1000  # whole milliseconds: the loop's clock has no finer ones
    assert behind.lines[0].heads[0].startswith(b"GET /well HTTP/1.1\r\nHost: a.test\r\n")


def silent(line: Line) -> None:
    line.head()
    time.sleep(1)


def closing(line: Line) -> None:
    line.head()


def test_what_is_wrong_is_told():
    cases = {
        "answered 500": Behind(answering(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")),
        "no answer within 0.2 s": Behind(silent),
        "the upstream broke off": Behind(closing),
    }
    for trouble, behind in cases.items():
        with edged(behind, health=SOON) as rig:
            eventually(lambda: bool(health(rig)))
            found = health(rig)[0]
        assert (found.is_alive, found.trouble) == (False, trouble)
        assert found.latency_ms >= (200 if "within" in trouble else 0)


def test_one_that_goes_down_gets_no_requests_until_it_is_up_again():
    answers = {0: HELLO, 1: HELLO.replace(b"hello", b"other")}
    well = [True, True]

    def serving(at: int) -> Callable[[Line], None]:
        def serve(line: Line) -> None:
            while True:
                asked = line.head().startswith(b"GET /well ")
                line.send(answers[at] if well[at] or not asked else b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")

        return serve

    with edged(Behind(serving(0)), Behind(serving(1)), health=SOON) as rig:
        client = rig.client()

        def served() -> set[bytes]:
            found = set()
            for _ in range(6):
                client.send(request())
                found.add(client.answer()[1])
            return found

        eventually(lambda: len(health(rig)) == 2)
        assert served() == {b"hello", b"other"}
        well[0] = False
        eventually(lambda: not all(each.is_alive for each in health(rig)))
        assert served() == {b"other"}
        well[0] = True
        eventually(lambda: all(each.is_alive for each in health(rig)))
        assert served() == {b"hello", b"other"}


def test_a_new_plan_changes_who_is_asked():
    behind = Behind(answering())
    with edged(behind, health=SOON) as rig:
        eventually(lambda: bool(health(rig)))
        rig.edge.use(plan_of(behind))
        eventually(lambda: not health(rig))
        asked = len(behind.lines)
        time.sleep(0.15)
        assert len(behind.lines) == asked
        rig.edge.use(Plan())
        rig.edge.use(plan_of(behind, health=SOON))
        eventually(lambda: bool(health(rig)))
