"""@detectXSS: attacks that it finds wherever a value may stand, harmless values that it leaves alone, bounded time."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.waf.detect.xss.detector import is_script
from routerd.waf.detect.xss.markup import Attribute, Comment, Declaration, Tag, inside, page

HARMLESS = [line.encode() for line in (Path(__file__).parent / "harmless.txt").read_text(encoding="utf-8").splitlines()]
ATTACKS = [
    b"<script>alert(1)</script>",
    b"<ScRiPt >alert(1)",
    b"<scr\0ipt>alert(1)",
    b"<x:script xmlns:x='http://www.w3.org/1999/xhtml' src='data:,alert(1)' />",
    b"<xss onbeforehellfreezes=alert(1)>",
    b"www.github.com<script><img><iframe>",
    b"<img src=x onerror=alert(1)>",
    b"<img/src='x'/onerror=alert(1)>",
    b"<svg/onload=alert(1)>",
    b'<a href="java\nscript:alert(1)">',
    b"<a href=' &#106;avascript:alert(1)'>",
    b"<a href=javascript&colon;alert(1)>",
    b"<form action=vbscript:x>",
    b"<iframe srcdoc=x>",
    b"<b style=x:expression(alert(1))>",
    b'" onmouseover="alert(1)',
    b"' onfocus=alert(1) autofocus x='",
    b"` onload=alert(1)",
    b"x onerror=alert(1)",
    b'"><img src=x onerror=alert(1)>',
    b"x><script>",
    b"<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///'>]>",
    b"<?import namespace=t implementation=x>",
    b"<!--[if gte IE 4]><x><![endif]-->",
    b"<!--`<img/src=` onerror=alert(1)>-->",
    b"<object data=x>",
    b"<math href=javascript:alert(1)>",
    b"<a xlink:href=javascript:alert(1)>",
]


@pytest.mark.parametrize("value", ATTACKS)
def test_an_attack_is_found(value: bytes) -> None:
    assert is_script(value)


@pytest.mark.parametrize("value", HARMLESS)
def test_a_harmless_value_is_left_alone(value: bytes) -> None:
    assert not is_script(value)


def test_a_page_is_read_as_a_browser_reads_it() -> None:
    assert list(page(b"a <B x=1 y='2>' z><!-- c --!> d <!E f><?g ?> </h> < i")) == [
        Tag(b"b"),
        Attribute(b"x", b"1"),
        Attribute(b"y", b"2>"),
        Comment(b" c "),
        Declaration(b"!E f"),
        Declaration(b"?g ?"),
    ]


def test_what_comes_behind_a_quote_is_read_as_attributes() -> None:
    assert list(inside(b'a" b=c d = "e"><f g=h', b'"')) == [Attribute(b"b", b"c"), Attribute(b"d", b"e"), Tag(b"f"), Attribute(b"g", b"h")]
    assert list(inside(b"a b=c", b"")) == [Attribute(b"b", b"c")]
    assert list(inside(b"a b=c", b'"')) == []


def test_pictures_within_an_address_are_no_script() -> None:
    assert not is_script(b'<img src="data:image/png;base64,AAAA">')
    assert is_script(b'<img src="data:text/html;base64,AAAA">')


@given(value=st.binary(max_size=60) | st.text("<>='\"`/!-? onsrc:a", max_size=40).map(str.encode))
def test_any_value_is_read(value: bytes) -> None:
    assert is_script(value) in {True, False}


@pytest.mark.parametrize("piece", [b"<a ", b"<!--", b"=", b"'=", b'"a=', b"<", b"`", b"a=b ", b"<b c='", b"href=&#106;", b"\0", b"<!-"])
def test_time_is_bounded_whatever_the_value(piece: bytes) -> None:
    value = b"<b " + piece * (131_072 // len(piece)) + b"=x"
    before = time.process_time()
    is_script(value)
    assert time.process_time() - before < 0.15
