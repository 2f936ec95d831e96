"""Attributes and set elements: what is encoded is decoded again, byte for byte what the kernel's headers say, and rubbish is refused."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.kernel import elementcodec, elements, netlink
from routerd.kernel.attributes import VALUE_OCTETS_MOST, attribute, be32, parse, walk
from routerd.kernel.elements import UNLIMITED, Element
from routerd.kernel.nfnetlink import Message

U63 = st.integers(0, UNLIMITED)

ELEMENTS = st.builds(
    Element,
    key=st.binary(min_size=1, max_size=40),
    data=st.binary(max_size=16),
    timeout_ms=st.none() | U63,
    expires_ms=st.none(),
    quota=st.none() | U63,
    consumed=st.just(0),
    flags=st.sampled_from([0, elements.INTERVAL_END]),
)


def consumed(element: Element, octets: int) -> Element:
    return element if element.quota is None else element._replace(consumed=octets)


@given(st.lists(st.tuples(ELEMENTS, U63), max_size=20), st.booleans())
def test_elements_survive_the_way_there_and_back(pairs: list[tuple[Element, int]], exclusive: bool) -> None:
    written = [consumed(element, octets) for element, octets in pairs]
    messages = elements.adding("routerd", "up", written, exclusive=exclusive)
    assert [element for message in messages for element in elementcodec.decode(message.body)] == written


def test_ten_thousand_elements_are_split_over_messages_that_fit_16_bits() -> None:
    many = [Element(struct.pack("=I", at), quota=at, timeout_ms=5) for at in range(10_000)]
    messages = elements.adding("routerd", "up", many)
    assert len(messages) > 1
    assert all(len(message.body) < 0xFFFF for message in messages)
    assert [element for message in messages for element in elementcodec.decode(message.body)] == many


def test_an_element_looks_as_nf_tables_h_says() -> None:
    assert elementcodec.encode(Element(b"\1\2\3\4", timeout_ms=1000, quota=500, consumed=7)) == bytes.fromhex(
        "54000180"  # NFTA_LIST_ELEM
        "0c000180"
        "08000100"
        "01020304"  # NFTA_SET_ELEM_KEY, NFTA_DATA_VALUE
        "0c000400"
        "00000000000003e8"  # NFTA_SET_ELEM_TIMEOUT
        "38000b80"  # NFTA_SET_ELEM_EXPRESSIONS
        "34000180"  # NFTA_LIST_ELEM
        "0a000100"
        "71756f746100"
        "0000"  # NFTA_EXPR_NAME
        "24000280"  # NFTA_EXPR_DATA
        "0c000100"
        "00000000000001f4"  # NFTA_QUOTA_BYTES
        "08000200"
        "00000000"  # NFTA_QUOTA_FLAGS
        "0c000400"
        "0000000000000007"  # NFTA_QUOTA_CONSUMED
    )


@given(st.binary(max_size=200))
def test_rubbish_is_decoded_or_refused_but_never_hangs(data: bytes) -> None:
    try:
        list(elementcodec.decode(data))
        parse(data)
    except ValueError:
        pass


@given(st.binary(max_size=200))
def test_rubbish_in_place_of_a_kernel_answer_is_refused(data: bytes) -> None:
    try:
        for _kind, _flags, seq, payload in netlink.messages_in(data):
            netlink.failure(seq, payload)
    except (netlink.Unavailable, ValueError):
        pass


@given(st.lists(st.tuples(st.integers(1, 0x3FFF), st.binary(max_size=50)), max_size=10))
def test_attributes_survive_the_way_there_and_back(pairs: list[tuple[int, bytes]]) -> None:
    data = b"".join(attribute(kind, value) for kind, value in pairs)
    assert len(data) % 4 == 0
    assert [(kind, data[begin:end]) for kind, begin, end in walk(data)] == pairs


def test_a_value_too_large_for_16_bits_is_refused() -> None:
    attribute(1, b"x" * VALUE_OCTETS_MOST)
    with pytest.raises(ValueError, match="at most"):
        attribute(1, b"x" * (VALUE_OCTETS_MOST + 1))


@pytest.mark.parametrize("data", [b"\x03\0\1\0", b"\xff\0\1\0", b"\0\0\0\0"])
def test_an_attribute_that_lies_about_its_length_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="claims"):
        list(walk(data))


def test_what_was_deleted_is_told_by_set_and_key() -> None:
    body = elements.deleting("routerd", "down", [b"\1\0\0\0"])[0].body
    other = Message(elements.NEW, 0, body)
    assert elements.echoed([Message(elements.DELETE, 0, body), other]) == {("down", b"\1\0\0\0"): Element(b"\1\0\0\0")}
    assert elements.echoed([other]) == {}


def test_a_refusal_says_which_message_and_why() -> None:
    words = attribute(1, b"no such thing\0")
    payload = struct.pack("=i", -2) + b"\0" * 16 + words
    failure = netlink.failure(3, payload)
    assert failure == netlink.Failure(2, 2, "no such thing")
    assert "ENOENT" in str(netlink.Refused([failure]))
    assert netlink.failure(3, struct.pack("=i", 0)) is None
    assert be32(1, 258)[4:] == b"\0\0\1\2"
