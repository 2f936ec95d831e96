"""Heads of HTTP/2: what is a request becomes one, what could deceive an HTTP/1.1 server behind the edge is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.edge.head import Peer
from routerd.edge.http2.requests import check_trailers, read, salvaged
from routerd.edge.limits import Limits
from routerd.edge.malformed import Malformed

PEER = Peer(b"192.0.2.1", b"192.0.2.1", 1, b"192.0.2.2", 443, b"https")
METHOD, SCHEME, AUTHORITY, PATH = (b":method", b"POST"), (b":scheme", b"https"), (b":authority", b"A.test:8443"), (b":path", b"/p?q=%20")
USUAL = (METHOD, SCHEME, AUTHORITY, PATH)


def replaced(name: bytes, value: bytes | None) -> list[tuple[bytes, bytes]]:
    return [(key, old if key != name else value) for key, old in USUAL if key != name or value is not None]


def test_a_request_is_read():
    fields = [*USUAL, (b"accept", b"*/*"), (b"cookie", b"a=1"), (b"x-thing", b""), (b"cookie", b"b=2"), (b"te", b"trailers")]
    request = read([*fields, (b"content-length", b"7"), (b"x-forwarded-for", b"6.6.6.6")], Limits(), ended=False)
    assert (request.method, request.target, request.protocol) == (b"POST", b"/p?q=%20", b"HTTP/2")
    assert (request.authority, request.host, request.length) == (b"A.test:8443", b"a.test", 7)
    assert request.kept == ((b"accept", b"*/*"), (b"x-thing", b""), (b"cookie", b"a=1; b=2"))
    assert request.lines == b"accept: */*\r\nx-thing: \r\ncookie: a=1; b=2\r\n"
    assert request.headers[0] == (b"host", b"A.test:8443")
    assert request.forwarded == {b"x-forwarded-for": b"6.6.6.6"}


@pytest.mark.parametrize(("ended", "declared", "length"), [(True, (), 0), (False, (), None), (True, (b"0",), 0), (False, (b"0",), 0)])
def test_a_body_is_as_long_as_is_known(ended, declared, length):
    fields = [*USUAL, *((b"content-length", each) for each in declared)]
    assert read(fields, Limits(), ended=ended).length == length


def test_host_alone_is_enough_and_star_is_for_options():
    assert read([*replaced(b":authority", None), (b"host", b"h.test")], Limits(), ended=True).host == b"h.test"
    assert read([*USUAL, (b"host", b"a.TEST:8443")], Limits(), ended=True).authority == b"A.test:8443"
    options = [(b":method", b"OPTIONS"), SCHEME, AUTHORITY, (b":path", b"*")]
    assert read(options, Limits(), ended=True).target == b"*"


REFUSED = {
    "no method": (replaced(b":method", None), "missing-pseudo-field"),
    "no scheme": (replaced(b":scheme", None), "missing-pseudo-field"),
    "no path": (replaced(b":path", None), "missing-pseudo-field"),
    "an empty path": (replaced(b":path", b""), "missing-pseudo-field"),
    "no authority": (replaced(b":authority", None), "no-host"),
    "an empty authority": (replaced(b":authority", b""), "bad-host"),
    "two methods": ([METHOD, METHOD, SCHEME, AUTHORITY, PATH], "bad-pseudo-field"),
    "two paths": ([*USUAL, PATH], "bad-pseudo-field"),
    "a status": ([*USUAL, (b":status", b"200")], "bad-pseudo-field"),
    "a protocol": ([*USUAL, (b":protocol", b"websocket")], "bad-pseudo-field"),
    "an unknown pseudo field": ([*USUAL, (b":x", b"1")], "bad-pseudo-field"),
    "a pseudo field after others": ([METHOD, SCHEME, AUTHORITY, (b"a", b"b"), PATH], "bad-pseudo-field"),
    "connect": ([(b":method", b"CONNECT"), AUTHORITY], "refused-method"),
    "trace": (replaced(b":method", b"TRACE"), "refused-method"),
    "a method with a blank": (replaced(b":method", b"GET / HTTP/1.1\r\nX:"), "bad-method"),
    "a method that is too long": (replaced(b":method", b"A" * 33), "bad-method"),
    "another scheme": (replaced(b":scheme", b"ftp"), "bad-scheme"),
    "a scheme with a line end": (replaced(b":scheme", b"https\r\nx: y"), "bad-scheme"),
    "a path with a blank": (replaced(b":path", b"/ HTTP/1.1"), "bad-target"),
    "a path with a line end": (replaced(b":path", b"/\r\nX: y"), "bad-target"),
    "a path with NUL": (replaced(b":path", b"/\0"), "bad-target"),
    "a path with a fragment": (replaced(b":path", b"/#x"), "bad-target"),
    "an absolute path": (replaced(b":path", b"http://b.test/"), "bad-target"),
    "a relative path": (replaced(b":path", b"x"), "bad-target"),
    "star without options": (replaced(b":path", b"*"), "bad-target"),
    "an authority with a user": (replaced(b":authority", b"u@a.test"), "bad-host"),
    "an authority with a path": (replaced(b":authority", b"a.test/x"), "bad-host"),
    "an authority with a line end": (replaced(b":authority", b"a.test\r\nx: y"), "bad-host"),
    "another host": ([*USUAL, (b"host", b"b.test")], "other-authority"),
    "two hosts": ([*USUAL, (b"host", b"a.test:8443"), (b"host", b"a.test:8443")], "two-hosts"),
    "upper case": ([*USUAL, (b"X-a", b"1")], "bad-field"),
    "an empty name": ([*USUAL, (b"", b"1")], "bad-field"),
    "a name with a colon": ([*USUAL, (b"a:", b"1")], "bad-field"),
    "a name with a blank": ([*USUAL, (b"a ", b"1")], "bad-field"),
    "a name with a line end": ([*USUAL, (b"a\r\nb", b"1")], "bad-field"),
    "a name beyond ASCII": ([*USUAL, (b"\xc3\xa4", b"1")], "bad-field"),
    "a line feed in a value": ([*USUAL, (b"a", b"1\nb: 2")], "bad-octet"),
    "a carriage return in a value": ([*USUAL, (b"a", b"1\rb")], "bad-octet"),
    "NUL in a value": ([*USUAL, (b"a", b"1\0")], "bad-octet"),
    "a blank before a value": ([*USUAL, (b"a", b" 1")], "blank-around-value"),
    "a tab after a value": ([*USUAL, (b"a", b"1\t")], "blank-around-value"),
    "connection": ([*USUAL, (b"connection", b"close")], "connection-field"),
    "keep-alive": ([*USUAL, (b"keep-alive", b"1")], "connection-field"),
    "proxy-connection": ([*USUAL, (b"proxy-connection", b"keep-alive")], "connection-field"),
    "transfer-encoding": ([*USUAL, (b"transfer-encoding", b"chunked")], "connection-field"),
    "upgrade": ([*USUAL, (b"upgrade", b"websocket")], "connection-field"),
    "te": ([*USUAL, (b"te", b"gzip")], "connection-field"),
    "two lengths": ([*USUAL, (b"content-length", b"1"), (b"content-length", b"1")], "two-lengths"),
    "a length with a sign": ([*USUAL, (b"content-length", b"+1")], "bad-length"),
    "a length in a list": ([*USUAL, (b"content-length", b"1, 1")], "bad-length"),
    "an endless length": ([*USUAL, (b"content-length", b"1" * 19)], "bad-length"),
    "another expectation": ([*USUAL, (b"expect", b"the-unexpected")], "bad-expectation"),
}


@pytest.mark.parametrize(("fields", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_could_be_read_in_two_ways_is_refused(fields, reason):
    with pytest.raises(Malformed) as caught:
        read(fields, Limits(), ended=False)
    assert caught.value.reason == reason
    assert salvaged(fields, PEER).client == b"192.0.2.1"


LIMITED = {
    "a long target": ([METHOD, SCHEME, AUTHORITY, (b":path", b"/" * 101)], 414),
    "many fields": ([*USUAL, *[(b"a", b"b")] * 11], 431),
    "a long body": ([*USUAL, (b"content-length", b"1001")], 413),
}


@pytest.mark.parametrize(("fields", "status"), LIMITED.values(), ids=LIMITED.keys())
def test_limits_are_told_by_status(fields, status):
    with pytest.raises(Malformed) as caught:
        read(fields, Limits(target_octets=100, fields=10, body_octets=1000), ended=False)
    assert caught.value.status == status


def test_a_length_without_a_body_is_refused():
    with pytest.raises(Malformed, match="length-without-body"):
        read([*USUAL, (b"content-length", b"1")], Limits(), ended=True)


@pytest.mark.parametrize(
    "fields", [[(b":path", b"/")], [(b"X", b"y")], [(b"a", b"\r\n")], [(b"connection", b"close")], [(b"a", b"b")] * 101]
)
def test_trailers_are_held_to_the_same(fields):
    with pytest.raises(Malformed):
        check_trailers(fields, Limits())
    check_trailers([(b"x-checksum", b"1")], Limits())


octet_strings = st.one_of(
    st.binary(max_size=12), st.sampled_from((b"a", b"host", b"content-length", b"/", b"x\r\ny", b"1", b"https", b":path"))
)


@given(st.lists(st.tuples(octet_strings, octet_strings), max_size=6), st.booleans())
def test_what_is_taken_is_written_in_lines_of_one_field_each(more, ended):
    try:
        request = read([*USUAL, *more], Limits(), ended=ended)
    except Malformed:
        return
    lines = request.lines.split(b"\r\n")
    assert lines.pop() == b""
    assert len(lines) == len(request.kept)
    assert not any(bad in request.lines.replace(b"\r\n", b"") for bad in (b"\r", b"\n", b"\0"))
    assert b" " not in request.target
