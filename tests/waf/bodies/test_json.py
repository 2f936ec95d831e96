"""JSON bodies become arguments named as the reference names them, whichever way they are read, and no bomb goes off."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.waf.bodies import json as processor
from routerd.waf.bodies.body import Limits, Parsed

LIMITS = Limits()
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


def parse(body: bytes, limits: Limits = LIMITS) -> Parsed:
    return processor.parse(body, b"application/json", limits)


@pytest.mark.parametrize(
    ("body", "args"),
    [
        (b'{"a": 1}', [(b"json.a", b"1")]),
        (b'{"a": {"b": {"c": "x"}}}', [(b"json.a.b.c", b"x")]),
        (b'{"a": [1, {"b": 2}]}', [(b"json.a.array_0", b"1"), (b"json.a.array_1.b", b"2")]),
        (b"[[1],[2, 3]]", [(b"json.array_0.array_0", b"1"), (b"json.array_1.array_0", b"2"), (b"json.array_1.array_1", b"3")]),
        (b'{"": 1}', [(b"json.empty-key", b"1")]),
        (b'"x"', [(b"json", b"x")]),
        (b"[true, false, null]", [(b"json.array_0", b"true"), (b"json.array_1", b"false"), (b"json.array_2", b"")]),
        (b"[-0.50e+10, 12345678901234567890]", [(b"json.array_0", b"-0.50e+10"), (b"json.array_1", b"12345678901234567890")]),
        (b'{"a": 1, "a": 2}', [(b"json.a", b"1"), (b"json.a", b"2")]),
        (rb'["\u00e9\n\"\ud83d\ude00"]', [(b"json.array_0", 'é\n"😀'.encode())]),
        (rb'["\ud800x"]', [(b"json.array_0", b"?x")]),
        (b"[{}, [], 1]", [(b"json.array_2", b"1")]),
        (b"", []),
    ],
)
def test_values_stand_under_their_paths(body: bytes, args: list[tuple[bytes, bytes]]) -> None:
    assert parse(body) == Parsed(args=tuple(args), posted=False)


@pytest.mark.parametrize(
    ("body", "args"),
    [
        (b'{"a": 1, "b"', [(b"json.a", b"1")]),
        (b'{"a": 1}x', [(b"json.a", b"1")]),
        (b"[1,]", [(b"json.array_0", b"1")]),
        (b"[1 2]", [(b"json.array_0", b"1")]),
        (b'{"a" 1}', []),
        (b"{,}", []),
        (b"{1: 2}", []),
        (b"[01]", [(b"json.array_0", b"0")]),
        (b"[NaN]", []),
        (b"['a']", []),
        (b'["\x01"]', []),
        (b'["\xff"]', []),
        (rb'["\x41"]', []),
        (rb'"\u" "x"', []),
        (rb'["1\u12"]"', []),
        (b" ", []),
        (b"]", []),
    ],
)
def test_what_is_no_json_is_an_error_and_what_came_before_is_kept(body: bytes, args: list[tuple[bytes, bytes]]) -> None:
    parsed = parse(body)
    assert parsed.error.startswith("JSON parsing error: ")
    assert parsed.args == tuple(args)


@given(DOCUMENTS)
def test_the_fast_way_and_the_careful_way_agree(document: object) -> None:
    body = json.dumps(document, ensure_ascii=False).encode()
    found: list[tuple[bytes, bytes]] = []
    processor._carefully(body, LIMITS, found)
    assert parse(body).args == tuple(found)


@given(st.binary(max_size=200) | st.text(alphabet='{}[]",:\\u01eE-+. tfn', max_size=60).map(str.encode))
def test_it_never_raises_and_errs_exactly_where_the_standard_library_does(body: bytes) -> None:
    parsed = parse(body)
    try:
        json.loads(body.decode(), parse_constant=lambda _: 1 / 0)
    except (ValueError, ZeroDivisionError):
        assert parsed.error or not body
    else:
        assert not parsed.error


@pytest.mark.parametrize(
    ("bomb", "error"),
    [
        (b"[" * 2_000_000, "more than 512 levels"),
        (b'{"a":' * 400_000, "more than 512 levels"),
        (b"[" + b"1," * 1_000_000, "more than 1000 arguments"),
        (b"[" + b"[]," * 700_000, "more than 10000 objects and arrays"),
        (b'{"' + b"a" * 60_000 + b'":[' + b"1," * 900 + b"1]}", "names of more than 131072 octets together"),
    ],
)
def test_bombs_end_at_their_limits(bomb: bytes, error: str) -> None:
    start = time.process_time()
    parsed = parse(bomb)
    assert parsed.error == f"JSON parsing error: {error}"
    assert len(parsed.args) <= LIMITS.arguments
    assert time.process_time() - start < 1
