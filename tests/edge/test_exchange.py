"""Requests through the edge to an upstream and back, on real sockets."""

import socket
import time

import pytest

from routerd.core.errors import Misconfigured
from routerd.edge.limits import Limits
from routerd.edge.plan import Listener, Plan
from routerd.edge.service import Edge
from tests.edge.rig import HELLO, Behind, Line, answering, edged, plan_of, request
from tests.fakes.clock import FakeClock


def test_a_request_is_written_anew_and_its_answer_too():
    behind = Behind(
        answering(b"HTTP/1.1 200 Fine\r\nX-Thing:  kept \r\nKeep-Alive: 5\r\nConnection: x-hop\r\nX-Hop: 1\r\nContent-Length: 2\r\n\r\nok")
    )
    with edged(behind) as rig:
        client = rig.client()
        client.send(request(b"accept:*/*", b"Connection: keep-alive, X-Mine", b"X-Mine: 1", b"X-Forwarded-For: 6.6.6.6", target=b"/p?q"))
        head, body = client.answer()
    assert behind.lines[0].heads[0] == (
        b"GET /p?q HTTP/1.1\r\nHost: a.test\r\naccept: */*\r\nX-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\n"
        b"X-Forwarded-Proto: http\r\nX-Forwarded-Host: a.test\r\nForwarded: for=127.0.0.1;proto=http;host=a.test\r\n\r\n"
    )
    assert head == b"HTTP/1.1 200 OK\r\nX-Thing: kept\r\nDate: Sun, 15 Jun 2025 15:06:40 GMT\r\nContent-Length: 2\r\n\r\n"
    assert body == b"ok"


def test_connections_on_both_sides_are_used_again():
    behind = Behind(answering())
    with edged(behind) as rig:
        client = rig.client()
        for _ in range(5):
            client.send(request())
            assert client.answer()[1] == b"hello"
        state = rig.edge.state()
    assert len(behind.lines) == 1
    assert (state.connections, state.requests, state.upstream_connections, state.answers) == (1, 0, 1, {200: 5})


def test_pipelined_requests_are_answered_in_their_order():
    def serve(line: Line) -> None:
        while True:
            target = line.head().split(b" ")[1]
            line.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(target), target))

    behind = Behind(serve)
    with edged(behind) as rig:
        client = rig.client()
        client.send(b"".join(request(target=b"/%d" % at) for at in range(100)))
        assert [client.answer()[1] for _ in range(100)] == [b"/%d" % at for at in range(100)]


def test_a_thousand_requests_for_nobody_in_one_piece_are_each_answered():
    with edged(hosts=("b.test",)) as rig:
        client = rig.client()
        client.send(request() * 1_000)
        assert {client.answer()[0].split(b" ")[1] for _ in range(1_000)} == {b"404"}


@pytest.mark.parametrize(
    "framing", [b"Content-Length: 6\r\n\r\nabcdef", b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n4;x=y\r\ncdef\r\n0\r\n\r\n"]
)
def test_bodies_arrive_whole_whatever_their_framing(framing):
    def serve(line: Line) -> None:
        _, body = line.answer()
        line.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))

    with edged(Behind(serve)) as rig:
        client = rig.client()
        client.send(b"POST / HTTP/1.1\r\nHost: a.test\r\n" + framing)
        assert client.answer()[1] == b"abcdef"


def test_an_old_client_gets_no_chunks():
    with edged(Behind(answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"))) as rig:
        answer = rig.ask(b"GET / HTTP/1.0\r\nHost: a.test\r\n\r\n")
    assert answer.endswith(b"Connection: close\r\n\r\nab")
    assert b"chunked" not in answer


def test_an_answer_without_end_is_passed_on_until_the_upstream_ends_it():
    def serve(line: Line) -> None:
        line.head()
        line.send(b"HTTP/1.0 200 OK\r\n\r\nabc")

    with edged(Behind(serve)) as rig:
        client = rig.client()
        client.send(request())
        assert client.answer()[1] == b"abc"


def test_head_requests_have_no_body_and_keep_the_length():
    behind = Behind(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"))
    with edged(behind) as rig:
        client = rig.client()
        client.send(request(method=b"HEAD") + request(method=b"HEAD"))
        assert b"Content-Length: 5" in client.head()
        assert b"Content-Length: 5" in client.head()
    assert len(behind.lines) == 1


def test_the_client_is_told_to_go_on_by_the_edge():
    def serve(line: Line) -> None:
        assert b"expect" not in line.head().lower()
        body = line.take(3)
        line.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n" + body)

    with edged(Behind(serve)) as rig:
        client = rig.client()
        client.send(request(b"Expect: 100-continue", b"Content-Length: 3", method=b"PUT"))
        assert client.head() == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.send(b"abc")
        assert client.answer()[1] == b"abc"


def test_an_upstream_that_answers_in_doubt_is_a_bad_gateway_and_not_used_again():
    behind = Behind(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))
    with edged(behind) as rig:
        client = rig.client()
        for _ in range(2):
            client.send(request())
            head, body = client.answer()
            assert head.startswith(b"HTTP/1.1 502 ")
            assert body == b"502 Bad Gateway\n"
    assert len(behind.lines) == 2


def test_what_follows_an_answer_unasked_reaches_nobody():
    behind = Behind(answering(HELLO + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"))
    with edged(behind) as rig:
        client = rig.client()
        for _ in range(3):
            client.send(request())
            assert client.answer()[1] == b"hello"
    assert len(behind.lines) == 3


def test_an_answer_cut_short_is_cut_short_for_the_client_too():
    def serve(line: Line) -> None:
        line.head()
        line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc")

    with edged(Behind(serve)) as rig:
        client = rig.client()
        client.send(request())
        client.head()
        assert len(client.all()) < 50


def test_a_kept_connection_that_the_upstream_closed_costs_no_request():
    def serve(line: Line) -> None:
        line.head()
        line.send(HELLO)
        if len(behind.lines) == 1:
            line.head()  # and closes without an answer
            return
        line.head()
        line.send(HELLO)

    behind = Behind(serve)
    with edged(behind) as rig:
        client = rig.client()
        for _ in range(2):
            client.send(request())
            assert client.answer()[1] == b"hello"
    assert len(behind.lines) == 2


def test_what_may_not_be_sent_twice_is_not():
    def serve(line: Line) -> None:
        line.head()
        line.send(HELLO)
        line.head()

    behind = Behind(serve)
    with edged(behind) as rig:
        client = rig.client()
        client.send(request())
        client.answer()
        client.send(request(method=b"POST"))
        assert client.answer()[0].startswith(b"HTTP/1.1 502 ")
    assert len(behind.lines) == 1


def test_nobody_behind_is_a_bad_gateway():
    behind = Behind(answering())
    with edged(behind) as rig:
        behind.close()
        assert rig.ask(request(b"Connection: close")).startswith(b"HTTP/1.1 502 ")
    with edged() as rig:
        assert rig.ask(request(b"Connection: close")).startswith(b"HTTP/1.1 503 ")


def test_a_site_that_is_off_and_a_host_that_is_not_here():
    with edged(Behind(answering()), on=False) as rig:
        assert rig.ask(request(b"Connection: close")).startswith(b"HTTP/1.1 503 ")
        assert rig.ask(b"GET / HTTP/1.1\r\nHost: b.test\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 404 ")


def test_plain_requests_are_sent_on_to_tls_but_for_challenges():
    with edged(Behind(answering()), force_https=True) as rig:
        answer = rig.ask(b"GET /x?y HTTP/1.1\r\nHost: a.test:8080\r\nConnection: close\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 308 ")
        assert b"\r\nLocation: https://a.test/x?y\r\n" in answer
        assert rig.ask(request(b"Connection: close", target=b"/.well-known/acme-challenge/x")).endswith(b"hello")


def test_malformed_requests_are_refused_and_the_connection_ends():
    behind = Behind(answering())
    with edged(behind) as rig:
        smuggled = request(b"Content-Length: 5", b"Transfer-Encoding: chunked", method=b"POST", body=b"0\r\n\r\n") + request()
        answer = rig.ask(smuggled)
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert answer.count(b"HTTP/1.1") == 1
        answer = rig.ask(request() + b"GET / HTTP/1.1\nHost: a.test\n\n")
        assert answer.count(b"HTTP/1.1 200") == 1
        assert answer.count(b"HTTP/1.1 400") == 1
        answer = rig.ask(request(b"Transfer-Encoding: chunked", method=b"POST", body=b"3\r\nabcX\r\n"))
        assert answer.startswith(b"HTTP/1.1 400 ")


def test_an_early_answer_reaches_a_client_that_goes_on_sending():
    def serve(line: Line) -> None:
        line.head()
        line.send(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig")
        line.all()

    with edged(Behind(serve)) as rig:
        client = rig.client()
        client.send(request(b"Content-Length: 1000000", method=b"POST", body=b"a" * 100_000))
        head, body = client.answer()
    assert head.startswith(b"HTTP/1.1 413 ")
    assert b"Connection: close" in head
    assert body == b"big"


def test_a_new_plan_holds_for_the_next_request_and_connections_stay():
    first, second = Behind(answering()), Behind(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nnew"))
    with edged(first) as rig:
        client = rig.client()
        client.send(request())
        assert client.answer()[1] == b"hello"
        rig.edge.use(plan_of(second))
        rig.edge.state()
        client.send(request())
        assert client.answer()[1] == b"new"
        rig.edge.use(Plan())
        rig.edge.state()
        client.send(request())
        assert client.answer()[0].startswith(b"HTTP/1.1 404 ")
    second.close()


def test_a_request_ends_before_the_edge_does():
    def serve(line: Line) -> None:
        line.head()
        time.sleep(0.3)
        line.send(HELLO)

    with edged(Behind(serve)) as rig:
        idle, client = rig.client(), rig.client()
        client.send(request())
        time.sleep(0.1)
        rig.edge.stop()
        assert client.answer()[1] == b"hello"
        assert idle.all() == b""


def test_trusted_proxies_tell_who_asks():
    behind = Behind(answering())
    with edged(behind, trusted=("127.0.0.0/8", "10.0.0.0/8")) as rig:
        rig.ask(request(b"X-Forwarded-For: 6.6.6.6, 192.0.2.7, 10.0.0.3", b"X-Forwarded-Proto: https", b"Connection: close"))
    head = behind.lines[0].heads[0]
    assert b"\r\nX-Forwarded-For: 6.6.6.6, 192.0.2.7, 10.0.0.3, 127.0.0.1\r\n" in head
    assert b"\r\nX-Real-IP: 192.0.2.7\r\n" in head
    assert b"\r\nX-Forwarded-Proto: https\r\n" in head


def test_requests_wait_for_a_connection_when_all_are_in_use():
    def serve(line: Line) -> None:
        while True:
            line.head()
            time.sleep(0.05)
            line.send(HELLO)

    behind = Behind(serve)
    with edged(behind, limits=Limits(upstream_connections=2, upstream_waiting=4)) as rig:
        clients = [rig.client() for _ in range(8)]
        for some in (clients[:2], clients):
            for client in some:
                client.send(request())
            statuses = [client.answer()[0].split(b" ")[1] for client in some]
    assert statuses.count(b"200") == 6
    assert statuses.count(b"503") == 2
    assert len(behind.lines) == 2


def test_an_edge_that_cannot_listen_everywhere_listens_nowhere():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = Listener("127.0.0.1", unused())
        edge = Edge([free, Listener("127.0.0.1", taken.getsockname()[1])], Limits(), FakeClock())
        with pytest.raises(Misconfigured, match=r"cannot listen on 127\.0\.0\.1:"):
            edge.start()
        edge.stop()
    socket.create_server(("127.0.0.1", free.port)).close()


def unused() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def test_a_site_that_asks_for_it_tells_browsers_to_insist_on_tls_and_only_there():
    own = b"HTTP/1.1 200 OK\r\nStrict-Transport-Security: max-age=1; preload\r\nContent-Length: 0\r\n\r\n"
    behind = Behind(answering(own))
    with edged(behind, trusted=("127.0.0.1",), hsts_s=600) as rig:
        plain, secure = (rig.ask(request(b"X-Forwarded-Proto: " + scheme, b"Connection: close")) for scheme in (b"http", b"https"))
    assert b"\r\nStrict-Transport-Security: max-age=1; preload\r\n" in plain
    assert secure.count(b"Strict-Transport-Security") == 1
    assert b"\r\nStrict-Transport-Security: max-age=600\r\n" in secure
