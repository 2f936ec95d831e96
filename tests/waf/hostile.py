"""Requests that are made to be expensive: pieces of text, repeated, in every place where a request has room for them.

Read by the tests of the budget, which count what each costs, and by the benchmark, which times them.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping

from routerd.waf.request import Request

OCTETS_MOST = 128 * 1024
"""Of a whole request."""
HEAD_MOST = 60 * 1024
"""Of the part of it that stands in the head, which the edge would refuse to read if it were longer than 64 KiB."""

PIECES: tuple[bytes, ...] = (
    *(b"../", b"..\\", b"/./", b"//", b"/", b".", b"\\", b"a/", b"c:\\", b"/etc/passwd;"),
    *(b"${", b"$(", b"${jndi:", b"{{", b"}}", b"`", b"#{", b"%{", b"${a:-b}", b"{", b"(", b")", b"[", b"]"),
    *(
        b"<",
        b">",
        b"<a ",
        b"<svg/onload=",
        b"<!--",
        b"-->",
        b"<script",
        b"</",
        b"<!",
        b"<?",
        b"onload=",
        b"style=",
        b"javascript:",
        b"href=j&#97;",
    ),
    *(b"'", b'"', b"''", b"'a'='a' ", b"' or ", b"1'", b"'/**/", b"x'41'"),
    *(b"/*", b"*/", b"/*!", b"--", b"-- \n", b"#", b"/**/", b";", b"@@", b"@"),
    *(
        b"select ",
        b"union select ",
        b"1 or ",
        b"(select(",
        b"sleep(",
        b"from x ",
        b"order by ",
        b"exec(",
        b"a,",
        b",",
        b"=",
        b"a=",
        b"1=1 ",
    ),
    *(b"%25", b"%", b"%u0041", b"%uff1c", b"%c0%ae", b"%00", b"%2e%2e%2f", b"+", b"a+", b"%61"),
    *(b"&#x41;", b"&#", b"&lt", b"&", b"&amp;", b"\\u0041", b"\\x41", b"\\141", b"\\\\", b"\\0", b"\\'", b"0x4141 "),
    *(
        b" ",
        b"\t",
        b"\n",
        b"\r\n",
        b"\0",
        b"a",
        b"A",
        b"aB",
        b"0",
        b"1",
        b"_",
        b"-",
        b"a ",
        b"a b",
        b"\x7f",
        b"\x80",
        b"\xff",
        b"\xc3\xa9",
        b"\xc0",
    ),
    *(
        b"cat ",
        b";cat /",
        b"|id",
        b"&&",
        b"||",
        b"echo$IFS",
        b"c''at ",
        b"^c^a^t ",
        b"ls -",
        b"curl http://",
        b"$a",
        b"[a-z]?*",
        b"a?",
        b"*",
    ),
    *(
        b"http://",
        b"http://a@",
        b"a@b.",
        b"1.1.1.1",
        b"a:",
        b":",
        b"php://",
        b"<?php ",
        b"$_GET[",
        b"eval(",
        b"base64_decode(",
        b"a(",
        b"function(",
    ),
    *(b"a.b.", b"a[b]", b"constructor.", b"__proto__", b"new Function(", b"process.", b"java.lang.", b"Runtime", b"a=b;", b"a: b\r\n"),
    *(b"QUFB", b"JHs=", b"Li4v", b"Jw==", b"4111111111111111 ", b"1234 ", b"0123456789abcdef", b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"),
)
"""What rules, transformations, detectors and parsers take an interest in, or work hard at."""

FILES: Mapping[str, bytes] = {
    "form": b"application/x-www-form-urlencoded",
    "json": b"application/json",
    "xml": b"text/xml",
    "text": b"text/plain",
}


def filled(piece: bytes, octets: int) -> bytes:
    """A piece again and again."""
    return (piece * (octets // max(1, len(piece)) + 1))[:octets]


def _get(target: bytes, *headers: tuple[bytes, bytes]) -> tuple[Request, bytes]:
    return Request(b"GET", target, headers=((b"Host", b"a.test"), (b"User-Agent", b"x"), (b"Accept", b"*/*"), *headers)), b""


def _post(kind: bytes, body: bytes, target: bytes = b"/") -> tuple[Request, bytes]:
    request, _ = _get(target, (b"Content-Type", kind), (b"Content-Length", b"%d" % len(body)))
    return Request(b"POST", target, headers=request.headers), body


def _plain(piece: bytes) -> bytes:
    """As it can stand in a request line or in the value of a field."""
    return piece.translate(None, b"\r\n\0 ") or b"%20"


def _in_form(piece: bytes) -> bytes:
    return piece.replace(b"&", b"%26")


def _in_json(piece: bytes, octets: int) -> bytes:
    return json.dumps(filled(piece, octets).decode("latin-1"), ensure_ascii=False).encode()


def _in_xml(piece: bytes, octets: int) -> bytes:
    text = filled(piece, octets).decode("latin-1").replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return "".join(each for each in text if each >= " " or each in "\t\n\r").encode()


def _shuffled(piece: bytes, count: int, octets: int) -> list[bytes]:
    """Values that differ, so that nothing is found to be known already."""
    return [b"%x" % (at * 2_654_435_761 % 2**32) + filled(piece, max(0, octets - 8)) for at in range(count)]


def _multipart(parts: Iterator[tuple[bytes, bytes]]) -> tuple[Request, bytes]:
    body = b"".join(b"--b\r\nContent-Disposition: form-data; " + names + b"\r\n\r\n" + content + b"\r\n" for names, content in parts)
    return _post(b"multipart/form-data; boundary=b", body[:OCTETS_MOST] + b"--b--\r\n")


def _wide_json(piece: bytes) -> tuple[Request, bytes]:
    members = b",".join(b'"%s":%s' % (name, _in_json(piece, 90)) for name in _shuffled(b"n", 1000, 10))
    return _post(FILES["json"], b"{" + members[: members.rfind(b',"', 0, OCTETS_MOST)] + b"}")


PLACES: Mapping[str, Callable[[bytes], tuple[Request, bytes]]] = {
    "path": lambda piece: _get(b"/" + filled(_plain(piece).replace(b"?", b"."), HEAD_MOST)),
    "query": lambda piece: _get(b"/?a=" + filled(_plain(_in_form(piece)), HEAD_MOST)),
    "many arguments": lambda piece: _get(b"/?" + b"&".join(b"a%d=" % at + filled(_plain(_in_form(piece)), 50) for at in range(1000))),
    "names of arguments": lambda piece: _get(b"/?" + b"&".join(each + b"=" for each in _shuffled(_plain(_in_form(piece)), 1000, 55))),
    "field": lambda piece: _get(b"/", (b"X-Own", filled(_plain(piece), HEAD_MOST))),
    "referrer and agent": lambda piece: _get(
        b"/", (b"Referer", filled(_plain(piece), HEAD_MOST // 2)), (b"User-Agent", filled(_plain(piece), HEAD_MOST // 2))
    ),
    "many fields": lambda piece: _get(b"/", *((b"X-%d" % at, each) for at, each in enumerate(_shuffled(_plain(piece), 100, 600)))),
    "cookie": lambda piece: _get(b"/", (b"Cookie", b"a=" + filled(_plain(piece).replace(b";", b"."), HEAD_MOST))),
    "many cookies": lambda piece: _get(b"/", (b"Cookie", b";".join(each + b"=" + each for each in _shuffled(_plain(piece), 1000, 30)))),
    "form": lambda piece: _post(FILES["form"], b"a=" + filled(_in_form(piece), OCTETS_MOST)),
    "form of many": lambda piece: _post(FILES["form"], b"&".join(b"a=" + each for each in _shuffled(_in_form(piece), 1000, 125))),
    "form and query": lambda piece: _post(
        FILES["form"], b"a=" + filled(_in_form(piece), OCTETS_MOST - HEAD_MOST), b"/?a=" + filled(_plain(_in_form(piece)), HEAD_MOST)
    ),
    "JSON": lambda piece: _post(FILES["json"], b'{"a":' + _in_json(piece, OCTETS_MOST // 2) + b"}"),
    "JSON of many": _wide_json,
    "JSON, name": lambda piece: _post(FILES["json"], b"{" + _in_json(piece, OCTETS_MOST // 2) + b":[1,2,3,4,5]}"),
    "fields of a form with files": lambda piece: _multipart(
        ((b'name="a%d"' % at), each) for at, each in enumerate(_shuffled(piece, 100, 1200))
    ),
    "files": lambda piece: _multipart(
        (b'name="a"; filename="%s"' % filled(piece.translate(None, b'"\\\r\n'), 3000), filled(piece, 1000)) for _ in range(30)
    ),
    "XML": lambda piece: _post(FILES["xml"], b"<a>" + _in_xml(piece, OCTETS_MOST)[: OCTETS_MOST - 10].rpartition(b"&")[0] + b"</a>"),
    "attributes of XML": lambda piece: _post(
        FILES["xml"], b"<a>" + b"".join(b'<b c="%s"/>' % _in_xml(piece, 120) for _ in range(900)) + b"</a>"
    ),
    "text": lambda piece: _post(FILES["text"], filled(piece, OCTETS_MOST)),
    "base64": lambda piece: _post(FILES["form"], b"a=" + base64.b64encode(filled(piece, OCTETS_MOST * 3 // 4)).replace(b"+", b"%2b")),
}
"""Where a piece is put."""


def _deep(opening: bytes, closing: bytes, count: int) -> bytes:
    return opening * count + closing * count


SHAPES: Mapping[str, Callable[[], tuple[Request, bytes]]] = {
    "JSON, arrays in arrays": lambda: _post(FILES["json"], _deep(b"[", b"]", OCTETS_MOST // 2)),
    "JSON, objects in objects": lambda: _post(FILES["json"], _deep(b'{"a":', b"}", 500)),
    "JSON, empty objects": lambda: _post(FILES["json"], b"[" + b"{}," * (OCTETS_MOST // 3) + b"1]"),
    "JSON, numbers": lambda: _post(FILES["json"], b"[" + b"1," * (OCTETS_MOST // 2) + b"1]"),
    "JSON, deep and wide": lambda: _post(FILES["json"], b"[[[[[" + b"[[[1]]]," * 10_000 + b"1]]]]]"),
    "JSON, long names in deep objects": lambda: _post(
        FILES["json"], b'{"' + b"a" * 20_000 + b'":' + b"[" * 90 + b"1," * 900 + b"1" + b"]" * 90 + b"}"
    ),
    "XML, deep": lambda: _post(FILES["xml"], _deep(b"<a>", b"</a>", OCTETS_MOST // 7)),
    "XML, elements": lambda: _post(FILES["xml"], b"<a>" + b"<b/>" * (OCTETS_MOST // 4) + b"</a>"),
    "XML, entities": lambda: _post(FILES["xml"], b'<!DOCTYPE a [<!ENTITY b "' + b"c" * 1000 + b'">]><a>' + b"&b;" * 40_000 + b"</a>"),
    "parts, empty": lambda: _multipart((b'name="a"', b"") for _ in range(3000)),
    "parts, boundaries": lambda: _post(b"multipart/form-data; boundary=b", b"--b\r\n" * (OCTETS_MOST // 5)),
    "parts, false boundaries": lambda: _post(
        b"multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"--c\n" * 30_000
    ),
    "arguments, no end": lambda: _post(FILES["form"], b"&" * OCTETS_MOST),
    "arguments in query and body": lambda: _post(
        FILES["form"], b"&".join(_shuffled(b"=%27", 1000, 60)), b"/?" + b"&".join(_shuffled(b"=%27", 1000, 55))
    ),
    "every piece": lambda: _post(FILES["form"], b"a=" + filled(b"".join(map(_in_form, PIECES)), OCTETS_MOST)),
    "every piece, many values": lambda: _post(
        FILES["form"], b"&".join(b"a%d=" % at + _in_form(PIECES[at % len(PIECES)]) * 3 + b"%d" % at for at in range(1000))
    ),
    "every piece in a cookie": lambda: _get(b"/", (b"Cookie", b"a=" + filled(b"".join(map(_plain, PIECES)).replace(b";", b""), HEAD_MOST))),
    "every piece in JSON": lambda: _post(FILES["json"], b'{"a":' + _in_json(b"".join(PIECES), OCTETS_MOST // 2) + b"}"),
}
"""What cannot be put as a piece in a place."""


def requests() -> Iterator[tuple[str, Request, bytes]]:
    """All of them."""
    for shape, make in SHAPES.items():
        yield (shape, *make())
    for place, put in PLACES.items():
        for piece in PIECES:
            yield (f"{place}: {piece!r}", *put(piece))
