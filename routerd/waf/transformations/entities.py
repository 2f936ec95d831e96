"""HTML entities, decoded as ModSecurity v3 decodes them: numbers by their lowest octet, five names, a semicolon or none.

Called through the catalogue only.
"""

import re

from routerd.waf.transformations.escapes import BYTES

_ENTITY = re.compile(rb"&(?:#(?:[xX]([0-9a-fA-F]+)|([0-9]+))|((?i:quot|amp|lt|gt|nbsp))[0-9a-zA-Z]*);?")
_NAMES = {b"quot": b'"', b"amp": b"&", b"lt": b"<", b"gt": b">", b"nbsp": b"\xa0"}
_LONG_MOST = (1 << 63) - 1
"""What strtol() makes of every number that is greater."""
_DIGITS_MOST = 24
"""Digits that make such a number, whatever they are."""


def html_entity_decode(value: bytes) -> bytes:
    """``&#x3c``, ``&#60;``, ``&lt;`` and what only begins like a known name (``&ltfoo;``): each becomes one octet."""
    return _ENTITY.sub(_octet, value) if b"&" in value else value


def _octet(found: re.Match[bytes]) -> bytes:
    hexadecimal, decimal, name = found.groups()
    if name:
        return _NAMES[name.lower()]
    digits = (hexadecimal or decimal).lstrip(b"0")[:_DIGITS_MOST] or b"0"
    return BYTES[min(int(digits, 16 if hexadecimal else 10), _LONG_MOST) & 0xFF]
