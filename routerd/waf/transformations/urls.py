"""Percent encoding, there and back, as ModSecurity v3 has it: what is not properly encoded stays as it is.

Called through the catalogue only.
"""

import re
from functools import lru_cache

from routerd.waf.transformations.escapes import BYTES, narrowed

_SEQUENCE = re.compile(rb"%[0-9a-fA-F]{2}")
_UNI = re.compile(rb"%(?:[uU][0-9a-fA-F]{4}|[0-9a-fA-F]{2})")
_KEPT = 4096
"""Sequences that are remembered: a text has few different ones."""
_PLAIN = frozenset(b"*0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_ENCODE = {code: b"%%%02x" % code for code in range(256) if code not in _PLAIN} | {0x20: b"+"}
_UNSAFE = re.compile(rb"[^*0-9A-Za-z]")


def url_decode(value: bytes) -> bytes:
    """``%HH``, and a plus sign for a blank."""
    if b"+" in value:
        value = value.replace(b"+", b" ")
    return _SEQUENCE.sub(_octet, value) if b"%" in value else value


def url_decode_uni(value: bytes) -> bytes:
    """As `url_decode`, and IIS's ``%uHHHH``: the lower octet, full-width letters as plain ones."""
    if b"%u" in value or b"%U" in value:
        return _UNI.sub(_octet, value.replace(b"+", b" "))
    return url_decode(value)


def url_encode(value: bytes) -> bytes:
    """Everything but letters, digits and the asterisk; a plus sign for a blank."""
    return _UNSAFE.sub(lambda found: _ENCODE[found[0][0]], value)


def _octet(found: re.Match[bytes]) -> bytes:
    return _decoded(found[0])


@lru_cache(_KEPT)
def _decoded(sequence: bytes) -> bytes:
    """What a sequence stands for."""
    return narrowed(sequence[2:]) if len(sequence) > 3 else BYTES[int(sequence[1:], 16)]
