"""PROXY headers: every whole one is read exactly, every part of one is waited for, everything else is refused."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.edge.crc32c import crc32c
from routerd.edge.proxy_protocol import V2_OCTETS_MOST, BadHeader, Ends, Header, parse

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"

ports = st.integers(0, 65_535)
addresses4 = st.ip_addresses(v=4)
addresses6 = st.ip_addresses(v=6)
ends = st.one_of(st.tuples(addresses4, addresses4, ports, ports), st.tuples(addresses6, addresses6, ports, ports))
extras = st.lists(st.tuples(st.integers(0, 255).filter(lambda kind: kind != 3), st.binary(max_size=40)), max_size=4)


def v1(client, server, client_port, server_port) -> bytes:
    return f"PROXY TCP{client.version} {client} {server} {client_port} {server_port}\r\n".encode()


def v2(family: int, addresses: bytes, rest: bytes = b"", command: int = 0x21) -> bytes:
    return SIGNATURE + struct.pack("!BBH", command, family, len(addresses) + len(rest)) + addresses + rest


def v2_of(client, server, client_port, server_port, rest: bytes = b"") -> bytes:
    packed = client.packed + server.packed + struct.pack("!HH", client_port, server_port)
    return v2(0x11 if client.version == 4 else 0x21, packed, rest)


def tlv(kind: int, value: bytes) -> bytes:
    return struct.pack("!BH", kind, len(value)) + value


def told(client, server, client_port, server_port) -> Ends:
    client, server = ((one.version == 6 and one.ipv4_mapped) or one for one in (client, server))
    return Ends(str(client).encode(), client_port, str(server).encode(), server_port)


@given(ends, st.binary(max_size=30))
def test_a_line_of_version_1_tells_both_ends_and_leaves_what_follows(four, follows):
    line = v1(*four)
    assert parse(line + follows) == Header(len(line), told(*four))


@given(ends, extras, st.binary(max_size=30))
def test_a_header_of_version_2_tells_both_ends_whatever_is_added(four, added, follows):
    header = v2_of(*four, rest=b"".join(tlv(*one) for one in added))
    assert parse(header + follows) == Header(len(header), told(*four))


@given(ends, st.booleans(), st.data())
def test_a_part_of_a_header_is_waited_for(four, second, data):
    header = v2_of(*four) if second else v1(*four)
    assert parse(header[: data.draw(st.integers(0, len(header) - 1))]) is None


@given(st.binary(max_size=300))
def test_whatever_arrives_is_a_header_or_waited_for_or_refused(octets):
    try:
        header = parse(octets)
    except BadHeader:
        return
    assert header is None or header.octets <= len(octets)


@given(ends, st.data())
def test_a_checksum_is_believed_only_when_right(four, data):
    blank = v2_of(*four, rest=tlv(3, bytes(4)))
    header = blank[:-4] + crc32c(blank).to_bytes(4)
    assert parse(header) == Header(len(header), told(*four))
    at = data.draw(st.integers(16, len(header) - 8))  # an octet of the addresses
    bent = header[:at] + bytes([header[at] ^ data.draw(st.integers(1, 255))]) + header[at + 1 :]
    with pytest.raises(BadHeader, match="checksum"):
        parse(bent)


def test_the_checksum_is_castagnolis():
    assert crc32c(b"123456789") == 0xE3069283  # RFC 3720, B.4


NOBODY = {
    "version 1, unknown": b"PROXY UNKNOWN\r\n",
    "version 1, unknown with addresses to be ignored": b"PROXY UNKNOWN ffff:: ::1 65535 1\r\n",
    "version 2, local": v2(0x00, b"", command=0x20),
    "version 2, local with addresses": v2(0x11, bytes(12), command=0x20),
    "version 2, unspecified": v2(0x00, b"anything"),
    "version 2, unix": v2(0x31, bytes(216)),
}


@pytest.mark.parametrize("header", NOBODY.values(), ids=NOBODY.keys())
def test_a_balancers_own_connection_speaks_of_nobody(header):
    assert parse(header + b"GET") == Header(len(header), None)


REFUSED = {
    "http": b"GET / HTTP/1.1\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01",
    "lower case": b"proxy TCP4 1.2.3.4 1.2.3.4 1 1\r\n",
    "no family": b"PROXY \r\n",
    "udp": b"PROXY UDP4 1.2.3.4 1.2.3.4 1 1\r\n",
    "two spaces": b"PROXY TCP4  1.2.3.4 1.2.3.4 1 1\r\n",
    "a word more": b"PROXY TCP4 1.2.3.4 1.2.3.4 1 1 1\r\n",
    "a word less": b"PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n",
    "the other family": b"PROXY TCP4 ::1 ::1 1 1\r\n",
    "leading zero in an address": b"PROXY TCP4 01.2.3.4 1.2.3.4 1 1\r\n",
    "a zone": b"PROXY TCP6 fe80::1%eth0 ::1 1 1\r\n",
    "port too large": b"PROXY TCP4 1.2.3.4 1.2.3.4 65536 1\r\n",
    "port with a leading zero": b"PROXY TCP4 1.2.3.4 1.2.3.4 01 1\r\n",
    "port with a sign": b"PROXY TCP4 1.2.3.4 1.2.3.4 +1 1\r\n",
    "a name": b"PROXY TCP4 localhost 1.2.3.4 1 1\r\n",
    "bare line feed": b"PROXY TCP4 1.2.3.4 1.2.3.4 1 1\nGET / HTTP/1.1\r\n",
    "no end": b"PROXY TCP6 " + b"f" * 96,
    "version 3": v2(0x11, bytes(12), command=0x31),
    "unknown command": v2(0x11, bytes(12), command=0x22),
    "datagrams": v2(0x12, bytes(12)),
    "addresses cut short": v2(0x11, bytes(11)),
    "an added value longer than the header": v2(0x11, bytes(12), b"\x04\x00\x05abcd"),
    "an added value cut short": v2(0x11, bytes(12), b"\x04\x00"),
    "a checksum of three octets": v2(0x11, bytes(12), tlv(3, bytes(3))),
    "too large": SIGNATURE + struct.pack("!BBH", 0x21, 0x11, V2_OCTETS_MOST),
}


@pytest.mark.parametrize("octets", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_exactly_a_header_is_refused(octets):
    with pytest.raises(BadHeader):
        parse(octets)


def test_addresses_are_written_the_one_way_they_are_compared_in():
    header = parse(b"PROXY TCP6 2001:DB8:0:0::1 ::FFFF:1.2.3.4 1 2\r\n")
    assert header is not None
    assert header.ends is not None
    assert header.ends.client == b"2001:db8::1"
    assert header.ends.server == b"1.2.3.4"
