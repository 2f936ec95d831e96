"""Targets and cookies are split as the reference splits them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.waf import cookies, uri
from routerd.waf.bodies.body import Limits
from routerd.waf.bodies.catalogue import chosen, parse


@pytest.mark.parametrize(
    ("target", "local", "filename", "basename", "query"),
    [
        (b"/a/b.php?c=%41", b"/a/b.php?c=A", b"/a/b.php", b"b.php", b"c=%41"),
        (b"/a%20b/", b"/a b/", b"/a b/", None, None),
        (b"/", b"/", b"/", None, None),
        (b"/x?", b"/x?", b"/x", b"x", b""),
        (b"/a\\b", b"/a\\b", b"/a\\b", b"b", None),
        (b"/a?b#c", b"/a?b", b"/a", b"a", b"b"),
        (b"http://h:80/a?b", b"/a?b", b"http://h:80/a", b"a", b"b"),
        (b"http://h", b"http://h", b"http://h", b"h", None),
        (b"*", b"*", b"*", None, None),
        (b"h:443", b"h:443", b"h:443", None, None),
        (b"/%zz+%4", b"/%zz+%4", b"/%zz+%4", b"%zz+%4", None),
        (b"", b"", b"", None, None),
    ],
)
def test_targets_are_split(target: bytes, local: bytes, filename: bytes, basename: bytes | None, query: bytes | None) -> None:
    assert uri.split(target) == uri.Uri(target, local, filename, basename, query)


@given(st.binary(max_size=80))
def test_splitting_never_raises_and_keeps_the_target(target: bytes) -> None:
    assert uri.split(target).raw == target


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (b"a=1; b=2", [(b"a", b"1"), (b"b", b"2")]),
        (b"a=1; a=2", [(b"a", b"1"), (b"a", b"2")]),
        (b"a=b=c", [(b"a", b"b=c")]),
        (b"a; b=", [(b"a", b""), (b"b", b"")]),
        (b";; =1;a=1", [(b"a", b"1")]),
        (b" a = 1 ;", [(b"a ", b" 1")]),
        (b'a="%41"', [(b"a", b'"%41"')]),
        (b"", []),
    ],
)
def test_cookies_are_split(value: bytes, found: list[tuple[bytes, bytes]]) -> None:
    assert cookies.parse(value) == tuple(found)


@given(st.binary(max_size=80))
def test_cookies_never_raise(value: bytes) -> None:
    assert all(name for name, _ in cookies.parse(value))


@pytest.mark.parametrize(
    ("content_type", "processor"),
    [
        (b"application/x-www-form-urlencoded; charset=utf-8", "URLENCODED"),
        (b"Multipart/Form-Data; boundary=x", "MULTIPART"),
        (b"application/json", ""),
        (b"", ""),
    ],
)
def test_a_content_type_chooses_its_processor(content_type: bytes, processor: str) -> None:
    assert chosen(content_type) == processor


def test_an_unknown_processor_is_an_error() -> None:
    assert parse("LUA", b"x", b"", Limits()).error == "Unknown request body processor: LUA"
