"""Arguments of a form and of a query string: ``a=1&b=%20``, decoded as ModSecurity v3 does.

Called by `catalogue` for bodies and by the engine for query strings.
"""

import re

from routerd.waf import uri
from routerd.waf.bodies.body import Limits, Parsed

_INVALID = re.compile(rb"%(?![0-9A-Fa-f]{2})")

TOO_MANY = "more than {} arguments"


def parse(body: bytes, content_type: bytes, limits: Limits) -> Parsed:  # noqa: ARG001 - every processor is called alike
    """The arguments of a form; beyond the limit they are left out, and the error says so."""
    pairs, more = split(body, limits)
    error = TOO_MANY.format(limits.arguments) if more else ""
    return Parsed(args=pairs, flags={"URLENCODED_ERROR": int(invalid(body))}, error=error)


def split(text: bytes, limits: Limits) -> tuple[tuple[tuple[bytes, bytes], ...], bool]:
    """The arguments, in order, and whether there were more than may be.

    As in the reference, nothing between two separators is an argument without name and value, and nothing after the last one is none.
    """
    if not text:
        return (), False
    pieces = text.removesuffix(limits.separator).split(limits.separator, limits.arguments)
    more = len(pieces) > limits.arguments
    return tuple(_pair(piece) for piece in pieces[: limits.arguments]), more


def invalid(text: bytes) -> bool:
    """Whether a percent sign is not followed by two hexadecimal digits (URLENCODED_ERROR)."""
    return b"%" in text and _INVALID.search(text) is not None


def decoded(value: bytes) -> bytes:
    """Percent sequences and plus signs decoded; what is not valid stays as it is."""
    return uri.decoded(value.replace(b"+", b" "))


def _pair(piece: bytes) -> tuple[bytes, bytes]:
    name, _, value = piece.partition(b"=")
    return decoded(name), decoded(value)
