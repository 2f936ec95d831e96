"""XML bodies become text and attribute values, and nothing in them is fetched, multiplied or believed."""

import encodings
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.waf.bodies import xml as processor
from routerd.waf.bodies.body import Limits, Parsed, Xml

LIMITS = Limits()


def parse(body: bytes, limits: Limits = LIMITS) -> Parsed:
    return processor.parse(body, b"text/xml", limits)


@pytest.mark.parametrize(
    ("body", "text", "attributes"),
    [
        (b"<a>x<b>y</b> z</a>", b"xy z", ()),
        (b'<a p="1"><b q="2" r="&lt;3"/></a>', b"", (b"1", b"2", b"<3")),
        (b"<a><![CDATA[<script>]]>&amp;&#65;</a>", b"<script>&A", ()),
        (b"<a>x<!-- y --><?php z ?></a>", b"x", ()),
        ('<?xml version="1.0" encoding="utf-16"?><a>é</a>'.encode("utf-16"), "é".encode(), ()),
        ('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode("latin-1"), "é".encode(), ()),
        (b'<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/x.dtd"><plist>y</plist>', b"y", ()),
    ],
)
def test_text_and_attributes_are_seen(body: bytes, text: bytes, attributes: tuple[bytes, ...]) -> None:
    assert parse(body) == Parsed(xml=Xml(text, attributes))


def test_an_empty_body_is_no_document_and_no_error() -> None:
    assert parse(b"") == Parsed()


@pytest.mark.parametrize(
    ("body", "error", "text"),
    [
        (b"<a>x<b></a>", "mismatched tag", b"x"),
        (b"<a>x", "no element found", b"x"),
        (b"<a/><b/>", "junk after document element", b""),
        (b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>', "it declares the entity e", b""),
        (b'<!DOCTYPE a [<!ENTITY % e SYSTEM "http://x/">%e;]><a/>', "it declares the entity e", b""),
        (b'<?xml version="1.0" encoding="rot13"?><a/>', "it is encoded in rot13", b""),
        (b"<a>" * 600, "more than 512 levels", b""),
        (b"<a>\xff</a>", "not well-formed", b""),
    ],
)
def test_what_is_wrong_is_an_error_and_what_came_before_is_kept(body: bytes, error: str, text: bytes) -> None:
    parsed = parse(body)
    assert parsed.error.startswith(f"XML parsing error: {error}")
    assert parsed.xml is not None
    assert parsed.xml.text == text


def test_no_codec_is_looked_for_by_a_name_that_a_document_chose() -> None:
    parse(b'<?xml version="1.0" encoding="no-such-codec-at-all"?><a/>')
    parse('<?xml version="1.0" encoding="no-such-codec-at-all"?><a/>'.encode("utf-16"))
    assert not [name for name in encodings._cache if "no_such_codec" in name]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "bomb",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(b'<!ENTITY a%d "%s">' % (i, b"&a;" * 10) for i in range(9)) + b"]><x>&a8;</x>",
        b"<a>" * 1_000_000,
        b"<a " + b" ".join(b'a%d="1"' % i for i in range(100_000)) + b"/>",
        b"<a>" + b'<b c="1"/>' * 100_000 + b"</a>",
    ],
)
def test_bombs_end_at_their_limits(bomb: bytes) -> None:
    start = time.process_time()
    parsed = parse(bomb)
    assert parsed.error
    assert parsed.xml is not None
    assert len(parsed.xml.attributes) <= LIMITS.attributes
    assert time.process_time() - start < 2


@given(st.binary(max_size=100) | st.text(alphabet="<>/ab=\"'!?&;[]-x", max_size=60).map(str.encode))
def test_it_never_raises(body: bytes) -> None:
    assert parse(body).args == ()


@given(
    st.lists(
        st.text(alphabet=st.characters(min_codepoint=32, exclude_characters="<&]", exclude_categories=["Cs", "Cc", "Cn"]), max_size=9),
        max_size=5,
    )
)
def test_text_comes_out_as_it_went_in(pieces: list[str]) -> None:
    body = "<a>" + "".join(f"<b>{piece}</b>" for piece in pieces) + "</a>"
    assert parse(body.encode()) == Parsed(xml=Xml("".join(pieces).encode()))
