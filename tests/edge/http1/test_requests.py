"""Requests as octets in, what is heard out: what is right in any pieces, what is not exactly right never."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.edge.http1.requests import Requests
from routerd.edge.limits import Limits
from routerd.edge.malformed import Malformed

LIMITS = Limits(head_octets=2_048, target_octets=512, fields=20, body_octets=100_000)


class Ear:
    """Hears; a body's pieces are one text, for where they are cut says nothing."""

    def __init__(self) -> None:
        self.heard = []

    def head(self, request, keep):
        self.heard.append(("head", request.method, request.target, request.host, request.length, keep))

    def body(self, octets):
        if self.heard[-1][0] == "body":
            self.heard[-1] = ("body", self.heard[-1][1] + octets)
        else:
            self.heard.append(("body", octets))

    def body_ended(self):
        self.heard.append(("ended",))


def read(*pieces: bytes, limits: Limits = LIMITS):
    """Everything that is heard, and the fault that ends it, if one does."""
    ear = Ear()
    reader = Requests(ear, limits)
    try:
        for piece in pieces:
            reader.receive(piece)
            while reader.ended and reader.next():
                pass
    except Malformed as fault:
        return ear.heard, fault
    return ear.heard, None


def get(*lines: bytes) -> bytes:
    return b"\r\n".join((b"GET / HTTP/1.1", b"Host: a.test", *lines, b"", b""))


def post(*lines: bytes, body: bytes = b"") -> bytes:
    return b"\r\n".join((b"POST / HTTP/1.1", b"Host: a.test", *lines, b"", body))


GOOD = {
    "plain": (get(), [("head", b"GET", b"/", b"a.test", 0, True)]),
    "leading empty line": (b"\r\n" + get(), [("head", b"GET", b"/", b"a.test", 0, True)]),
    "close": (get(b"Connection: close"), [("head", b"GET", b"/", b"a.test", 0, False)]),
    "no blank behind colon": (b"GET / HTTP/1.1\r\nhost:a.test\r\n\r\n", [("head", b"GET", b"/", b"a.test", 0, True)]),
    "port, case and dot of host": (b"GET / HTTP/1.1\r\nHost: A.Test.:8080\r\n\r\n", [("head", b"GET", b"/", b"a.test", 0, True)]),
    "address": (b"GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n", [("head", b"GET", b"/", b"[2001:db8::1]", 0, True)]),
    "1.0": (b"GET / HTTP/1.0\r\n\r\n", [("head", b"GET", b"/", b"", 0, False)]),
    "1.0 that stays": (
        b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n" * 2,
        [("head", b"GET", b"/", b"", 0, True)] * 2,
    ),
    "absolute form": (b"GET http://a.test:80/x?y HTTP/1.1\r\nHost: a.test:80\r\n\r\n", [("head", b"GET", b"/x?y", b"a.test", 0, True)]),
    "absolute form without path": (b"GET http://a.test?y HTTP/1.1\r\nHost: a.test\r\n\r\n", [("head", b"GET", b"/?y", b"a.test", 0, True)]),
    "asterisk": (b"OPTIONS * HTTP/1.1\r\nHost: a.test\r\n\r\n", [("head", b"OPTIONS", b"*", b"a.test", 0, True)]),
    "raw UTF-8": (
        b"GET /\xc3\xa9?<script> HTTP/1.1\r\nHost: a.test\r\n\r\n",
        [("head", b"GET", b"/\xc3\xa9?<script>", b"a.test", 0, True)],
    ),
    "own method": (b"PROPFIND / HTTP/1.1\r\nHost: a.test\r\n\r\n", [("head", b"PROPFIND", b"/", b"a.test", 0, True)]),
    "length": (post(b"Content-Length: 4", body=b"abcd"), [("head", b"POST", b"/", b"a.test", 4, True), ("body", b"abcd"), ("ended",)]),
    "length 0": (post(b"Content-Length: 0"), [("head", b"POST", b"/", b"a.test", 0, True)]),
    "chunks": (
        post(b"Transfer-Encoding: Chunked", body=b"3\r\nabc\r\n00A\r\n0123456789\r\n0\r\n\r\n"),
        [("head", b"POST", b"/", b"a.test", None, True), ("body", b"abc0123456789"), ("ended",)],
    ),
    "no chunk but the last": (
        post(b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
        [("head", b"POST", b"/", b"a.test", None, True), ("ended",)],
    ),
    "extensions and trailer": (
        post(b"Transfer-Encoding: chunked", body=b'1;a;b=c;d="e f"\r\nx\r\n0;z\r\nContent-Length: 7\r\nX: y\r\n\r\n'),
        [("head", b"POST", b"/", b"a.test", None, True), ("body", b"x"), ("ended",)],
    ),
    "pipelined": (
        post(b"Content-Length: 2", body=b"ab") + get() + post(b"Transfer-Encoding: chunked", body=b"1\r\nx\r\n0\r\n\r\n") + get(),
        [
            ("head", b"POST", b"/", b"a.test", 2, True),
            ("body", b"ab"),
            ("ended",),
            ("head", b"GET", b"/", b"a.test", 0, True),
            ("head", b"POST", b"/", b"a.test", None, True),
            ("body", b"x"),
            ("ended",),
            ("head", b"GET", b"/", b"a.test", 0, True),
        ],
    ),
}

BAD = {
    "length and coding": (post(b"Content-Length: 4", b"Transfer-Encoding: chunked"), "length-and-coding", 400),
    "coding and length": (post(b"Transfer-Encoding: chunked", b"Content-Length: 4"), "length-and-coding", 400),
    "two lengths": (post(b"Content-Length: 4", b"Content-Length: 5"), "two-lengths", 400),
    "the same length twice": (post(b"Content-Length: 4", b"content-length: 4"), "two-lengths", 400),
    "list of lengths": (post(b"Content-Length: 4, 4"), "bad-length", 400),
    "length with plus": (post(b"Content-Length: +4"), "bad-length", 400),
    "length with minus": (post(b"Content-Length: -4"), "bad-length", 400),
    "hexadecimal length": (post(b"Content-Length: 0x4"), "bad-length", 400),
    "blank in length": (post(b"Content-Length: 4 4"), "bad-length", 400),
    "underscore in length": (post(b"Content-Length: 1_0"), "bad-length", 400),
    "empty length": (post(b"Content-Length:"), "bad-length", 400),
    "digits of other scripts": (post("Content-Length: ٤".encode()), "bad-length", 400),
    "too long a number": (post(b"Content-Length: 1" + b"0" * 18), "bad-length", 400),
    "fraction": (post(b"Content-Length: 4.0"), "bad-length", 400),
    "two codings": (post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"), "bad-coding", 400),
    "list of codings": (post(b"Transfer-Encoding: gzip, chunked"), "bad-coding", 400),
    "chunked first": (post(b"Transfer-Encoding: chunked, identity"), "bad-coding", 400),
    "identity": (post(b"Transfer-Encoding: identity"), "bad-coding", 400),
    "vertical tab in coding": (post(b"Transfer-Encoding: \x0bchunked"), "bad-octet", 400),
    "quoted coding": (post(b'Transfer-Encoding: "chunked"'), "bad-coding", 400),
    "coding with parameter": (post(b"Transfer-Encoding: chunked;q=1"), "bad-coding", 400),
    "empty coding": (post(b"Transfer-Encoding:"), "bad-coding", 400),
    "xchunked": (post(b"Transfer-Encoding: xchunked"), "bad-coding", 400),
    "coding in 1.0": (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "coding-in-1.0", 400),
    "blank before colon": (post(b"Content-Length : 4"), "bad-field", 400),
    "tab before colon": (post(b"Transfer-Encoding\t: chunked"), "bad-field", 400),
    "folded line": (post(b"X: a", b" b"), "bad-field", 400),
    "folded with colon": (post(b"X: a", b"\tTransfer-Encoding: chunked"), "bad-field", 400),
    "blank before the first field": (b"GET / HTTP/1.1\r\n Host: a.test\r\n\r\n", "bad-field", 400),
    "no colon": (get(b"X"), "no-colon", 400),
    "empty name": (get(b": x"), "bad-field", 400),
    "name with parenthesis": (get(b"X(): x"), "bad-field", 400),
    "NUL in value": (get(b"X: a\0b"), "bad-octet", 400),
    "NUL in name": (get(b"X\0: b"), "bad-octet", 400),
    "DEL in value": (get(b"X: a\x7fb"), "bad-octet", 400),
    "control in value": (get(b"X: a\x01b"), "bad-octet", 400),
    "lone LF in value": (get(b"X: a\nTransfer-Encoding: chunked"), "bad-octet", 400),
    "lone CR in value": (get(b"X: a\rY: b"), "bad-octet", 400),
    "CR CR LF": (get(b"X: a\r"), "bad-octet", 400),
    "lone LF behind the request line": (b"GET / HTTP/1.1\nHost: a.test\r\n\r\n", "bad-request-line", 400),
    "only LF": (b"GET / HTTP/1.1\nHost: a.test\n\n", "lone-line-end", 400),
    "LF CR LF": (b"GET / HTTP/1.1\r\nHost: a.test\n\r\n", "lone-line-end", 400),
    "no host": (b"GET / HTTP/1.1\r\nX: y\r\n\r\n", "no-host", 400),
    "no fields": (b"GET / HTTP/1.1\r\n\r\n", "no-host", 400),
    "two hosts": (get(b"Host: a.test"), "two-hosts", 400),
    "empty host": (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", "bad-host", 400),
    "host with path": (b"GET / HTTP/1.1\r\nHost: a.test/x\r\n\r\n", "bad-host", 400),
    "host with user": (b"GET / HTTP/1.1\r\nHost: x@a.test\r\n\r\n", "bad-host", 400),
    "list of hosts": (b"GET / HTTP/1.1\r\nHost: a.test, b.test\r\n\r\n", "bad-host", 400),
    "host with an empty label": (b"GET / HTTP/1.1\r\nHost: a..test\r\n\r\n", "bad-host", 400),
    "host with two dots at its end": (b"GET / HTTP/1.1\r\nHost: a.test..\r\n\r\n", "bad-host", 400),
    "host with percent": (b"GET / HTTP/1.1\r\nHost: a%00\r\n\r\n", "bad-host", 400),
    "port that is none": (b"GET / HTTP/1.1\r\nHost: a.test:http\r\n\r\n", "bad-host", 400),
    "port beyond": (b"GET / HTTP/1.1\r\nHost: a.test:65536\r\n\r\n", "bad-host", 400),
    "other authority": (b"GET http://b.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n", "other-authority", 400),
    "other port": (b"GET http://a.test:81/ HTTP/1.1\r\nHost: a.test\r\n\r\n", "other-authority", 400),
    "other scheme": (b"GET ftp://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n", "bad-target", 400),
    "no slash": (b"GET x HTTP/1.1\r\nHost: a.test\r\n\r\n", "bad-target", 400),
    "asterisk for GET": (b"GET * HTTP/1.1\r\nHost: a.test\r\n\r\n", "bad-target", 400),
    "fragment": (b"GET /#x HTTP/1.1\r\nHost: a.test\r\n\r\n", "bad-target", 400),
    "blank in target": (b"GET /a b HTTP/1.1\r\nHost: a.test\r\n\r\n", "bad-request-line", 400),
    "tab in target": (b"GET /a\tb HTTP/1.1\r\nHost: a.test\r\n\r\n", "bad-target", 400),
    "NUL in target": (b"GET /\0 HTTP/1.1\r\nHost: a.test\r\n\r\n", "bad-target", 400),
    "two blanks": (b"GET  / HTTP/1.1\r\nHost: a.test\r\n\r\n", "bad-request-line", 400),
    "tabs for blanks": (b"GET\t/\tHTTP/1.1\r\nHost: a.test\r\n\r\n", "bad-request-line", 400),
    "blank first": (b" GET / HTTP/1.1\r\nHost: a.test\r\n\r\n", "bad-request-line", 400),
    "blank last": (b"GET / HTTP/1.1 \r\nHost: a.test\r\n\r\n", "bad-request-line", 400),
    "0.9": (b"GET /\r\n\r\n", "bad-request-line", 400),
    "method with colon": (b"GET: / HTTP/1.1\r\nHost: a.test\r\n\r\n", "bad-method", 400),
    "long method": (b"G" * 33 + b" / HTTP/1.1\r\nHost: a.test\r\n\r\n", "bad-method", 400),
    "CONNECT": (b"CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n", "refused-method", 405),
    "TRACE": (b"TRACE / HTTP/1.1\r\nHost: a.test\r\n\r\n", "refused-method", 405),
    "1.2": (b"GET / HTTP/1.2\r\nHost: a.test\r\n\r\n", "bad-version", 505),
    "2.0": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "bad-version", 505),
    "lower case": (b"GET / http/1.1\r\nHost: a.test\r\n\r\n", "bad-version", 400),
    "1.10": (b"GET / HTTP/1.10\r\nHost: a.test\r\n\r\n", "bad-version", 400),
    "two empty lines first": (b"\r\n\r\n" + get(), "bad-request-line", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "bad-request-line", 400),
    "other expectation": (post(b"Expect: 200-ok"), "bad-expectation", 417),
    "long head": (get(b"X: " + b"a" * 2_048), "long-head", 431),
    "long head without end": (get()[:-2] + b"X: " + b"a" * 2_048, "long-head", 431),
    "long target": (b"GET /" + b"a" * 600 + b" HTTP/1.1\r\nHost: a.test\r\n\r\n", "long-target", 414),
    "endless target": (b"GET /" + b"a" * 3_000, "long-head", 414),
    "many fields": (get(*[b"X: y"] * 30), "too-many-fields", 431),
    "long body": (post(b"Content-Length: 100001"), "long-body", 413),
}

BAD_CHUNKS = {
    "no size": (b"\r\nabc\r\n", "bad-chunk-size"),
    "size with sign": (b"+3\r\nabc\r\n", "bad-chunk-size"),
    "size with 0x": (b"0x3\r\nabc\r\n", "bad-chunk-size"),
    "size with blank": (b"3 \r\nabc\r\n", "bad-chunk-size"),
    "size behind blank": (b" 3\r\nabc\r\n", "bad-chunk-size"),
    "size with underscore": (b"1_0\r\n", "bad-chunk-size"),
    "size beyond 60 bits": (b"1" + b"0" * 15 + b"\r\n", "bad-chunk-size"),
    "size ended by LF": (b"3\nabc\r\n0\r\n\r\n", "bad-chunk-size"),
    "size with CR inside": (b"3\r;a\r\nabc\r\n", "bad-chunk-size"),
    "size that is a word": (b"xyz\r\n", "bad-chunk-size"),
    "data ended by LF": (b"3\r\nabc\n0\r\n\r\n", "bad-chunk-end"),
    "data too long": (b"3\r\nabcd\r\n", "bad-chunk-end"),
    "data not ended": (b"3\r\nabc0\r\n\r\n", "bad-chunk-end"),
    "extension with LF": (b"3;a\nb\r\nabc\r\n", "bad-chunk-size"),
    "extension with blank": (b"3; a\r\nabc\r\n", "bad-chunk-size"),
    "extension without name": (b"3;=a\r\nabc\r\n", "bad-chunk-size"),
    "extension not closed": (b'3;a="b\r\nabc\r\n', "bad-chunk-size"),
    "long extension": (b"3;" + b"a" * 300 + b"\r\nabc\r\n", "bad-chunk-size"),
    "many extensions": ((b"1;" + b"a" * 200 + b"\r\nx\r\n") * 100, "bad-chunk-extensions"),
    "trailer without colon": (b"0\r\nX\r\n\r\n", "no-colon"),
    "folded trailer": (b"0\r\nX: y\r\n z\r\n\r\n", "bad-field"),
    "trailer with LF": (b"0\r\nX: y\nZ: z\r\n\r\n", "bad-octet"),
    "endless trailer": (b"0\r\n" + b"X: y\r\n" * 1_000, "bad-trailer"),
    "last chunk ended by LF": (b"0\n\n", "bad-chunk-size"),
    "trailer ended by LF": (b"0\r\n\n", "bad-trailer"),
    "long body": (b"10000\r\n" + b"a" * 65_536 + b"\r\n10000\r\n" + b"a" * 65_536, "long-body"),
}


@pytest.mark.parametrize("case", GOOD)
def test_what_is_right_is_heard(case):
    octets, heard = GOOD[case]
    assert read(octets) == (heard, None)


@pytest.mark.parametrize("case", BAD)
def test_what_is_not_exactly_right_is_refused(case):
    octets, reason, status = BAD[case]
    heard, fault = read(octets)
    assert heard == []
    assert (fault.reason, fault.status) == (reason, status)


@pytest.mark.parametrize("case", BAD_CHUNKS)
def test_a_broken_coding_never_ends(case):
    octets, reason = BAD_CHUNKS[case]
    heard, fault = read(post(b"Transfer-Encoding: chunked", body=octets))
    assert ("ended",) not in heard
    assert fault.reason == reason


@given(st.sampled_from(sorted(GOOD)), st.data())
def test_where_it_is_cut_says_nothing(case, data):
    octets, heard = GOOD[case]
    assert read(*cut(octets, data)) == (heard, None)


@given(st.sampled_from(sorted(BAD)), st.data())
def test_what_is_wrong_is_wrong_in_any_pieces(case, data):
    heard, fault = read(*cut(BAD[case][0], data))
    assert heard == []
    assert fault is not None


@given(st.sampled_from(sorted(BAD_CHUNKS)), st.data())
def test_a_broken_coding_is_broken_in_any_pieces(case, data):
    heard, fault = read(*cut(post(b"Transfer-Encoding: chunked", body=BAD_CHUNKS[case][0]), data))
    assert ("ended",) not in heard
    assert fault is not None


@given(st.binary(max_size=300))
def test_anything_at_all_is_heard_refused_or_waited_for(octets):
    read(octets)
    read(get()[:-4] + octets + b"\r\n\r\n")
    read(post(b"Transfer-Encoding: chunked", body=octets))


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=8), st.data())
def test_chunks_give_back_what_was_put_in(pieces, data):
    coded = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    heard, fault = read(*cut(post(b"Transfer-Encoding: chunked", body=coded), data))
    assert fault is None
    assert b"".join(event[1] for event in heard if event[0] == "body") == b"".join(pieces)
    assert heard[-1] == ("ended",)


def test_fields_of_the_connection_and_of_forwarding_are_not_kept():
    kept = []
    ear = Ear()
    ear.head = lambda request, _keep: kept.extend(request.kept)
    Requests(ear, LIMITS).receive(
        get(
            b"Connection: x-mine, Upgrade",
            b"X-Mine: 1",
            b"Upgrade: h2c",
            b"HTTP2-Settings: x",
            b"Keep-Alive: 5",
            b"Proxy-Connection: close",
            b"TE: trailers",
            b"Trailer: X",
            b"Proxy: http://evil",
            b"X-Forwarded-For: 1.2.3.4",
            b"X_Forwarded_For: 1.2.3.4",
            b"Forwarded: for=1.2.3.4",
            b"X-Real-IP: 1.2.3.4",
            b"Content_Length: 9",
            b"X-Kept: yes",
        )
    )
    assert kept == [(b"X-Kept", b"yes")]


def cut(octets: bytes, data) -> list[bytes]:
    places = sorted(data.draw(st.lists(st.integers(0, len(octets)), max_size=6)))
    return [octets[start:end] for start, end in zip([0, *places], [*places, len(octets)], strict=True) if end > start]
