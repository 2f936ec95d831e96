"""Requests go over the wire as go-ftw sends them, and the back end answers what tests tell it to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.waf.ftw.backend import answer
from routerd.waf.ftw.tests import Sent
from routerd.waf.ftw.wire import octets, received, written
from routerd.waf.request import Request, field

FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


@pytest.mark.parametrize(
    ("sent", "raw"),
    [
        (Sent(), b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"),
        (Sent(completed=False), b"GET / HTTP/1.1\r\n\r\n"),
        (Sent("POST"), b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
        (Sent(headers=(("connection", "x"),)), b"GET / HTTP/1.1\r\nconnection: x\r\n\r\n"),
        (Sent(raw=b"anything"), b"anything"),
    ],
)
def test_headers_are_added_where_they_are_missing(sent: Sent, raw: bytes) -> None:
    assert octets(sent) == raw


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (b"a=<b> c&d", b"a=%3Cb%3E+c&d"),
        (b"a=b=c~", b"a=b%3Dc~"),
        (b"a=%3C b", b"a=%3C b"),
        (b"a=b+c d", b"a=b+c d"),
        (b"a=b&", b"a=b"),
    ],
)
def test_forms_are_encoded_unless_they_look_encoded(data: bytes, body: bytes) -> None:
    request, found = received(octets(Sent("POST", headers=FORM, data=data)))
    assert found == body
    assert field(request.headers, b"content-length") == b"%d" % len(body)
    assert received(octets(Sent("POST", data=data)))[1] == body


def test_other_bodies_are_sent_as_they_are_and_multipart_gets_its_line_ends() -> None:
    text = Sent("POST", headers=(("Content-Type", "text/plain"),), data=b"a=<b>\n")
    assert received(octets(text))[1] == b"a=<b>\n"
    multipart = Sent("POST", headers=(("Content-Type", "multipart/form-data; boundary=x"),), data=b"--x\n--x--\n")
    assert received(octets(multipart))[1] == b"--x\r\n--x--\r\n"


@pytest.mark.parametrize(
    ("raw", "request_", "body"),
    [
        (b"GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n", (b"GET", b"/a?b", b"HTTP/1.1"), b""),
        (b"GET /a b HTTP/1.1\r\n\r\n", (b"GET", b"/a b", b"HTTP/1.1"), b""),
        (b"GET /\r\n\r\n", (b"GET", b"/", b"HTTP/0.9"), b""),
        (b"GET / \r\n\r\n", (b"GET", b"/", b"HTTP/0.9"), b""),
        (b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nabc", (b"POST", b"/", b"HTTP/1.1"), b"ab"),
        (b"POST / HTTP/1.1\r\n\r\nabc", (b"POST", b"/", b"HTTP/1.1"), b""),
        (b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\nabc", (b"POST", b"/", b"HTTP/1.1"), b""),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nab\r\n1\r\nc\r\n0\r\n\r\n", (b"POST", b"/", b"HTTP/1.1"), b"abc"),
    ],
)
def test_what_comes_is_read_as_a_server_would(raw: bytes, request_: tuple[bytes, bytes, bytes], body: bytes) -> None:
    request, found = received(raw)
    assert (request.method, request.target, request.protocol) == request_
    assert found == body


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_request_in_a_file_may_have_line_feeds_and_needs_no_length(end: bytes) -> None:
    request, body = written(end + b"POST /x HTTP/1.1" + end + b"Host: h" + end + end + b"a\r\n\r\nb\n")
    assert (request.method, request.target, request.headers) == (b"POST", b"/x", ((b"Host", b"h"),))
    assert body == b"a\r\n\r\nb\n"
    assert written(b"GET / HTTP/1.1" + end)[0].target == b"/"


@given(st.binary(max_size=80))
def test_reading_never_raises(raw: bytes) -> None:
    received(raw)
    written(raw)


def test_the_back_end_reflects_what_it_is_told() -> None:
    told = b'{"status": 500, "headers": {"X": "y"}, "body": "<h1>z"}'
    response, body = answer(Request(b"POST", b"/reflect"), told)
    assert (response.status, body) == (500, b"<h1>z")
    assert response.headers == ((b"X", b"y"), (b"Content-Type", b"text/html; charset=utf-8"), (b"Content-Length", b"5"))
    assert answer(Request(b"POST", b"/reflect/"), b'{"encodedBody": "/w=="}')[1] == b"\xff"


@pytest.mark.parametrize("told", [b"", b"[]", b'{"status": 99}', b'{"status": "x"}', b'{"encodedBody": "x"}'])
def test_the_back_end_says_when_it_does_not_understand(told: bytes) -> None:
    assert answer(Request(b"POST", b"/reflect"), told)[0].status == 400


def test_everything_else_gets_an_empty_answer() -> None:
    response, body = answer(Request(b"GET", b"/reflect"), b"")
    assert (response.status, body) == (200, b"")


@pytest.mark.parametrize(
    ("body", "kind"),
    [("plain", b"text/plain; charset=utf-8"), ("\x00", b"application/octet-stream"), ("<?xml ", b"text/xml; charset=utf-8")],
)
def test_answers_without_a_type_get_one(body: str, kind: bytes) -> None:
    told = '{"body": "' + body.replace("\x00", "\\u0000") + '"}'
    response, _ = answer(Request(b"POST", b"/reflect"), told.encode())
    assert field(response.headers, b"content-type") == kind
