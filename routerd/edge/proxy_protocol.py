"""The PROXY protocol, versions 1 and 2: who is really at the other end, told by a load balancer before the first octet of TLS or HTTP.

Pure: octets in, header out. `edge.listeners` asks it with what has arrived so far, and only where a listener was told that such a balancer
is in front and the peer is one of the configured sources. It never guesses: a header that is not exactly as the specification
(haproxy's doc/proxy-protocol.txt, 2.0 of 2020) says is refused, for whoever is believed about addresses must be exact about them.
"""

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from routerd.edge.crc32c import crc32c

V1_OCTETS_MOST = 107
"""The longest line of version 1, its CR LF included (specification, 2.1)."""

V2_OCTETS_MOST = 2048
"""Of a whole version 2 header. The format allows 65,551; addresses take 52, what balancers add some hundred."""

_V1 = b"PROXY "
_V2 = b"\r\n\r\n\0\r\nQUIT\n"
_V2_FIXED = 16
_CHECKSUM = 0x03
_LENGTHS = {0x11: 12, 0x21: 36, 0x31: 216}
"""Family and transport to octets of addresses: TCP over IPv4, TCP over IPv6, unix stream (2.2)."""


class BadHeader(ValueError):
    """What arrived is no PROXY header; the connection cannot be trusted and ends."""


@dataclass(frozen=True, slots=True)
class Ends:
    """The two ends of the connection as the balancer saw it: addresses as text, TCP ports."""

    client: bytes
    client_port: int
    server: bytes
    server_port: int


@dataclass(frozen=True, slots=True)
class Header:
    """A whole header.

    Args:
        octets: how long it is.
        ends: whom it speaks of; None: of nobody, the balancer's own connection (LOCAL, UNKNOWN, a unix socket), and the
            peer's own address holds.
    """

    octets: int
    ends: Ends | None


def parse(arrived: bytes) -> Header | None:
    """Read a header from the first octets of a connection.

    Args:
        arrived: everything that has arrived; more than the header is fine.

    Returns:
        None while the header is not whole yet; all of `arrived` belongs to it then.

    Raises:
        BadHeader: it can never become one.
    """
    if arrived[:12] == _V2[: len(arrived)]:
        return _v2(arrived) if len(arrived) >= _V2_FIXED else None
    if arrived[:6] == _V1[: len(arrived)]:
        return _v1(arrived)
    raise BadHeader("the connection does not begin with a PROXY header")


def _v1(arrived: bytes) -> Header | None:
    end = arrived.find(b"\r\n", 0, V1_OCTETS_MOST)
    if end < 0:
        if len(arrived) >= V1_OCTETS_MOST:
            raise BadHeader(f"a version 1 header has no end within {V1_OCTETS_MOST} octets")
        return None
    words = arrived[:end].split(b" ")
    if words[1] == b"UNKNOWN":
        return Header(end + 2, None)
    if len(words) != 6 or words[1] not in {b"TCP4", b"TCP6"}:
        raise BadHeader("a version 1 header is PROXY, TCP4 or TCP6 or UNKNOWN, two addresses and two ports")
    six = words[1] == b"TCP6"
    return Header(end + 2, Ends(_address(words[2], six), _port(words[4]), _address(words[3], six), _port(words[5])))


def _address(word: bytes, six: bool) -> bytes:
    try:
        text = word.decode("ascii").replace("%", "no zone")
        return _text(IPv6Address(text) if six else IPv4Address(text))
    except ValueError as error:
        raise BadHeader(f"no IPv{6 if six else 4} address: {word!r}") from error


def _text(address: IPv4Address | IPv6Address) -> bytes:
    """As it is compared with lists: an IPv4 address in IPv6's clothes without them."""
    return str((address.version == 6 and address.ipv4_mapped) or address).encode()


def _port(word: bytes) -> int:
    if not word.isdigit() or len(word) > 5 or (word[:1] == b"0" and word != b"0") or int(word) > 65_535:
        raise BadHeader(f"no port: {word!r}")
    return int(word)


def _v2(arrived: bytes) -> Header | None:
    version, family, length = struct.unpack_from("!BBH", arrived, 12)
    if version not in {0x20, 0x21}:
        raise BadHeader(f"version 2 knows the commands LOCAL and PROXY, not {version:#04x}")
    whole = _V2_FIXED + length
    if whole > V2_OCTETS_MOST:
        raise BadHeader(f"a header of {whole} octets; {V2_OCTETS_MOST} are taken")
    if len(arrived) < whole:
        return None
    header = arrived[:whole]
    if version == 0x20:
        return Header(whole, None)
    if family == 0x00:  # UNSPEC: whatever follows is to be skipped
        return Header(whole, None)
    addresses = _LENGTHS.get(family)
    if addresses is None:
        raise BadHeader(f"family and transport {family:#04x} are not a stream over IPv4, IPv6 or a unix socket")
    if length < addresses:
        raise BadHeader(f"{length} octets cannot hold the addresses of family {family:#04x}")
    _check_extras(header, _V2_FIXED + addresses)
    return Header(whole, _ends(header, family))


def _ends(header: bytes, family: int) -> Ends | None:
    if family == 0x31:
        return None
    pattern, kind = ("!4s4sHH", IPv4Address) if family == 0x11 else ("!16s16sHH", IPv6Address)
    client, server, client_port, server_port = struct.unpack_from(pattern, header, _V2_FIXED)
    return Ends(_text(kind(client)), client_port, _text(kind(server)), server_port)


def _check_extras(header: bytes, at: int) -> None:
    """Walk the type-length-values: they must fill the header exactly; a checksum among them must be right (2.2.2)."""
    while at < len(header):
        if at + 3 > len(header):
            raise BadHeader("the additional values end in the middle of one")
        kind, length = struct.unpack_from("!BH", header, at)
        value, at = at + 3, at + 3 + length
        if at > len(header):
            raise BadHeader("an additional value is longer than its header")
        if kind == _CHECKSUM:
            _check_sum(header, value, length)


def _check_sum(header: bytes, at: int, length: int) -> None:
    if length != 4:
        raise BadHeader("a checksum has four octets")
    blank = header[:at] + bytes(4) + header[at + 4 :]
    if crc32c(blank) != int.from_bytes(header[at : at + 4]):
        raise BadHeader("the header's checksum is wrong")
