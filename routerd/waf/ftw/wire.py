"""Makes of a test's request the octets that go-ftw would send, and of these what a WAF's front would hand to the engine.

What go-ftw does to a request unasked (forms encoded, headers added, line ends of multipart bodies) is done here too: the tests rely on it.
"""

import re
from urllib.parse import quote_plus

from routerd.waf.ftw.tests import Sent
from routerd.waf.request import Fields, Request, field

_FORM = "application/x-www-form-urlencoded"
_WITH_BODY = re.compile(r"^POST|PUT|PATCH|DELETE$")
_BLANK = re.compile(rb"\r?\n\r?\n")
_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})[^\n]*\n")


def octets(sent: Sent) -> bytes:
    """The request as it goes over the wire."""
    if sent.raw:
        return sent.raw
    headers, data = list(sent.headers), sent.data
    if data and sent.completed:
        if _first(headers, "content-type") is None:
            headers.append(("Content-Type", _FORM))
        if any(name.lower() == "content-type" and value.lower() == _FORM for name, value in headers):
            data = _encoded(data)
    if any(name.lower() == "content-type" and "multipart/form-data;" in value.lower() for name, value in headers):
        data = data.replace(b"\n", b"\r\n")
    if sent.completed:
        headers += _added(sent, headers, len(data))
    lines = [f"{sent.method} {sent.target} {sent.version}", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode(errors="surrogatepass") + data


def received(raw: bytes) -> tuple[Request, bytes]:
    """Head and body of a request, read as far as it goes and without judging; a body beyond its Content-Length is no part of it."""
    head, _, rest = raw.partition(b"\r\n\r\n")
    line, *fields = head.split(b"\r\n")
    method, _, target = line.partition(b" ")
    target, _, protocol = target.rpartition(b" ") if b" " in target else (target, b"", b"")
    headers = tuple(_field(each) for each in fields if each)
    request = Request(method, target, protocol or b"HTTP/0.9", headers, client_port=40000)
    return request, _body(headers, rest)


def written(raw: bytes) -> tuple[Request, bytes]:
    """Head and body of a request that stands in a file: lines may end in a line feed alone, and all that follows the head is the body."""
    raw = raw.lstrip(b"\r\n")
    blank = _BLANK.search(raw)
    head, body = (raw[: blank.start()], raw[blank.end() :]) if blank else (raw.rstrip(b"\r\n"), b"")
    request, _ = received(head.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    return request, _joined(body) if _is_chunked(request.headers) else body


def _field(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b":")
    return name, value.strip(b" \t")


def _body(headers: Fields, rest: bytes) -> bytes:
    if _is_chunked(headers):
        return _joined(rest)
    length = field(headers, b"content-length") or b"0"
    return rest[: int(length)] if length.isdigit() else b""


def _is_chunked(headers: Fields) -> bool:
    return b"chunked" in (field(headers, b"transfer-encoding") or b"").lower()


def _joined(chunks: bytes) -> bytes:
    body, at = b"", 0
    while (size := _SIZE.match(chunks, at)) and (length := int(size[1], 16)):
        body += chunks[size.end() : size.end() + length]
        at = size.end() + length + 2
    return body


def _encoded(data: bytes) -> bytes:
    """A form's names and values encoded, unless something in it looks encoded already."""
    if b"%" in data or b"+" in data:
        return data
    pairs = (piece.split(b"=", 1) for piece in data.removesuffix(b"&").split(b"&"))
    return b"&".join(b"=".join(quote_plus(each, safe="~").encode() for each in pair) for pair in pairs)


def _added(sent: Sent, headers: list[tuple[str, str]], length: int) -> list[tuple[str, str]]:
    added = []
    if _first(headers, "connection") is None:
        added.append(("Connection", "close"))
    if _first(headers, "content-length") is None and (length or _WITH_BODY.search(sent.method)):
        added.append(("Content-Length", str(length)))
    return added


def _first(headers: list[tuple[str, str]], name: str) -> str | None:
    return next((value for each, value in headers if each.lower() == name), None)
