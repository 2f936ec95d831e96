"""What the edge answers itself: short, plain, without a word about what is behind it. Pure."""

from http import HTTPStatus

from routerd.edge.fields import lines
from routerd.edge.head import Fields
from routerd.edge.message import Answer, Request

CHALLENGES = b"/.well-known/acme-challenge/"
"""Asked for by certificate authorities over plain HTTP (RFC 8555, 8.3)."""

PHRASES = {status.value: status.phrase.encode() for status in HTTPStatus}

_TYPE = (b"Content-Type", b"text/plain; charset=utf-8")


def refusal(status: int, headers: Fields, body: bytes, *, bodiless: bool = False) -> tuple[Answer, bytes]:
    """An answer and its body.

    Args:
        status: 200..599.
        headers: besides Content-Length, Date and Connection.
        body: empty: the phrase that goes with the status.
        bodiless: to a HEAD request.
    """
    if not body and status not in {204, 304}:
        body = b"%d %b\n" % (status, PHRASES.get(status, b"Refused"))
        headers = (*headers, _TYPE)
    answer = Answer(status, headers, headers, len(body), bodiless or status in {204, 304})
    answer.lines = lines(headers)
    return answer, body


def to_https(request: Request, port: int) -> Fields:
    """The fields that send a plain request on to TLS at the same name."""
    place = b"" if port == 443 else b":%d" % port
    return ((b"Location", b"https://" + request.host + place + (request.target if request.target != b"*" else b"/")),)
