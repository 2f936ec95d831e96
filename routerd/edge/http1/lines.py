"""Splits a head into its lines: the strict grammar of RFC 9112 without its leniencies. Pure.

Octets are checked by `bytes.translate`, which is the fastest test that Python has for "nothing but these"; `tests.bench.heads` compares it
with regular expressions and with httptools, which would have to be checked again for what it lets pass (obs-fold, for one).
"""

import re

from routerd.edge.fields import host_of
from routerd.edge.limits import Limits
from routerd.edge.malformed import Malformed

TOKEN = b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
VALUE = b"\t" + bytes(range(0x20, 0x7F)) + bytes(range(0x80, 0x100))
TARGET = bytes(set(range(0x21, 0x7F)) - {0x23}) + bytes(range(0x80, 0x100))
"""Of a target: everything visible but ``#``, as browsers and servers have it; RFC 3986 allows fewer."""

METHOD_OCTETS = 32

_VERSION = re.compile(rb"HTTP/[0-9]\.[0-9]")
_ABSOLUTE = re.compile(rb"https?://([^/?]*)(.*)", re.IGNORECASE | re.DOTALL)
_LONE = re.compile(rb"(?<!\r)\n|\r(?!\n|\Z)")

_REFUSED_METHODS = frozenset({b"CONNECT", b"TRACE"})
_PLAIN_METHODS = frozenset({b"GET", b"POST", b"HEAD", b"PUT", b"DELETE", b"PATCH", b"OPTIONS"})


def split_fields(block: bytes, fields_most: int) -> list[tuple[bytes, bytes]]:
    """The fields of a head or a trailer.

    Args:
        block: their lines, the last one's end included, the empty line not; may be empty.
        fields_most: more are refused.

    Raises:
        Malformed: some line is no field; 431 when there are too many.
    """
    if not block:
        return []
    split = block[:-2].split(b"\r\n")
    if len(split) > fields_most:
        raise Malformed("too-many-fields", 431)
    if block.translate(None, VALUE) != b"\r\n" * len(split):
        raise Malformed("bad-octet")
    halves = [line.split(b":", 1) for line in split]
    names = [half[0] for half in halves]
    if not all(names) or b"".join(names).translate(None, TOKEN):
        raise Malformed("bad-field")
    try:
        # No other blanks than space and tab are left to strip.
        return [(name, value.strip()) for name, value in halves]
    except ValueError:
        raise Malformed("no-colon") from None


def split_request(line: bytes, limits: Limits) -> tuple[bytes, bytes, bytes]:
    """Method, target and protocol of a request line without its end.

    Raises:
        Malformed: it is not exactly that; 405, 414 or 505 where that says more.
    """
    words = line.split(b" ")
    if len(words) != 3:
        raise Malformed("bad-request-line")
    method, target, protocol = words
    if method not in _PLAIN_METHODS:
        if not method or len(method) > METHOD_OCTETS or method.translate(None, TOKEN):
            raise Malformed("bad-method")
        if method in _REFUSED_METHODS:
            raise Malformed("refused-method", 405)
    if len(target) > limits.target_octets:
        raise Malformed("long-target", 414)
    if not target or target.translate(None, TARGET):
        raise Malformed("bad-target")
    if protocol not in {b"HTTP/1.1", b"HTTP/1.0"}:
        raise Malformed("bad-version", 505 if _VERSION.fullmatch(protocol) else 400)
    return method, target, protocol


def origin_form(method: bytes, target: bytes, authority: bytes) -> bytes:
    """The target as an origin server sees it: a path, or ``*``.

    Raises:
        Malformed: it is of another form, or names another authority than Host.
    """
    if target == b"*":
        if method != b"OPTIONS":
            raise Malformed("bad-target")
        return target
    found = _ABSOLUTE.fullmatch(target)
    if found is None:
        raise Malformed("bad-target")
    if host_of(found[1]) is None or found[1].lower() != authority.lower():
        raise Malformed("other-authority")
    path: bytes = found[2]
    return path if path.startswith(b"/") else b"/" + path


def lone_ends(part: bytes, start: int = 0) -> bool:
    """Whether a part of a head has, from `start` on, a CR or an LF that belongs to no CR LF; its last octet may still become one."""
    return _LONE.search(part, start) is not None
