"""Operators against twins that do it the slow way, and what holds for all of them."""

import time
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.waf.operators.addresses import IpMatch, Networks
from routerd.waf.operators.catalogue import CATALOGUE
from routerd.waf.operators.operator import Operator
from routerd.waf.operators.validation import ValidateUrlEncoding, ValidateUtf8Encoding
from tests.waf.operators.test_cases import CASES, Files

USABLE = [each for each in CATALOGUE if each.name in CASES]


@pytest.mark.parametrize("each", USABLE, ids=lambda each: each.name)
@given(value=st.binary(max_size=40))
def test_no_value_makes_an_operator_raise(each: type[Operator], value: bytes) -> None:
    hit = each(CASES[each.name][0][0], Files()).match(value)
    assert hit is None or hit.captures is not None


@pytest.mark.parametrize("each", USABLE, ids=lambda each: each.name)
@pytest.mark.parametrize("piece", [b"1", b"' or ", b"<a href=", b"%", b"\xe2", b"/*", b"((", b"select "])
def test_no_value_of_128_kib_takes_long(each: type[Operator], piece: bytes) -> None:
    operator = each(CASES[each.name][0][0], Files())
    value = piece * (131_072 // len(piece))
    before = time.process_time()
    operator.match(value)
    assert time.process_time() - before < 0.15


@given(value=st.binary(max_size=12) | st.text(max_size=6).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_utf8_is_what_python_takes_for_it_but_for_what_is_above_its_end(value: bytes) -> None:
    try:
        value.decode()
    except UnicodeDecodeError:
        broken = True
    else:
        broken = False
    if b"\xf4" not in value:
        assert (ValidateUtf8Encoding("", Files()).match(value) is not None) == broken


@given(value=st.lists(st.sampled_from([b"%", b"4", b"a", b"g", b"F"]), max_size=8).map(b"".join))
def test_every_percent_sign_has_two_digits(value: bytes) -> None:
    broken = any(len(part) < 2 or not set(part[:2]) <= set(b"0123456789abcdefABCDEF") for part in value.split(b"%")[1:])
    assert (ValidateUrlEncoding("", Files()).match(value) is not None) == broken


@given(
    networks=st.lists(
        st.tuples(st.ip_addresses(v=4), st.integers(0, 32)) | st.tuples(st.ip_addresses(v=6), st.integers(0, 128)), max_size=6
    ),
    address=st.ip_addresses(),
)
def test_an_address_is_in_the_networks_that_python_finds_it_in(networks: list[tuple[object, int]], address: object) -> None:
    texts = [f"{network}/{length}" for network, length in networks]
    assert (address in Networks(texts)) == any(address in ip_network(text, strict=False) for text in texts)


def test_a_hundred_thousand_networks_cost_no_more_than_a_few() -> None:
    many = IpMatch(",".join(str(ip_address(0x0B000000 + 7 * number)) for number in range(100_000)), Files())
    before = time.process_time()
    for _ in range(1_000):
        many.match(b"192.0.2.1")
    assert time.process_time() - before < 0.1
