"""What each transformation makes of values that show its habits."""

import pytest

from routerd.waf.names import TRANSFORMATIONS
from routerd.waf.transformations.catalogue import CATALOGUE

BY_NAME = {each.name: each.function for each in CATALOGUE}

CASES = {
    "base64Decode": [
        (b"SGVsbG8=", b"Hello"),
        (b"SGVs\r\nbG8=", b"Hello"),
        (b"SGVs  \nbG8=  ", b"Hello"),
        (b"SGVs bG8=", b""),
        (b"SGVsbG8", b"Hel"),
        (b"SGVsbG8=\0zz", b"Hello"),
        (b"<script>", b""),
        (b"QQ===", b""),
        (b"QQ=Q", b""),
    ],
    "base64DecodeExt": [
        (b"PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", b"<script>alert(1)</script>"),
        (b"P.HNjcmlwdD5 hbGVydCgxKTwvc2NyaXB0Pg==", b"<script>alert(1)</script>"),
        (b"SGVsbG8", b"Hello"),
        (b"QQQQ=QQQQ", b"A\x04\x10A\x04\x10"),
        (b"Q=", b""),
        (b"QUFB9", b""),
        (b"QUFBQ", b"AAA"),
        (b"QUFBQQ", b"AAAA"),
    ],
    "base64Encode": [(b"Hello", b"SGVsbG8="), (b"", b"")],
    "cmdLine": [
        (b'C^OMMAND /C "foo"', b"command/c foo"),
        (b"a,;\t\r\n b", b"a b"),
        (b"cat  '/etc'  (x", b"cat/etc(x"),
        (b"a ' ' b", b"a b"),
        (b"w\\h\\oami", b"whoami"),
        (b"\xc4 ok", b"\xc4 ok"),
    ],
    "compressWhitespace": [(b"a \t\n b\rc", b"a b c"), (b"a\xa0b", b"a\xa0b")],
    "cssDecode": [
        (rb"ja\vascript:al\ert", b"javascript:al\x0ert"),
        (rb"\6a \61vascript", b"java"[:1] + b"\x61vascript"),
        (rb"\ff1cx", b"<x"),
        (rb"\0ff1cx", b"<x"),
        (rb"\00ff1cx", b"<x"),
        (rb"\1ff1cx", b"\x1cx"),
        (b"a\\\nb", b"ab"),
        (b"a\\", b"a"),
        (rb"\g", b"g"),
        (rb"\0003c ", b"<"),
        (rb"\3c   x", b"<  x"),
    ],
    "escapeSeqDecode": [
        (rb"\a\b\f\n\r\t\v\\\?\'\"", b"\a\b\f\n\r\t\v\\?'\""),
        (rb"\x41\X42\x4g", b"ABx4g"),
        (rb"\101\777\8", b"A\xff8"),
        (b"end\\", b"end\\"),
    ],
    "hexDecode": [(b"414243", b"ABC"), (b"4142435", b"ABC"), (b"4a4B", b"JK"), (b"zz", b"S")],
    "hexEncode": [(b"\x00Jk\xff", b"004a6bff")],
    "htmlEntityDecode": [
        (b"&#x3c;&#X3C&#60;&#60 &lt;&LT &gt;&amp;&quot;&nbsp;", b'<<<< << >&"\xa0'),
        (b"&#0000106&#x00006a;", b"jj"),
        (b"&#1199;", b"\xaf"),
        (b"&#x;&#;&;&foo;&", b"&#x;&#;&;&foo;&"),
        (b"&ltfoo;x", b"<x"),
        (b"&amplt;", b"&"),
        (b"&#" + b"9" * 5000 + b";", b"\xff"),
        (b"&#18446744073709551616;", b"\xff"),
    ],
    "jsDecode": [
        (rb"\u0061\x62\143\nd\\\'", b"abc\nd\\'"),
        (rb"\uff1cscript\uFF1E", b"<script>"),
        (rb"\uFFzz\x6", b"uFFzzx6"),
        (rb"\377\400\8", b"\xff 08"),
        (b"end\\", b"end\\"),
    ],
    "length": [(b"", b"0"), (b"12345", b"5")],
    "lowercase": [(b"AbC\xc4", b"abc\xc4")],
    "md5": [(b"", bytes.fromhex("d41d8cd98f00b204e9800998ecf8427e"))],
    "none": [(b" A\0", b" A\0")],
    "normalisePath": [
        (b"", b""),
        (b"/foo/../../bar", b"/bar"),
        (b"/./foo//bar/.", b"/foo/bar"),
        (b"/foo/..", b""),
        (b"/foo/../", b"/"),
        (b"foo/..", b""),
        (b"../../foo", b"../../foo"),
        (b"a/../../b", b"../b"),
        (b"./x/", b"x/"),
        (b"/a/b/../", b"/a/"),
        (b"/foo/bar../baz", b"/foo/baz"),
        (b"/a/.../b", b"/a/b"),
        (b"/foo./bar", b"/foo./bar"),
        (b"..", b".."),
        (b".", b""),
        (b"//", b"/"),
        (b"a\\..\\b", b"a\\..\\b"),
    ],
    "normalisePathWin": [(b"a\\..\\b", b"b"), (b"\\x\\.\\\\y", b"/x\\y"), (b"a\\\\\\b", b"a\\b"), (b"c:\\win\\..\\x", b"c:/x")],
    "normalizePath": [(b"/a/../b", b"/b")],
    "normalizePathWin": [(b"\\a\\..\\b", b"/b")],
    "parityEven7bit": [(b"ab\x80", b"\xe1\xe2\x80")],
    "parityOdd7bit": [(b"ab\x80", b"ab\x00")],
    "parityZero7bit": [(b"\xe1b", b"ab")],
    "removeComments": [
        (b"a/*b*/cd", b"acd"),
        (b"a<!--b-->cd", b"acd"),
        (b"a/*b", b"a "),
        (b"a--b", b"a"),
        (b"a#b/*c*/", b"a"),
        (b"a/*b*/", b"a\0"),
        (b"/**//**/x", b"/**/x"),
    ],
    "removeCommentsChar": [(b"a/*b*/c<!--d-->e--f#g-", b"abcdefg-")],
    "removeNulls": [(b"\0a\0b", b"ab")],
    "removeWhitespace": [(b" a\t\n\v\f\r b\xc2\xa0", b"ab")],
    "replaceComments": [(b"UN/**/ION", b"UN ION"), (b"a/*b", b"a "), (b"a/*/b*/c", b"a c")],
    "replaceNulls": [(b"\0a\0", b" a ")],
    "sha1": [(b"", bytes.fromhex("da39a3ee5e6b4b0d3255bfef95601890afd80709"))],
    "sqlHexDecode": [(b"a0x414243 0X4", b"aABC 0X4"), (b"0x41424", b"AB4"), (b"0xzz", b"0xzz")],
    "trim": [(b"\t a b\v\n", b"a b")],
    "trimLeft": [(b"\t a ", b"a ")],
    "trimRight": [(b" a \n", b" a")],
    "uppercase": [(b"aBc\xe4", b"ABC\xe4")],
    "urlDecode": [(b"a+b%41%4%zz%u0041", b"a bA%4%zz%u0041"), (b"%2%35", b"%25"), (b"%", b"%")],
    "urlDecodeUni": [
        (b"a+b%41%u0042%U0043", b"a bABC"),
        (b"%uff1c%UFF0f", b"</"),
        (b"%u00%41%u004", b"%u00A%u004"),
        (b"%u2215", b"\x15"),
    ],
    "urlEncode": [(b"a b*c/\xff-", b"a+b*c%2f%ff%2d")],
    "utf8toUnicode": [
        ("a\u00e4\u20ac\U0001f600".encode(), b"a%u00e4%u20ac%u1f600"),
        (b"\xc0\xaf", b"%u002f\xc0"),
        (b"\xed\xa0\x80", b"%ud800\xed"),
        (b"\x80\xff\xe2\x82x", b"\x80\xff\x82x"),
        (b"a\0b\0", b"ab\0"),
        (b"\xf5\x80\x80\x80", b"\xf5%u140000"),
    ],
}


def test_every_transformation_of_the_reference_is_there_once() -> None:
    assert sorted(each.name for each in CATALOGUE) == sorted(TRANSFORMATIONS)


def test_every_transformation_has_cases() -> None:
    assert CASES.keys() == TRANSFORMATIONS


@pytest.mark.parametrize(("name", "value", "expected"), [(name, *case) for name, cases in CASES.items() for case in cases])
def test_case(name: str, value: bytes, expected: bytes) -> None:
    assert BY_NAME[name](value) == expected
