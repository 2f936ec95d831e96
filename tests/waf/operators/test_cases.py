"""What each operator says of values that show its habits: the argument, the value, and the captures; None where nothing matches."""

from collections.abc import Mapping, Sequence

import pytest

from routerd.waf.names import OPERATORS
from routerd.waf.operators.catalogue import CATALOGUE
from routerd.waf.operators.operator import ArgumentFault

CARD = r"\b\d{13,16}\b"


class Files:
    """What operators are given of the outside."""

    def phrases(self, file: str) -> Sequence[bytes]:
        return {"words.data": [b"Evil Bot", b"sqlmap"], "more.data": [b"nikto"]}[file]

    def addresses(self, file: str) -> Sequence[bytes]:
        return {"bad.txt": [b"192.0.2.0/24", b"2001:db8::1"]}[file]

    def country(self, address: bytes) -> Mapping[bytes, bytes] | None:
        return {b"192.0.2.1": {b"COUNTRY_CODE": b"DE"}}.get(address)

    def resolve(self, name: bytes) -> bytes | None:
        return {b"1.2.0.192.bl.example": b"127.0.0.2", b"evil.test.bl.example": b"127.0.0.2"}.get(name)


CASES: dict[str, list[tuple[str, bytes, tuple[bytes, ...] | None]]] = {
    "beginsWith": [("/ad", b"/admin", ()), ("/ad", b"x/ad", None), ("", b"x", ())],
    "contains": [("min", b"/admin", ()), ("MIN", b"/admin", None), ("", b"", ())],
    "containsWord": [
        ("cat", b"a cat.", ()),
        ("cat", b"concat", None),
        ("cat", b"cats cat", ()),
        ("cat", b"cat1", ()),
        ("cat", b"", None),
        ("", b"", ()),
    ],
    "detectSQLi": [("", b"1' or '1'='1", (b"s&s=q",)), ("", b"Miles O'Brien", None)],
    "detectXSS": [("", b"<script>", (b"<script>",)), ("", b"a < b", None)],
    "endsWith": [("min", b"/admin", ()), ("min", b"minx", None)],
    "eq": [("5", b"5", ()), ("5", b" +05x", ()), ("0", b"x", ()), ("0", b"99999999999999999999", ()), ("-1", b"-1", ()), ("5", b"6", None)],
    "ge": [("5", b"5", ()), ("5", b"4", None)],
    "geoLookup": [("", b"192.0.2.1", ()), ("", b"192.0.2.2", None)],
    "gt": [("5", b"6", ()), ("5", b"5", None)],
    "ipMatch": [
        ("192.0.2.1, 10.0.0.0/8", b"10.9.8.7", ()),
        ("192.0.2.77/24", b"192.0.2.1", ()),
        ("192.0.2.1", b"192.0.2.2", None),
        ("::1,2001:db8::/32", b"2001:DB8:1::", ()),
        ("0.0.0.0/0", b"::1", None),
        ("0.0.0.0/0", b"1.2.3.4x", None),
    ],
    "ipMatchF": [("bad.txt", b"2001:db8::1", ())],
    "ipMatchFromFile": [("bad.txt", b"192.0.2.9", ()), ("bad.txt", b"192.0.3.9", None)],
    "le": [("5", b"5", ()), ("5", b"6", None)],
    "lt": [("5", b"4", ()), ("5", b"5", None)],
    "noMatch": [("", b"x", None)],
    "pm": [
        ("Select union", b"SELECT", (b"select",)),
        ("a|41 42|", b"xA|41", (b"a|41",)),
        ("x|4142|y", b"xABy", (b"xaby",)),
        (r"a\;b", b"a;b", (b"a;b",)),
        ('"one two"', b"two", (b"two",)),
        ("one", b"two", None),
        ("", b"x", None),
    ],
    "pmf": [("words.data", b"an evil BOT", (b"evil bot",))],
    "pmFromFile": [("words.data more.data", b"Nikto", (b"nikto",)), ("words.data", b"evilbot", None)],
    "rbl": [("bl.example", b"192.0.2.1", (b"192.0.2.1",)), ("bl.example", b"evil.test", (b"evil.test",)), ("bl.example", b"a b", None)],
    "rx": [
        (r"(?i)un(ion)\s(x)?", b"a UNION b", (b"UNION ", b"ION")),
        ("^b$", b"a\nb\nc", (b"b",)),
        ("a.b", b"a\nb", (b"a\nb",)),
        ("", b"x", ()),
        ("a", b"A", None),
    ],
    "rxGlobal": [(r"(\d)x", b"1x 2x", (b"1x", b"1", b"2x", b"2")), ("a", b"b", None)],
    "streq": [("a", b"a", ()), ("a", b"A", None), ("", b"", ())],
    "strmatch": [("b", b"abc", ()), ("B", b"abc", None)],
    "unconditionalMatch": [("", b"", ())],
    "validateByteRange": [("32-126, 10", b"a\nb", None), ("32-126", b"a\nb", ()), ("0", b"", None), ("1-255", b"\0", ())],
    "validateUrlEncoding": [("", b"%41+", None), ("", b"%4", ()), ("", b"%zz", ()), ("", b"%%41", ()), ("", b"", None)],
    "validateUtf8Encoding": [
        ("", "aä€\U0001f600".encode(), None),
        ("", b"\xc0\xaf", ()),
        ("", b"\xed\xa0\x80", ()),
        ("", b"\xe2\x82", ()),
        ("", b"\x80", ()),
        ("", b"\xf5\x80\x80\x80", ()),
        ("", b"\xf4\x90\x80\x80", None),
    ],
    "verifyCC": [(CARD, b"x 4111111111111111 y", (b"4111111111111111",)), (CARD, b"4111111111111112", None)],
    "verifyCPF": [
        (r"[\d.-]{11,14}", b"529.982.247-25", (b"529.982.247-25",)),
        (r"\d{11}", b"52998224726", None),
        (r"\d{11}", b"1" * 11, None),
    ],
    "verifySSN": [
        (r"\d{3}-\d{2}-\d{4}", b"078-05-1120", (b"078-05-1120",)),
        (r"\d{9}", b"666051120", None),
        (r"\d{9}", b"123456789", None),
        (r"\d{9}", b"078001120", None),
    ],
    "verifySVNR": [(r"\d{10}", b"1237010180", (b"1237010180",)), (r"\d{10}", b"1238010180", None), (r"\d{10}", b"1" * 10, None)],
    "within": [("GET,POST", b"GET", ()), ("GET,POST", b"", ()), ("GET,POST", b"PUT", None)],
}
FAULTS = [
    ("rx", "(", "not closed"),
    ("rx", r"\K", "not supported"),
    ("ipMatch", "10.0.0.0/33", "neither an address nor a network"),
    ("ipMatch", "x", "192.0.2.0/24"),
    ("validateByteRange", "1-256", "within 0-255"),
    ("validateByteRange", "9-3", "upwards"),
    ("validateByteRange", "a", "no octet"),
    ("verifyCC", "", "needs a regular expression"),
    ("rbl", "a b", "no zone"),
    ("rbl", "dnsbl.httpbl.org", "asks for a key"),
]
BY_NAME = {each.name: each for each in CATALOGUE}


def test_every_operator_of_the_reference_is_there_once() -> None:
    assert sorted(each.name for each in CATALOGUE) == sorted(OPERATORS)


def test_every_operator_has_cases() -> None:
    assert CASES.keys() | {name for name, _, _ in FAULTS} == OPERATORS


@pytest.mark.parametrize(("name", "argument", "value", "captures"), [(name, *case) for name, cases in CASES.items() for case in cases])
def test_case(name: str, argument: str, value: bytes, captures: tuple[bytes, ...] | None) -> None:
    hit = BY_NAME[name](argument, Files()).match(value)
    assert (None if hit is None else hit.captures) == captures


@pytest.mark.parametrize(("name", "argument", "reason"), FAULTS)
def test_an_argument_that_cannot_be_used_is_refused_with_a_reason(name: str, argument: str, reason: str) -> None:
    with pytest.raises(ArgumentFault) as fault:
        BY_NAME[name](argument, Files())
    assert reason in str(fault.value)


def test_a_country_comes_with_what_is_known_of_it() -> None:
    hit = BY_NAME["geoLookup"]("", Files()).match(b"192.0.2.1")
    assert hit is not None
    assert hit.found == ((b"COUNTRY_CODE", b"DE"),)
