"""What handlers return, as HTTP answers; and errors in the API's one shape."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote

import bottle
import msgspec

from routerd.admin import headers
from routerd.admin.section import File
from routerd.core.errors import BadInput, Conflict, Denied, Limited, NotFound, RouterdError, Unavailable
from routerd.web.statuses import TooLarge

JSON = "application/json"

UNAUTHENTICATED = frozenset({"sign-in", "wrong", "code-needed", "wrong-code"})
"""Reasons of Denied that say who somebody is rather than what they may: 401."""

_REASONS: tuple[tuple[type[RouterdError], str], ...] = (
    (TooLarge, "too-large"),
    (BadInput, "input"),
    (NotFound, "not-found"),
    (Conflict, "conflict"),
    (Limited, "limited"),
    (Unavailable, "unavailable"),
)

_BY_STATUS = {404: "not-found", 405: "method"}


def worded(value: Any, alive: Callable[[], bool]) -> bottle.HTTPResponse:
    """The answer that says `value`.

    Args:
        value: None, a `File`, or anything that msgspec writes.
        alive: whether the session still holds, for what is sent piece by piece.
    """
    if value is None:
        return bottle.HTTPResponse(status=204, headers=dict(headers.API))
    if isinstance(value, File):
        return _file(value, alive)
    octets = msgspec.json.encode(value, enc_hook=str)
    return bottle.HTTPResponse(octets, headers={**headers.API, "Content-Type": JSON})


def shape(status: int, error: RouterdError | None, message: str) -> bottle.HTTPResponse:
    """An error in the documented shape."""
    told = {"message": message, "reason": _reason(status, error)}
    if isinstance(error, BadInput) and error.field:
        told["field"] = error.field
    if isinstance(error, Denied) and error.reason in UNAUTHENTICATED:
        status = 401
    return bottle.HTTPResponse(msgspec.json.encode({"error": told}), status, headers={**headers.API, "Content-Type": JSON})


def _reason(status: int, error: RouterdError | None) -> str:
    if isinstance(error, Denied):
        return error.reason
    known = (reason for kind, reason in _REASONS if isinstance(error, kind))
    return next(known, _BY_STATUS.get(status, "input" if status < 500 else "internal"))


def _file(file: File, alive: Callable[[], bool]) -> bottle.HTTPResponse:
    further = {"Content-Type": file.media_type, **file.headers}
    if file.name:
        further["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
    body = file.content if isinstance(file.content, bytes) else Pieces(file.content, alive)
    return bottle.HTTPResponse(body, headers=headers.over(headers.API, further))


class Pieces:
    """Sends pieces as they come, for as long as the session holds: a stolen cookie reads no stream after the sign-out.

    Args:
        pieces: what is sent; closed at the end if it can be.
        alive: asked before each piece.
    """

    def __init__(self, pieces: Iterable[bytes], alive: Callable[[], bool]) -> None:
        self._source = pieces
        self._pieces = iter(pieces)
        self._alive = alive

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = next(self._pieces)
        if not self._alive():
            raise StopIteration
        return piece

    def close(self) -> None:
        """Let the source go; the server calls this whatever happened."""
        for each in (self._pieces, self._source):
            close = getattr(each, "close", None)
            if close is not None:
                close()
                return
