"""UTF-8 to ``%uHHHH``, so that urlDecodeUni can narrow it. Broken UTF-8 is treated as ModSecurity v3 treats it.

Called through the catalogue only.
"""

import re
from functools import lru_cache

_SEQUENCE = re.compile(
    rb"[\xc0-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf7][\x80-\xbf]{3}|[\xc0-\xf7]|\x00(?!\Z)",
)
_LEAST = {2: 0x80, 3: 0x800, 4: 0x10000}
"""The first character that needs so many octets; a lower one is overlong."""
_KEPT = 4096
"""Sequences that are remembered: a text has few different ones."""
_LEAD_BITS = {2: 0x1F, 3: 0x0F, 4: 0x07}


def utf8_to_unicode(value: bytes) -> bytes:
    """Whole sequences become ``%u`` and at least four hexadecimal digits.

    Overlong sequences and surrogates leave their first octet behind them, octets that begin no sequence stay, those that begin one
    that is not finished go, and so does NUL unless it is the last.
    """
    return value if value.isascii() and b"\0" not in value else _SEQUENCE.sub(_escaped, value)


def _escaped(found: re.Match[bytes]) -> bytes:
    return _of(found[0])


@lru_cache(_KEPT)
def _of(sequence: bytes) -> bytes:
    """What a sequence becomes."""
    lead = b"%c" % sequence[0]
    beyond = lead if sequence[0] >= 0xF5 else b""
    if len(sequence) == 1:
        return beyond
    code = sequence[0] & _LEAD_BITS[len(sequence)]
    for octet in sequence[1:]:
        code = code << 6 | octet & 0x3F
    surrogate = lead if 0xD800 <= code <= 0xDFFF else b""
    overlong = lead if code < _LEAST[len(sequence)] else b""
    return b"%s%%u%04x%s%s" % (beyond, code, surrogate, overlong)
