"""Transformations against their triggers, and against twins that go octet by octet."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.waf.transformations.catalogue import CATALOGUE
from routerd.waf.transformations.transformation import Transformation

BY_NAME = {each.name: each.function for each in CATALOGUE}
HEX = b"0123456789abcdefABCDEF"
PIECES = [
    *b"/ \\ . .. a A f F 0 3 7 9 u x X % + & # ; &# &#x lt amp nbsp - -- > <!-- --> /* */ = ^ \" ' ( , 0x41 %u ff1c".split(),
    b" ",
    b"\t",
    b"\n",
    b"\r",
    b"\x0b",
    b"\x00",
    b"\xa0",
    b"\xc2",
    b"\xc0\xaf",
    b"\xe2\x82\xac",
    b"\xff",
    b"\xf0\x9f\x98\x80",
]
values = st.lists(st.sampled_from(PIECES) | st.binary(max_size=3), max_size=14).map(b"".join)


@pytest.mark.parametrize("each", CATALOGUE, ids=lambda each: each.name)
@given(value=values)
def test_a_value_without_a_trigger_comes_out_as_it_went_in(each: Transformation, value: bytes) -> None:
    result = each.function(value)
    if each.triggers is not None and not each.triggers.search(value):
        assert result is value
    if result == value:
        assert result is value


def url_decoded(value: bytes) -> bytes:
    out, at = bytearray(), 0
    while at < len(value):
        pair = value[at + 1 : at + 3]
        if value[at] == 0x25 and len(pair) == 2 and all(digit in HEX for digit in pair):
            out.append(int(pair, 16))
            at += 3
        else:
            out.append(0x20 if value[at] == 0x2B else value[at])
            at += 1
    return bytes(out)


def command(value: bytes) -> bytes:
    out: list[int] = []
    for code in value:
        if code in b"\"'\\^":
            continue
        if code in b" ,;\t\r\n":
            if out[-1:] != [0x20]:
                out.append(0x20)
            continue
        if code in b"/(" and out[-1:] == [0x20]:
            out.pop()
        out.append(code + 32 if 0x41 <= code <= 0x5A else code)
    return bytes(out)


def without_marks(value: bytes) -> bytes:
    out, rest = b"", value
    while rest:
        mark = next((mark for mark in (b"<!--", b"-->", b"/*", b"*/", b"--", b"#") if rest.startswith(mark)), b"")
        out, rest = (out, rest[len(mark) :]) if mark else (out + rest[:1], rest[1:])
    return out


def without_comments(value: bytes) -> bytes:
    out, rest = b"", value
    while rest:
        if rest.startswith((b"--", b"#")):
            return out
        mark = next((mark for mark in (b"<!--", b"/*") if rest.startswith(mark)), b"")
        if not mark:
            out, rest = out + rest[:1], rest[1:]
            continue
        rest = rest[len(mark) :]
        while rest and not rest.startswith((b"*/", b"-->")):
            rest = rest[1:]
        if not rest:
            return out + b" "
        rest = rest[3:] if rest.startswith(b"-->") else rest[2:]
        out, rest = out + (rest[:1] or b"\0"), rest[1:]
    return out


def compressed(value: bytes) -> bytes:
    out = b""
    for at in range(len(value)):
        octet = value[at : at + 1]
        white = octet.isspace()
        if not (white and at and value[at - 1 : at].isspace()):
            out += b" " if white else octet
    return out


def octets_of_hexadecimal(value: bytes) -> bytes:
    out, at = b"", 0
    while at < len(value):
        digits = value[at + 2 : at + 4]
        if value[at : at + 2] in {b"0x", b"0X"} and len(digits) == 2 and all(digit in HEX for digit in digits):
            at += 2
            while len(digits) == 2 and all(digit in HEX for digit in digits):
                out += bytes.fromhex(digits.decode())
                at += 2
                digits = value[at : at + 2]
        else:
            out += value[at : at + 1]
            at += 1
    return out


TWINS: dict[str, Callable[[bytes], bytes]] = {
    "urlDecode": url_decoded,
    "cmdLine": command,
    "removeCommentsChar": without_marks,
    "removeComments": without_comments,
    "compressWhitespace": compressed,
    "sqlHexDecode": octets_of_hexadecimal,
}


@pytest.mark.parametrize("name", TWINS)
@given(value=values)
def test_it_does_what_its_twin_does(name: str, value: bytes) -> None:
    assert BY_NAME[name](value) == TWINS[name](value)


@given(value=st.binary(max_size=60))
def test_what_was_encoded_is_decoded(value: bytes) -> None:
    assert BY_NAME["hexDecode"](BY_NAME["hexEncode"](value)) == value
    assert BY_NAME["urlDecode"](BY_NAME["urlEncode"](value)) == value
    assert BY_NAME["base64Decode"](BY_NAME["base64Encode"](value)) == value
    assert BY_NAME["base64DecodeExt"](BY_NAME["base64Encode"](value)) == value


@given(segments=st.lists(st.sampled_from([b"a", b"bc", b".", b"..", b""]), min_size=1, max_size=8))
def test_a_normalised_absolute_path_has_no_references_left(segments: list[bytes]) -> None:
    wanted: list[bytes] = []
    for segment in segments:
        if segment == b"..":
            del wanted[-1:]
        elif segment not in {b"", b"."}:
            wanted.append(segment)
    got = BY_NAME["normalisePath"](b"/" + b"/".join(segments))
    assert [each for each in got.split(b"/") if each] == wanted


@pytest.mark.parametrize("each", CATALOGUE, ids=lambda each: each.name)
@pytest.mark.parametrize("piece", [b"/*", b"../", b"\\\\", b"&#x", b"%u", b" \n", b"\xe2\x82", b"= ", b"0x4", b"a.b/"])
def test_time_grows_with_the_value_and_not_faster(each: Transformation, piece: bytes) -> None:
    value = piece * (131_072 // len(piece))
    before = time.process_time()
    each.function(value)
    assert time.process_time() - before < 0.6
