"""The back end that tests assume behind a WAF: it answers whatever is asked with an empty 200, and ``POST /reflect`` with what it is told.

The request's body says what: a JSON object with `status`, `headers`, `body` or `encodedBody` (base64).
"""

import base64
import binascii
import json
import re
from typing import Any

from routerd.waf.request import Request, Response

_EMPTY: tuple[Response, bytes] = (Response(200, headers=((b"Content-Length", b"0"),)), b"")
_HTML = re.compile(
    rb"[\t\n\f\r ]*<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|!--)(?:[ >]|(?<=--))",
    re.IGNORECASE,
)
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_LEAST_STATUS, _MOST_STATUS = 100, 599


def answer(request: Request, body: bytes) -> tuple[Response, bytes]:
    """Head and body of the answer to a request."""
    path = request.target.partition(b"?")[0].rstrip(b"/")
    if request.method != b"POST" or path != b"/reflect":
        return _EMPTY
    try:
        return _reflected(json.loads(body))
    except (ValueError, TypeError, AttributeError, binascii.Error):
        return _made(400, {}, b"Invalid JSON in request body")


def _reflected(told: dict[str, Any]) -> tuple[Response, bytes]:
    status = int(told.get("status") or 200)
    if not _LEAST_STATUS <= status <= _MOST_STATUS:
        return _made(400, {}, f"Invalid status code: {status}".encode())
    body = str(told.get("body") or "").encode(errors="replace") or base64.b64decode(told.get("encodedBody") or "")
    return _made(status, told.get("headers") or {}, body)


def _made(status: int, headers: dict[str, str], body: bytes) -> tuple[Response, bytes]:
    fields = [(name.encode(), str(value).encode()) for name, value in headers.items()]
    if body and not any(name.lower() == b"content-type" for name, _ in fields):
        fields.append((b"Content-Type", _sniffed(body)))
    fields.append((b"Content-Length", str(len(body)).encode()))
    return Response(status, headers=tuple(fields)), body


def _sniffed(body: bytes) -> bytes:
    """The type that Go's server gives to an answer that names none."""
    if _HTML.match(body):
        return b"text/html; charset=utf-8"
    if body.lstrip().startswith(b"<?xml"):
        return b"text/xml; charset=utf-8"
    return b"application/octet-stream" if _BINARY.search(body, 0, 512) else b"text/plain; charset=utf-8"
