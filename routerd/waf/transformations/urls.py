"""Percent encoding, there and back, as ModSecurity v3 has it: what is not properly encoded stays as it is.

Called through the catalogue only.
"""

import re
from urllib.parse import unquote_to_bytes

from routerd.waf.transformations.escapes import BYTES, narrowed

_UNI = re.compile(rb"%(?:[uU]([0-9a-fA-F]{4})|([0-9a-fA-F]{2}))")
_PLAIN = frozenset(b"*0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_ENCODE = {code: b"%%%02x" % code for code in range(256) if code not in _PLAIN} | {0x20: b"+"}
_UNSAFE = re.compile(rb"[^*0-9A-Za-z]")


def url_decode(value: bytes) -> bytes:
    """``%HH``, and a plus sign for a blank."""
    if b"+" in value:
        value = value.replace(b"+", b" ")
    return unquote_to_bytes(value) if b"%" in value else value


def url_decode_uni(value: bytes) -> bytes:
    """As `url_decode`, and IIS's ``%uHHHH``: the lower octet, full-width letters as plain ones."""
    if b"%u" in value or b"%U" in value:
        return _UNI.sub(_uni, value.replace(b"+", b" "))
    return url_decode(value)


def url_encode(value: bytes) -> bytes:
    """Everything but letters, digits and the asterisk; a plus sign for a blank."""
    return _UNSAFE.sub(lambda found: _ENCODE[found[0][0]], value)


def _uni(found: re.Match[bytes]) -> bytes:
    wide, octet = found.groups()
    return narrowed(wide) if wide else BYTES[int(octet, 16)]
