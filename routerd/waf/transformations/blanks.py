"""White space and NUL: trimmed, compressed, removed, replaced. White space is what C calls so.

Called through the catalogue only.
"""

import re

WHITE = b" \t\n\v\f\r"
_RUN = re.compile(rb"[ \t\n\v\f\r]{2,}|[\t\n\v\f\r]")


def trim(value: bytes) -> bytes:
    """Both ends."""
    return value.strip(WHITE)


def trim_left(value: bytes) -> bytes:
    """The beginning."""
    return value.lstrip(WHITE)


def trim_right(value: bytes) -> bytes:
    """The end."""
    return value.rstrip(WHITE)


def compress_whitespace(value: bytes) -> bytes:
    """One blank for every run of white space."""
    return _RUN.sub(b" ", value)


def remove_whitespace(value: bytes) -> bytes:
    """White space goes, and both octets of a no-break space."""
    return value.translate(None, WHITE + b"\xa0\xc2")


def remove_nulls(value: bytes) -> bytes:
    """NUL goes."""
    return value.replace(b"\0", b"")


def replace_nulls(value: bytes) -> bytes:
    """NUL becomes a blank."""
    return value.replace(b"\0", b" ")
