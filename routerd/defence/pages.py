"""What a client sees when it is refused: a small page that says so and shows a number to quote; nothing of rules, sites or the box.

Called by the defence alone. HTML, or JSON for whoever asks for it.
"""

from html import escape

from routerd.edge.head import Fields
from routerd.edge.ports import Refusal

_HTML = (("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"))
_JSON = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))
_HEADERS: tuple[Fields, Fields] = tuple(tuple((name.encode(), value.encode()) for name, value in each) for each in (_HTML, _JSON))  # type: ignore[assignment]

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>%(title)s</title></head>
<body><h1>%(title)s</h1><p>%(text)s</p>
<p>If you think that this is a mistake, tell whoever runs this site this number: <code>%(id)s</code></p></body></html>
"""

_UNREADY = ("Please try again in a moment", "This site is being made ready.")
_WORDS = {
    400: ("Request not understood", "This request could not be read."),
    413: ("Request too large", "This request is larger than this site takes."),
    429: ("Too many requests", "Please wait a while before you try again."),
    503: _UNREADY,
}
_OTHER = ("Request refused", "This request was refused.")

_RETRY_S = b"2"
_ACCEPT = b"accept"


def refused(status: int, request_id: str, headers: Fields) -> Refusal:
    """The page for a request that was refused.

    Args:
        status: of the answer.
        request_id: to quote.
        headers: of the request, for what it accepts.
    """
    title, text = _WORDS.get(status, _OTHER)
    if _wants_json(headers):
        body = f'{{"error":"{title}","request_id":"{request_id}"}}\n'
        return Refusal(status, _HEADERS[1], body.encode())
    return Refusal(status, _HEADERS[0], (_PAGE % {"title": title, "text": text, "id": escape(request_id)}).encode())


def unready(headers: Fields) -> Refusal:
    """The page of a box that has no rules yet: better none than an unguarded answer."""
    found = refused(503, "-", headers)
    return Refusal(503, (*found.headers, (b"Retry-After", _RETRY_S)), found.body)


def _wants_json(headers: Fields) -> bool:
    for name, value in headers:
        if len(name) == len(_ACCEPT) and name.lower() == _ACCEPT:
            json = value.find(b"application/json")
            html = value.find(b"text/html")
            return json >= 0 and not 0 <= html < json
    return False
