"""A response's body as the client will read it: what is compressed is decompressed, as far as rules look at it.

Called on the way out, for judging alone: the client is sent what the upstream sent.
"""

import zlib

from routerd.edge.head import Fields

_WINDOWS = {b"gzip": 31, b"x-gzip": 31, b"deflate": 47}
"""Of zlib: with a gzip header; with any header."""


def readable(body: bytes, headers: Fields, most: int) -> bytes:
    """What a body says.

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
