"""Upstreams' answers: read as strictly as requests, and a connection is used again only when nothing is in doubt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.edge.http1.answers import Answers
from routerd.edge.limits import Limits
from routerd.edge.malformed import Malformed
from tests.edge.http1.test_requests import cut


class Ear:
    def __init__(self) -> None:
        self.heard = []

    def answered(self, answer):
        self.heard.append(("head", answer.status, answer.length, answer.bodiless))

    def answer_data(self, octets):
        if self.heard[-1][0] == "data":
            self.heard[-1] = ("data", self.heard[-1][1] + octets)
        else:
            self.heard.append(("data", octets))

    def answer_ended(self, reusable):
        self.heard.append(("ended", reusable))


def read(*pieces, method=b"GET", switching=False, eof=False):
    ear = Ear()
    reader = Answers(ear, Limits(head_octets=1_000, fields=20))
    reader.expect(method, switching=switching)
    try:
        for piece in pieces:
            reader.receive(piece)
    except Malformed as fault:
        return ear.heard, fault.reason
    if eof:
        reader.eof()
    return ear.heard, None


GOOD = {
    "length": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", {}, [("head", 200, 2, False), ("data", b"ab"), ("ended", True)]),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", {}, [("head", 200, 0, False), ("ended", True)]),
    "chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
        {},
        [("head", 200, None, False), ("data", b"ab"), ("ended", True)],
    ),
    "asked to close": (
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na",
        {},
        [("head", 200, 1, False), ("data", b"a"), ("ended", False)],
    ),
    "1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", {}, [("head", 200, 1, False), ("data", b"a"), ("ended", False)]),
    "until the end": (b"HTTP/1.1 200 OK\r\n\r\nabc", {"eof": True}, [("head", 200, None, False), ("data", b"abc"), ("ended", False)]),
    "HEAD": (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", {"method": b"HEAD"}, [("head", 200, 9, True), ("ended", True)]),
    "HEAD with a coding": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        {"method": b"HEAD"},
        [("head", 200, None, True), ("ended", True)],
    ),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", {}, [("head", 204, None, True), ("ended", True)]),
    "304": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", {}, [("head", 304, 9, True), ("ended", True)]),
    "interim ones first": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        {},
        [("head", 200, 0, False), ("ended", True)],
    ),
    "switch": (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nanything\0",
        {"switching": True},
        [("head", 101, None, False), ("data", b"anything\0")],
    ),
    "more than was said": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabHTTP/1.1 200 OK\r\n\r\n",
        {},
        [("head", 200, 1, False), ("data", b"a"), ("ended", False)],
    ),
    "a body where there is none": (
        b"HTTP/1.1 204 No Content\r\nContent-Length: 1\r\n\r\na",
        {},
        [("head", 204, 1, True), ("ended", False)],
    ),
}

BAD = {
    "length and coding": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
    "length with sign": b"HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n",
    "list of codings": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "coding in 1.0": b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    "folded line": b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n",
    "blank before colon": b"HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\n",
    "lone LF": b"HTTP/1.1 200 OK\nContent-Length: 1\n\n",
    "NUL": b"HTTP/1.1 200 OK\r\nX: \0\r\n\r\n",
    "other protocol": b"ICY 200 OK\r\n\r\n",
    "no status": b"HTTP/1.1 OK\r\n\r\n",
    "status beyond": b"HTTP/1.1 600 Odd\r\n\r\n",
    "control in reason": b"HTTP/1.1 200 O\x01K\r\n\r\n",
    "switch that nobody asked for": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
    "interim ones without end": b"HTTP/1.1 100 Continue\r\n\r\n" * 17,
    "long head": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 1_000 + b"\r\n\r\n",
    "bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxx\r\n",
}


@pytest.mark.parametrize("case", GOOD)
def test_what_is_right_is_taken(case):
    octets, how, heard = GOOD[case]
    assert read(octets, **how) == (heard, None)


@pytest.mark.parametrize("case", BAD)
def test_what_is_in_doubt_is_broken_off(case):
    heard, fault = read(BAD[case])
    assert fault is not None
    assert not [event for event in heard if event[0] == "ended"]


@given(st.sampled_from(sorted(set(GOOD) - {"more than was said", "a body where there is none"})), st.data())
def test_where_it_is_cut_says_nothing(case, data):
    octets, how, heard = GOOD[case]
    assert read(*cut(octets, data), **how) == (heard, None)


@given(st.sampled_from(sorted(BAD)), st.data())
def test_what_is_in_doubt_is_in_doubt_in_any_pieces(case, data):
    assert read(*cut(BAD[case], data))[1] is not None


def test_an_answer_that_nobody_asked_for_is_a_fault():
    with pytest.raises(Malformed):
        Answers(Ear(), Limits()).receive(b"HTTP/1.1 200 OK\r\n\r\n")
