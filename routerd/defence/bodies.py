"""Bodies as whoever gets them will read them: what is compressed is decompressed, as far as rules look at it.

Called for judging alone: either side is sent what the other sent.
"""

import contextlib
import zlib

from routerd.edge.head import Fields

_WINDOWS = {b"gzip": 31, b"x-gzip": 31, b"deflate": 47}
"""Of zlib: with a gzip header; with any header."""

_PLAIN = frozenset({b"", b"identity", b"aws-chunked"})
"""Codings that hide nothing."""

MEMBERS_MOST = 16
"""Of gzip, one behind the other; who reads one reads them all."""


def asked(body: bytes, headers: Fields, most: int) -> tuple[bytes, str]:
    """What the body of a request says.

    Args:
        body: as it came.
        headers: of the request.
        most: octets that are looked at, of a body in some coding.

    Returns:
        The body without its coding, and why that is not all of it: empty, it is. Where the coding is not known here, or not the one that
        is claimed, the body as it came.
    """
    said = b",".join(value for name, value in headers if name.lower() == b"content-encoding")
    codings = [coding for coding in (each.strip().lower() for each in said.split(b",")) if coding not in _PLAIN] if said else []
    if not codings or not body:
        return body, ""
    window = _WINDOWS.get(codings[0])
    if window is None or len(codings) > 1:
        return body, "A body in a coding that is not known"
    try:
        return _members(body, window, most)
    except zlib.error:
        if codings[0] == b"deflate":
            with contextlib.suppress(zlib.error):
                return _members(body, -15, most)
        return body, "A body in another coding than it claims"


def _members(body: bytes, window: int, most: int) -> tuple[bytes, str]:
    found = b""
    for _ in range(MEMBERS_MOST):
        unpacker = zlib.decompressobj(window)
        found += unpacker.decompress(body, most - len(found))
        if len(found) >= most:
            return found, "A body that is too large without its coding"
        if not unpacker.eof:
            return found, "A body whose coding does not come to its end"
        body = unpacker.unused_data
        if not body:
            return found, ""
    return found, "A body in too many pieces"


def readable(body: bytes, headers: Fields, most: int) -> bytes:
    """What the body of a response says.

    Args:
        body: as the upstream sent it, perhaps only its beginning.
        headers: of the response.
        most: octets that are looked at.

    Returns:
        At most `most` octets; the body itself when it is in no coding that is known here, or not in the one that it claims.
    """
    coding = next((value.strip().lower() for name, value in headers if name.lower() == b"content-encoding"), b"")
    window = _WINDOWS.get(coding)
    if window is None or not body:
        return body
    try:
        return zlib.decompressobj(window).decompress(body, most)
    except zlib.error:
        return _raw(body, most) if coding == b"deflate" else body


def _raw(body: bytes, most: int) -> bytes:
    """Deflate without any header, which some servers send under that name."""
    try:
        return zlib.decompressobj(-15).decompress(body, most)
    except zlib.error:
        return body
