r"""Backslash escapes of JavaScript, CSS and ANSI C, decoded as ModSecurity v3 decodes them: what is no escape stays or loses its backslash.

Called through the catalogue only.
"""

import re

_JS = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-3][0-7]{2}|[0-7]{1,2})|(.))", re.DOTALL)
_CSS = re.compile(rb"\\(?:([0-9a-fA-F]{1,6})[ \t\n\v\f\r]?|\n|(.)|\Z)", re.DOTALL)
_ANSI = re.compile(rb"\\(?:[xX]([0-9a-fA-F]{2})|([0-7]{1,3})|(.))", re.DOTALL)
_CONTROLS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
BYTES = tuple(bytes((code,)) for code in range(256))
"""Every byte as a value of its own."""


def js_decode(value: bytes) -> bytes:
    r"""``\uHHHH`` (lower octet; full-width letters become plain ones), ``\xHH``, octal, and one-letter escapes; else the backslash goes."""
    return _JS.sub(_js, value) if b"\\" in value else value


def css_decode(value: bytes) -> bytes:
    """One to six hexadecimal digits after a backslash, and one blank after them; an escaped newline and a last backslash vanish."""
    return _CSS.sub(_css, value) if b"\\" in value else value


def escape_seq_decode(value: bytes) -> bytes:
    r"""ANSI C: one-letter escapes, ``\xHH``, octal; of anything else the backslash goes."""
    return _ANSI.sub(_ansi, value) if b"\\" in value else value


def narrowed(digits: bytes) -> bytes:
    """The octet that the last two of four or more hexadecimal digits stand for; U+FF01 to U+FF5E become what they look like."""
    low = int(digits[-2:], 16)
    if 0 < low < 0x5F and digits[-4:-2].lower() == b"ff":
        low += 0x20
    return BYTES[low]


def _js(found: re.Match[bytes]) -> bytes:
    wide, octet, octal, letter = found.groups()
    if wide:
        return narrowed(wide)
    if octet:
        return BYTES[int(octet, 16)]
    return BYTES[int(octal, 8)] if octal else _CONTROLS.get(letter, letter)


def _css(found: re.Match[bytes]) -> bytes:
    digits, letter = found.groups()
    if not digits:
        return letter or b""
    full = len(digits) == 4 or (len(digits) > 4 and digits[:-4].strip(b"0") == b"")
    return narrowed(digits) if full else BYTES[int(digits[-2:], 16)]


def _ansi(found: re.Match[bytes]) -> bytes:
    octet, octal, letter = found.groups()
    if octet:
        return BYTES[int(octet, 16)]
    return BYTES[int(octal, 8) & 0xFF] if octal else _CONTROLS.get(letter, letter)
