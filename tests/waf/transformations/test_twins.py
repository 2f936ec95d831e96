"""Transformations against twins that follow their definitions octet by octet, or against the standard library's way of doing the same."""

import base64
import hashlib
import urllib.parse
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.waf.transformations.catalogue import CATALOGUE

BY_NAME = {each.name: each.function for each in CATALOGUE}
WHITE = b" \t\n\x0b\x0c\r"
HEX = b"0123456789abcdefABCDEF"
LETTERS = {b"a": 7, b"b": 8, b"f": 12, b"n": 10, b"r": 13, b"t": 9, b"v": 11}
PIECES = [
    b"\\",
    b"\\x",
    b"\\u",
    b"%u",
    b"%",
    b"ff",
    b"FF",
    b"0",
    b"4",
    b"1",
    b"a",
    b"n",
    b"\n",
    b" ",
    b"\t",
    b"\0",
    b"/*",
    b"*/",
    b"..",
    b"/",
    b"=",
    b"\xc3\xa9",
    b"\xff",
    b"Z",
]
values = st.lists(st.sampled_from(PIECES) | st.binary(max_size=3), max_size=12).map(b"".join)


def each_octet(change: Callable[[int], bytes]) -> Callable[[bytes], bytes]:
    return lambda value: b"".join(map(change, value))


def parity(kept: int) -> Callable[[bytes], bytes]:
    """The eighth bit so that the number of ones is even (0) or odd (1); it is cleared before where it has to be."""
    return each_octet(
        lambda code: bytes((code & 0x7F if code.bit_count() % 2 == kept else code | 0x80,)) if code < 0x80 else _with_bit(code, kept)
    )


def _with_bit(code: int, kept: int) -> bytes:
    low = code & 0x7F
    return bytes((low if code.bit_count() % 2 == kept else low | 0x80,))


def stripped(*, left: bool, right: bool) -> Callable[[bytes], bytes]:
    def strip(value: bytes) -> bytes:
        while left and value and value[0] in WHITE:
            value = value[1:]
        while right and value and value[-1] in WHITE:
            value = value[:-1]
        return value

    return strip


def comments_replaced(value: bytes) -> bytes:
    out, at = b"", 0
    while at < len(value):
        if value[at : at + 2] == b"/*":
            end = at + 2
            while end < len(value) and value[end : end + 2] != b"*/":
                end += 1
            out, at = out + b" ", end + 2
        else:
            out, at = out + value[at : at + 1], at + 1
    return out


def is_hex(digits: bytes, count: int) -> bool:
    return len(digits) == count and all(digit in HEX for digit in digits)


def narrowed(digits: bytes) -> int:
    """Full-width letters become plain ones; of all others the lower octet is left."""
    code = int(digits, 16)
    low = code & 0xFF
    return low + 0x20 if 0xFF00 < code < 0xFF5F else low


def unicode_decoded(value: bytes) -> bytes:
    out, at = bytearray(), 0
    while at < len(value):
        if value[at : at + 2].lower() == b"%u" and is_hex(value[at + 2 : at + 6], 4):
            out.append(narrowed(value[at + 2 : at + 6]))
            at += 6
        elif value[at : at + 1] == b"%" and is_hex(value[at + 1 : at + 3], 2):
            out.append(int(value[at + 1 : at + 3], 16))
            at += 3
        else:
            out.append(0x20 if value[at] == 0x2B else value[at])
            at += 1
    return bytes(out)


def javascript(value: bytes) -> bytes:
    out, at = bytearray(), 0
    while at < len(value):
        rest = value[at + 1 :]
        if value[at] != 0x5C or not rest:
            out.append(value[at])
            at += 1
        elif rest[:1] == b"u" and is_hex(rest[1:5], 4):
            out.append(narrowed(rest[1:5]))
            at += 6
        elif rest[:1] == b"x" and is_hex(rest[1:3], 2):
            out.append(int(rest[1:3], 16))
            at += 4
        elif digits := octal(rest, 3 if rest[0] in b"0123" else 2):
            out.append(int(digits, 8))
            at += 1 + len(digits)
        else:
            out.append(LETTERS.get(rest[:1], rest[0]))
            at += 2
    return bytes(out)


def octal(text: bytes, most: int) -> bytes:
    count = 0
    while count < min(most, len(text)) and text[count] in b"01234567":
        count += 1
    return text[:count]


def ansi(value: bytes) -> bytes:
    out, at = bytearray(), 0
    while at < len(value):
        rest = value[at + 1 :]
        if value[at] != 0x5C or not rest:
            out.append(value[at])
            at += 1
        elif rest[:1] in (b"x", b"X") and is_hex(rest[1:3], 2):
            out.append(int(rest[1:3], 16))
            at += 4
        elif digits := octal(rest, 3):
            out.append(int(digits, 8) & 0xFF)
            at += 1 + len(digits)
        else:
            out.append(LETTERS.get(rest[:1], rest[0]))
            at += 2
    return bytes(out)


def percent(code: int) -> bytes:
    return b"+" if code == 0x20 else bytes((code,)) if chr(code).isascii() and (chr(code).isalnum() or code == 0x2A) else b"%%%02x" % code


TWINS: dict[str, Callable[[bytes], bytes]] = {
    "base64Encode": base64.standard_b64encode,
    "escapeSeqDecode": ansi,
    "hexEncode": each_octet(lambda code: b"%02x" % code),
    "jsDecode": javascript,
    "length": lambda value: str(len(value)).encode(),
    "lowercase": each_octet(lambda code: bytes((code + 32 if 0x41 <= code <= 0x5A else code,))),
    "md5": lambda value: hashlib.new("md5", value).digest(),
    "none": lambda value: value,
    "parityEven7bit": parity(0),
    "parityOdd7bit": parity(1),
    "parityZero7bit": each_octet(lambda code: bytes((code & 0x7F,))),
    "removeNulls": each_octet(lambda code: bytes((code,)) if code else b""),
    "removeWhitespace": each_octet(lambda code: b"" if code in WHITE + b"\xc2\xa0" else bytes((code,))),
    "replaceComments": comments_replaced,
    "replaceNulls": each_octet(lambda code: bytes((code or 0x20,))),
    "sha1": lambda value: hashlib.new("sha1", value).digest(),
    "trim": stripped(left=True, right=True),
    "trimLeft": stripped(left=True, right=False),
    "trimRight": stripped(left=False, right=True),
    "uppercase": each_octet(lambda code: bytes((code - 32 if 0x61 <= code <= 0x7A else code,))),
    "urlDecodeUni": unicode_decoded,
    "urlEncode": each_octet(percent),
}


@pytest.mark.parametrize("name", TWINS)
@given(value=values)
def test_it_does_what_its_twin_does(name: str, value: bytes) -> None:
    assert BY_NAME[name](value) == TWINS[name](value)


@given(value=st.binary(max_size=40))
def test_what_the_standard_library_encodes_is_decoded(value: bytes) -> None:
    assert BY_NAME["base64Decode"](base64.standard_b64encode(value)) == value
    assert BY_NAME["base64DecodeExt"](base64.standard_b64encode(value)) == value
    assert BY_NAME["hexDecode"](value.hex().encode()) == value
    assert BY_NAME["urlDecode"](urllib.parse.quote_plus(value).encode()) == value
    assert BY_NAME["urlDecodeUni"](urllib.parse.quote_plus(value).encode()) == value


@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12))
def test_valid_utf8_becomes_its_characters_numbers(text: str) -> None:
    assert BY_NAME["utf8toUnicode"](text.encode()) == b"".join(each.encode() if each.isascii() else b"%%u%04x" % ord(each) for each in text)


@given(segments=st.lists(st.sampled_from(["a", "b", ".", "..", "", "c.d"]), max_size=8))
def test_a_path_is_normalised_as_a_walk_through_folders(segments: list[str]) -> None:
    walked: list[str] = []
    for segment in segments:
        if segment == "..":
            walked = walked[:-1]
        elif segment not in ("", "."):
            walked.append(segment)
    found = BY_NAME["normalizePath"](("/" + "/".join(segments)).encode()).decode()
    assert [each for each in found.split("/") if each] == walked
