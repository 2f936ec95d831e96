"""Base64 and hexadecimal, with ModSecurity v3's leniency; digests, length and parity, which make another value of every value.

Called through the catalogue only.
"""

import base64
import binascii
import hashlib
import itertools
import re

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_FOREIGN = bytes(code for code in range(256) if code not in _ALPHABET)
_STRICT = re.compile(rb"(?:[A-Za-z0-9+/]++|\r?\n| ++\r?\n)*+(?:=(?:\r?\n| ++\r?\n)*+){0,2}+ *+")
_SQL_HEX = re.compile(rb"0[xX]((?:[0-9a-fA-F]{2})+)")
_ODD_ONES = frozenset(code for code in range(256) if code.bit_count() & 1)
_EVEN = bytes(code | 0x80 if code in _ODD_ONES else code & 0x7F for code in range(256))
_ODD = bytes(code & 0x7F if code in _ODD_ONES else code | 0x80 for code in range(256))
_ZERO = bytes(code & 0x7F for code in range(256))
_NIBBLES = bytes((((code & 0xDF) - 0x41 + 10) if code >= 0x41 else code - 0x30) & 0xFF for code in range(256))


def base64_decode(value: bytes) -> bytes:
    """Strictly: up to the first NUL, line breaks allowed, nothing at all when any other octet is foreign; an unfinished group is lost."""
    text, _, _ = value.partition(b"\0")
    if not _STRICT.fullmatch(text):
        return b""
    digits = text.translate(None, b"\r\n ")
    return base64.b64decode(digits[: len(digits) & ~3])


def base64_decode_ext(value: bytes) -> bytes:
    """Leniently: foreign octets are passed over; nothing when padding comes after a single digit of a group."""
    if not value:
        return value
    digits = value.translate(None, _FOREIGN)
    if _lonely(value, len(digits)):
        return b""
    whole, odd = len(digits) & ~3, len(digits) & 3
    tail = digits[whole:] + b"A" * (4 - odd) if odd > 1 else b""
    return binascii.a2b_base64(digits[:whole]) + binascii.a2b_base64(tail)[: max(0, odd - 1)]


def base64_encode(value: bytes) -> bytes:
    """On one line."""
    return base64.b64encode(value)


def hex_decode(value: bytes) -> bytes:
    """Pairs of digits, taken for digits without looking; an odd last one is lost."""
    folded = value.translate(_NIBBLES)
    return bytes((high * 16 + low) & 0xFF for high, low in zip(folded[::2], folded[1::2], strict=False))


def hex_encode(value: bytes) -> bytes:
    """In lower case."""
    return value.hex().encode()


def sql_hex_decode(value: bytes) -> bytes:
    """``0x414243`` becomes ``ABC``."""
    return _SQL_HEX.sub(lambda found: bytes.fromhex(found[1].decode()), value)


def length(value: bytes) -> bytes:
    """The number of octets, in decimal."""
    return b"%d" % len(value)


def md5(value: bytes) -> bytes:
    """The digest itself, 16 octets."""
    return hashlib.md5(value, usedforsecurity=False).digest()


def sha1(value: bytes) -> bytes:
    """The digest itself, 20 octets."""
    return hashlib.sha1(value, usedforsecurity=False).digest()


def parity_even(value: bytes) -> bytes:
    """The eighth bit makes the number of ones even."""
    return value.translate(_EVEN)


def parity_odd(value: bytes) -> bytes:
    """The eighth bit makes the number of ones odd."""
    return value.translate(_ODD)


def parity_zero(value: bytes) -> bytes:
    """The eighth bit is cleared."""
    return value.translate(_ZERO)


def _lonely(value: bytes, digits: int) -> bool:
    """Whether padding stands where a single digit of a group has been read.

    The reference mistakes the value of a last 9, which is 61, for the padding character, which is 61 too.
    """
    if digits & 3 == 1 and value.endswith(b"9"):
        return True
    read = itertools.accumulate(len(piece.translate(None, _FOREIGN)) for piece in value.split(b"=")[:-1])
    return any(count & 3 == 1 for count in read)
