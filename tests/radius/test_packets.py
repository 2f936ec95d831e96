"""Octets to attributes and back, friendly and hostile."""

import hashlib
import hmac
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routerd.core.errors import BadInput
from routerd.radius import packets
from routerd.radius.packets import ACCEPT, REJECT, Query

SECRET = b"secret"


def asked(**options) -> Query:
    return packets.authentication(SECRET, {"User-Name": ("alice",)}, "pass", protocol="pap", **options)


def reply(query: Query, code: int = ACCEPT, attributes: bytes = b"", *, signed: bool = True, secret: bytes = SECRET) -> bytes:
    """An answer as a server makes it, by hand."""
    request = query.octets
    length = 20 + len(attributes) + (18 if signed else 0)
    head = struct.pack("!BBH", code, request[1], length)
    if signed:
        blank = b"\x50\x12" + bytes(16) + attributes
        attributes = b"\x50\x12" + hmac.new(secret, head + request[4:20] + blank, "md5").digest() + attributes
    return head + hashlib.md5(head + request[4:20] + attributes + secret).digest() + attributes


def attribute(code: int, value: bytes) -> bytes:
    return bytes((code, len(value) + 2)) + value


def test_the_message_authenticator_comes_first_and_is_right() -> None:
    octets = asked().octets
    assert octets[20:22] == b"\x50\x12"
    blank = octets[:22] + bytes(16) + octets[38:]
    assert octets[22:38] == hmac.new(SECRET, blank, "md5").digest()


def test_the_password_is_hidden_and_no_two_requests_are_alike() -> None:
    one, two = asked().octets, asked().octets
    assert b"pass" not in one
    assert one[4:20] != two[4:20]


def test_chap_sends_no_password_but_proves_it() -> None:
    octets = packets.authentication(SECRET, {}, "pass", protocol="chap").octets
    challenge, proof = octets[40:56], octets[58:75]
    assert octets[38:40] == b"\x3c\x12"
    assert octets[56:58] == b"\x03\x13"
    assert proof[1:] == hashlib.md5(proof[:1] + b"pass" + challenge).digest()


def test_a_signed_answer_is_read() -> None:
    query = asked()
    answer = query.read(reply(query, ACCEPT, attribute(27, struct.pack("!I", 1800)) + attribute(25, b"0xff") + attribute(25, b"\0")))
    assert answer is not None
    assert (answer.code, answer.attributes["Session-Timeout"], answer.attributes["Class"]) == (ACCEPT, (1800,), (b"0xff", b"\0"))


def test_an_unsigned_answer_is_nobodys_unless_the_legacy_switch_says_so() -> None:
    strict, legacy = asked(), asked(signed=False)
    assert strict.read(reply(strict, signed=False)) is None
    assert legacy.read(reply(legacy, signed=False)) is not None


def test_even_then_a_wrong_signature_is_refused() -> None:
    query = asked(signed=False)
    assert query.read(reply(query, secret=b"other")) is None
    genuine = bytearray(reply(query, REJECT, attribute(18, b"no")))
    genuine[25] ^= 1
    head, rest = bytes(genuine[:4]), bytes(genuine[20:])
    forged = head + hashlib.md5(head + query.octets[4:20] + rest + SECRET).digest() + rest
    assert query.read(forged) is None


def test_the_answer_to_another_request_is_refused() -> None:
    one, two = asked(), asked()
    assert one.read(reply(two)) is None


def test_proxy_state_that_was_never_sent_is_the_mark_of_a_forgery() -> None:
    query = asked(signed=False)
    assert query.read(reply(query, ACCEPT, attribute(33, b"garbage"), signed=False)) is None


def test_a_genuine_answer_that_makes_no_sense_is_an_error() -> None:
    query = asked()
    with pytest.raises(BadInput, match="Session-Timeout"):
        query.read(reply(query, ACCEPT, attribute(27, b"abc")))


def test_a_class_goes_out_octet_for_octet() -> None:
    assert attribute(25, b"0x41") in packets.accounting(SECRET, {"Class": (b"0x41",)}).octets


def test_what_does_not_fit_cannot_be_sent() -> None:
    with pytest.raises(BadInput, match="User-Name"):
        packets.accounting(SECRET, {"User-Name": ("x" * 254,)})
    with pytest.raises(BadInput, match="too long"):
        packets.authentication(SECRET, {}, "x" * 129, protocol="pap")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_garbage_is_no_answer_and_no_order(octets: bytes) -> None:
    query = packets.authentication(SECRET, {}, "pass", protocol="pap", signed=False)
    assert query.read(octets) is None
    assert packets.order(SECRET, octets) is None


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=60)), max_size=6), st.booleans(), st.binary(max_size=3))
def test_whatever_a_genuine_answer_says_nothing_but_bad_input_is_raised(said, vendor, tail) -> None:
    query = asked()
    body = b"".join(
        attribute(26, struct.pack("!I", 14988) + attribute(code, value)) if vendor else attribute(code, value) for code, value in said
    )
    try:
        answer = query.read(reply(query, ACCEPT, body + tail))
    except BadInput:
        return
    assert answer is None or answer.code == ACCEPT


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([40, 43]), st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=60)), max_size=6))
def test_whatever_a_genuine_order_says_it_is_read_or_called_faulty(code, said) -> None:
    body = b"".join(attribute(kind, value) for kind, value in said if kind != 80)
    head = struct.pack("!BBH", code, 7, 38 + len(body))
    blank = b"\x50\x12" + bytes(16)
    signature = b"\x50\x12" + hmac.new(SECRET, head + bytes(16) + blank + body, "md5").digest()
    authenticator = hashlib.md5(head + bytes(16) + signature + body + SECRET).digest()
    order = packets.order(SECRET, head + authenticator + signature + body)
    assert order is not None
    assert order.disconnects == (code == 40)
    assert order.faulty or order.attributes["Message-Authenticator"]
    assert order.answer(404)[0] == code + 2
