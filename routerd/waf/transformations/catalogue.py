"""Every transformation, with what triggers it: a value in which the trigger is not found comes out as it went in."""

import re
from collections.abc import Callable

from routerd.waf.budget import Price
from routerd.waf.transformations import blanks, codings, commands, comments, entities, escapes, paths, unicodes, urls
from routerd.waf.transformations.transformation import Transformation

_NEVER = re.compile(rb"(?!)")
_BACKSLASH = re.compile(rb"\\")
_NULL = re.compile(rb"\x00")
_PATH = re.compile(rb"//|\.(?:/|\Z)")
_PATH_WIN = re.compile(rb"\\|//|\.(?:/|\Z)")

_PERCENTS = Price(2, b"%", 250)
_ESCAPES = Price(2, b"\\", 350)
_ENTITIES = Price(2, b"&", 700)
_SLASHES = Price(4, b"/\\", 600)
_PADDING = Price(5, b"=", 300)
_COMMENTS = Price(2, b"/*-#<", 200)
_BLANKS = Price(6, b" \t\n\v\f\r", 150)
_HEX = Price(2, b"xX", 500)
_LEADS = Price(2, bytes((0, *range(0xC0, 0xF8))), 250)
_ALL = Price(150)


def _same(value: bytes) -> bytes:
    return value


def _kept(function: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Gives back the value itself when nothing has changed, so that whoever keeps many values keeps it once."""

    def kept(value: bytes) -> bytes:
        result = function(value)
        return value if result == value else result

    return kept


def _without(*marks: bytes) -> Callable[[bytes], bool]:
    """Whether none of these is there; much quicker than to search for any of them."""

    def without(values: bytes) -> bool:
        for mark in marks:  # noqa: SIM110 - a generator takes three times as long
            if mark in values:
                return False
        return True

    return without


def _plain(values: bytes) -> bool:
    return values.isascii() and b"\0" not in values


CATALOGUE: tuple[Transformation, ...] = (
    Transformation("base64Decode", _kept(codings.base64_decode)),
    Transformation("base64DecodeExt", _kept(codings.base64_decode_ext), price=_PADDING),
    Transformation("base64Encode", _kept(codings.base64_encode)),
    Transformation("cmdLine", _kept(commands.cmd_line), re.compile(rb"[\"'\\^,;\t\r\nA-Z]| [ /(]"), price=_BLANKS, joinable=True),
    Transformation(
        "compressWhitespace",
        _kept(blanks.compress_whitespace),
        re.compile(rb"[\t\n\v\f\r]|  "),
        idle=_without(b"\t", b"\n", b"\v", b"\f", b"\r", b"  "),
        price=_BLANKS,
        joinable=True,
    ),
    Transformation("cssDecode", _kept(escapes.css_decode), _BACKSLASH, idle=_without(b"\\"), price=_ESCAPES),
    Transformation("escapeSeqDecode", _kept(escapes.escape_seq_decode), _BACKSLASH, idle=_without(b"\\"), price=_ESCAPES),
    Transformation("hexDecode", _kept(codings.hex_decode), price=_ALL),
    Transformation("hexEncode", _kept(codings.hex_encode)),
    Transformation(
        "htmlEntityDecode",
        _kept(entities.html_entity_decode),
        re.compile(rb"&[#qQaAlLgGnN]"),
        idle=_without(b"&"),
        price=_ENTITIES,
        joinable=True,
    ),
    Transformation("jsDecode", _kept(escapes.js_decode), _BACKSLASH, idle=_without(b"\\"), price=_ESCAPES),
    Transformation("length", _kept(codings.length)),
    Transformation("lowercase", _kept(bytes.lower), re.compile(rb"[A-Z]"), idle=bytes.islower, joinable=True),
    Transformation("md5", _kept(codings.md5)),
    Transformation("none", _same, _NEVER),
    Transformation("normalisePath", _kept(paths.normalise_path), _PATH, idle=_without(b"//", b"."), price=_SLASHES),
    Transformation("normalisePathWin", _kept(paths.normalise_path_win), _PATH_WIN, idle=_without(b"//", b".", b"\\"), price=_SLASHES),
    Transformation("normalizePath", _kept(paths.normalise_path), _PATH, idle=_without(b"//", b"."), price=_SLASHES),
    Transformation("normalizePathWin", _kept(paths.normalise_path_win), _PATH_WIN, idle=_without(b"//", b".", b"\\"), price=_SLASHES),
    Transformation("parityEven7bit", _kept(codings.parity_even)),
    Transformation("parityOdd7bit", _kept(codings.parity_odd)),
    Transformation("parityZero7bit", _kept(codings.parity_zero), re.compile(rb"[\x80-\xff]"), idle=bytes.isascii),
    Transformation(
        "removeComments",
        _kept(comments.remove_comments),
        re.compile(rb"/\*|<!--|--|#"),
        idle=_without(b"/*", b"<!--", b"--", b"#"),
        price=_COMMENTS,
    ),
    Transformation(
        "removeCommentsChar",
        _kept(comments.remove_comments_char),
        re.compile(rb"/\*|\*/|--|#"),
        idle=_without(b"/*", b"*/", b"--", b"#"),
        price=_COMMENTS,
    ),
    Transformation("removeNulls", _kept(blanks.remove_nulls), _NULL, idle=_without(b"\0"), joinable=True),
    Transformation("removeWhitespace", _kept(blanks.remove_whitespace), re.compile(rb"[ \t\n\v\f\r\xa0\xc2]"), joinable=True),
    Transformation("replaceComments", _kept(comments.replace_comments), re.compile(rb"/\*"), idle=_without(b"/*"), price=_COMMENTS),
    Transformation("replaceNulls", _kept(blanks.replace_nulls), _NULL, idle=_without(b"\0"), joinable=True),
    Transformation("sha1", _kept(codings.sha1)),
    Transformation(
        "sqlHexDecode",
        _kept(codings.sql_hex_decode),
        re.compile(rb"0[xX][0-9a-fA-F]"),
        idle=_without(b"0x", b"0X"),
        price=_HEX,
        joinable=True,
    ),
    Transformation("trim", _kept(blanks.trim), re.compile(rb"\A[ \t\n\v\f\r]|[ \t\n\v\f\r]\Z")),
    Transformation("trimLeft", _kept(blanks.trim_left), re.compile(rb"\A[ \t\n\v\f\r]")),
    Transformation("trimRight", _kept(blanks.trim_right), re.compile(rb"[ \t\n\v\f\r]\Z")),
    Transformation("uppercase", _kept(bytes.upper), re.compile(rb"[a-z]"), idle=bytes.isupper, joinable=True),
    Transformation("urlDecode", _kept(urls.url_decode), re.compile(rb"[%+]"), idle=_without(b"%", b"+"), price=_PERCENTS, joinable=True),
    Transformation(
        "urlDecodeUni", _kept(urls.url_decode_uni), re.compile(rb"[%+]"), idle=_without(b"%", b"+"), price=_PERCENTS, joinable=True
    ),
    Transformation("urlEncode", _kept(urls.url_encode), re.compile(rb"[^*0-9A-Za-z]"), price=_ALL),
    Transformation("utf8toUnicode", _kept(unicodes.utf8_to_unicode), re.compile(rb"[\x00\xc0-\xf7]"), idle=_plain, price=_LEADS),
)
