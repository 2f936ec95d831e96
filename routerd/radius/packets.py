"""Octets to attributes and back: the only module that touches pyrad. It signs, hides passwords, verifies; it sends nothing.

What comes in is from the network: whatever cannot be verified is nobody's word and is dropped without a sound (None); what is
verified and yet cannot be read is an error with a name. No input makes anything here raise beyond RouterdError.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyrad import packet as wire
from pyrad.dictionary import Dictionary

from routerd.core import tokens
from routerd.core.errors import BadInput

Value = int | str | bytes
Attributes = Mapping[str, tuple[Value, ...]]
"""Values by attribute name, in the order in which they came."""

ACCEPT, REJECT, CHALLENGE = wire.AccessAccept, wire.AccessReject, wire.AccessChallenge

PACKET_OCTETS_MOST = 4096
"""RFC 2865, 3."""

PASSWORD_OCTETS_MOST = 128
"""RFC 2865, 5.2."""

_CHAP_PASSWORD, _CLASS, _CHAP_CHALLENGE, _VENDOR_SPECIFIC, _MESSAGE_AUTHENTICATOR = 3, 25, 60, 26, 80
_RAW = {"Class": _CLASS}
"""pyrad takes octets that begin with ``0x`` for hexadecimal digits, so what has to come back as it went is set by number."""

_UNREADABLE = (wire.PacketError, ValueError, KeyError, TypeError, IndexError, AttributeError)
"""What pyrad raises for values that are not what the dictionary says."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A verified answer.

    Attributes:
        code: of the packet, such as ACCEPT.
        attributes: what it says.
    """

    code: int
    attributes: Attributes


class Query:
    """A request as sent, which knows its answer when it sees it.

    Args:
        packet: pyrad's.
        signed: an answer without Message-Authenticator is nobody's.

    Attributes:
        octets: the datagram.
    """

    def __init__(self, packet: wire.Packet, *, signed: bool) -> None:
        self._packet = packet
        self._signed = signed
        self.octets: bytes = packet.RequestPacket()

    def read(self, datagram: bytes) -> Answer | None:
        """The answer in a datagram; None when it is none of this request's.

        Raises:
            BadInput: it is the answer, and says something that cannot be read.
        """
        try:
            reply = self._packet.CreateReply(packet=datagram)
            genuine = _whole(reply) and self._packet.VerifyReply(reply, datagram, enforce_ma=self._signed)
        except _UNREADABLE:
            return None
        return Answer(reply.code, _read(reply)[0]) if genuine else None


def authentication(secret: bytes, attributes: Attributes, password: str, *, protocol: str, signed: bool = True) -> Query:
    """An Access-Request; its Message-Authenticator comes first (CVE-2024-3596).

    Args:
        secret: shared with the server.
        attributes: without the password.
        password: at most PASSWORD_OCTETS_MOST octets of UTF-8.
        protocol: ``pap`` or ``chap`` (RFC 2865, 5.2 and 5.3).
        signed: see `Query`.

    Raises:
        BadInput: password or an attribute is too long.
    """
    packet = wire.AuthPacket(secret=secret, id=_identifier(), authenticator=tokens.key_octets(16), dict=dictionary())
    packet.add_message_authenticator()
    octets = password.encode()
    if len(octets) > PASSWORD_OCTETS_MOST:
        raise BadInput("This password is too long.")
    if protocol == "chap":
        ident, challenge = tokens.key_octets(1), tokens.key_octets(16)
        packet[_CHAP_CHALLENGE] = [challenge]
        packet[_CHAP_PASSWORD] = [ident + hashlib.md5(ident + octets + challenge, usedforsecurity=False).digest()]
    else:
        packet[2] = [packet.PwCrypt(octets)]
    _write(packet, attributes)
    return Query(packet, signed=signed)


def accounting(secret: bytes, attributes: Attributes) -> Query:
    """An Accounting-Request (RFC 2866). It and its answer are signed as a whole."""
    packet = wire.AcctPacket(secret=secret, id=_identifier(), dict=dictionary())
    _write(packet, attributes)
    return Query(packet, signed=False)


class Order:
    """A verified Disconnect-Request or CoA-Request (RFC 5176).

    Args:
        packet: pyrad's.

    Attributes:
        disconnects: True for Disconnect-Request.
        authenticator: tells it from every other.
        attributes: what it says.
        unknown: attributes that are not in the dictionary.
        faulty: what cannot be read in it; empty when all can.
    """

    def __init__(self, packet: wire.CoAPacket) -> None:
        self._packet = packet
        self.disconnects: bool = packet.code == wire.DisconnectRequest
        self.authenticator: bytes = packet.authenticator
        self.attributes: Attributes = {}
        self.unknown: tuple[str, ...] = ()
        self.faulty = ""
        try:
            self.attributes, self.unknown = _read(packet)
        except BadInput as error:
            self.faulty = str(error)

    def answer(self, cause: int = 0) -> bytes:
        """ACK, or NAK for a `cause` (Error-Cause, RFC 5176, 3.5)."""
        reply = self._packet.CreateReply()
        reply.add_message_authenticator()
        if cause:
            reply.code = wire.DisconnectNAK if self.disconnects else wire.CoANAK
            reply["Error-Cause"] = cause
        octets: bytes = reply.ReplyPacket()
        return octets


def order(secret: bytes, datagram: bytes) -> Order | None:
    """The order in a datagram; None unless whoever knows the secret sent it, with a Message-Authenticator."""
    try:
        packet = wire.CoAPacket(secret=secret, dict=dictionary(), packet=datagram)
        genuine = (
            packet.code in (wire.DisconnectRequest, wire.CoARequest)
            and _whole(packet)
            and packet.message_authenticator is True
            and packet.VerifyCoARequest()
            and packet.verify_message_authenticator()
        )
    except _UNREADABLE:
        return None
    return Order(packet) if genuine else None


@cache
def dictionary() -> Dictionary:
    """The attributes that are known."""
    return Dictionary(str(Path(__file__).with_name("attributes.dictionary")))


def _identifier() -> int:
    return tokens.key_octets(1)[0]


def _whole(packet: wire.Packet) -> bool:
    """Whether the datagram has a size that RADIUS allows, and at most one Message-Authenticator, of 16 octets."""
    signatures = packet.get(_MESSAGE_AUTHENTICATOR, [])
    return len(packet.raw_packet) <= PACKET_OCTETS_MOST and len(signatures) <= 1 and all(len(each) == 16 for each in signatures)


def _write(packet: wire.Packet, attributes: Attributes) -> None:
    for name, values in attributes.items():
        try:
            if name in _RAW:
                packet[_RAW[name]] = list(values)
            else:
                packet[name] = list(values)
        except _UNREADABLE as error:
            raise BadInput(f"{name} cannot be sent: {error}") from error


def _read(packet: wire.Packet) -> tuple[Attributes, tuple[str, ...]]:
    """The attributes that the dictionary has, and the names of those that it has not."""
    found: dict[str, tuple[Value, ...]] = {}
    unknown = []
    for name in packet.keys():  # noqa: SIM118 - iterating the packet itself gives numbers
        if not isinstance(name, str):
            unknown.append(str(name))
            continue
        try:
            found[name] = tuple(packet[name])
        except _UNREADABLE as error:
            raise BadInput(f"{name} cannot be read: {error}") from error
    return found, tuple(unknown)
