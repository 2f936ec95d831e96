"""Clients and upstreams that do anything at any moment: nothing fails inside, nothing is left over, and nobody gets another's answer."""

import contextlib
import logging
import random
import threading

import pytest

from routerd.edge.limits import Limits
from tests.edge.rig import Behind, FakeGuard, Line, edged, request, until

LIMITS = Limits(head_s=1, body_s=1, keep_alive_s=1, answer_s=1, upstream_idle_s=1, connect_s=1, stop_s=0.5, upstream_connections=8)


def moody(line: Line) -> None:
    """Answers with the number that it was asked for, in some framing, or not to the end, or not at all."""
    mood = random.Random(line.socket.getpeername()[1])
    while True:
        head = line.head()
        number = head.split(b" ")[1][1:]
        if b"content-length: " in head.lower() and mood.random() < 0.9:
            line.take(int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]))
        body = number * mood.choice((1, 10, 30_000))
        kind = mood.random()
        if kind < 0.5:
            line.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        elif kind < 0.7:
            line.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
        elif kind < 0.8:
            line.send(b"HTTP/1.1 200 OK\r\n\r\n" + body)
            return
        elif kind < 0.85:
            line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 90000000\r\n\r\n" + body)
            return
        elif kind < 0.9:
            line.send(b"HTTP/1.1 204 No Content\r\n\r\n" + body)
        elif kind < 0.95:
            line.reset()
        else:
            line.send(b"nonsense\r\n\r\n")


def ask(rig, seed: int, wrong: list[bytes]) -> None:
    mood = random.Random(seed)
    client = rig.client()
    client.socket.settimeout(3)
    with contextlib.suppress(OSError, EOFError, ValueError):
        for at in range(mood.randrange(1, 6)):
            number = b"%d" % (seed * 10 + at)
            body = bytes(mood.choice((0, 10, 30_000, 400_000)))
            octets = request(
                b"Content-Length: %d" % len(body), method=mood.choice((b"POST", b"PUT", b"GET")), target=b"/" + number, body=body
            )
            kind = mood.random()
            if kind < 0.1:
                client.send(octets[: mood.randrange(len(octets))])
                break
            client.send(octets)
            if kind < 0.2:
                break
            head, answer = client.answer()
            if head.startswith(b"HTTP/1.1 200 ") and answer.replace(number, b""):
                wrong.append(number)
    if mood.random() < 0.5:
        client.reset()
    else:
        client.socket.close()


@pytest.mark.parametrize("guard", [None, FakeGuard(body_octets=20_000, response_octets=20_000)])
def test_nothing_fails_and_nothing_is_left(guard, caplog):
    caplog.set_level(logging.WARNING)
    wrong: list[bytes] = []
    behind = Behind(moody)
    with edged(behind, guard=guard, limits=LIMITS) as rig:
        for round_ in range(25):
            threads = [threading.Thread(target=ask, args=(rig, 10 + round_ * 16 + at, wrong)) for at in range(16)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        until(lambda: rig.edge.state().requests == 0 and rig.edge.state().connections == 0, 8)
        assert rig.edge._context.collected == 0
        answers = rig.edge.state().answers
    assert wrong == []
    assert answers[200] > 100
    assert {0, 502} <= answers.keys()
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    if guard is not None:
        begun = sum(asked[0] == "begin" for asked in guard.asked)
        assert begun > 50
        assert sum(asked[0] == "done" for asked in guard.asked) == begun
