"""SMPP 3.4 on the wire, as much of it as sending needs (SMPP Protocol Specification v3.4, sections 3 to 5). Pure: octets in, octets out."""

import re
import struct
from dataclasses import dataclass

from routerd.courier.sms.alphabet import is_gsm

BIND_TRANSMITTER = 0x00000002
SUBMIT_SM = 0x00000004
UNBIND = 0x00000006
ENQUIRE_LINK = 0x00000015
GENERIC_NACK = 0x80000000
RESPONSE = 0x80000000
"""Set in the number of every answer (5.1.2.1)."""

VERSION = 0x34
HEADER = struct.Struct(">IIII")
PDU_OCTETS_MOST = 4096
"""Of an answer; a submit_sm_resp has about thirty."""

SHORT_MESSAGE_MOST = 254
"""Longer texts go into message_payload (5.2.22, 5.3.2.32)."""

MESSAGE_PAYLOAD = 0x0424
DATA_DEFAULT, DATA_UCS2 = 0x00, 0x08

STATUS_WORDS = {
    0x04: "not bound for this",
    0x05: "already bound",
    0x08: "a system error",
    0x0A: "the sender is not valid",
    0x0B: "the number is not valid",
    0x0D: "binding failed",
    0x0E: "the password is wrong",
    0x0F: "the system_id is wrong",
    0x14: "its queue is full",
    0x45: "it could not be submitted",
    0x58: "too many messages at once",
}
"""Of 5.1.3, those that an owner can do something about."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One protocol data unit.

    Attributes:
        command: its number; answers have RESPONSE set.
        status: 0 in requests and in answers that everything is well.
        sequence: chosen by who asks, repeated by who answers.
        body: what follows the header.
    """

    command: int
    status: int
    sequence: int
    body: bytes = b""

    def octets(self) -> bytes:
        """As it goes over the wire."""
        return HEADER.pack(HEADER.size + len(self.body), self.command, self.status, self.sequence) + self.body


def bind_transmitter(system_id: str, password: str, system_type: str) -> bytes:
    """Body of a bind_transmitter (4.1.1); texts are cut at their field's length."""
    texts = _text(system_id, 15) + _text(password, 8) + _text(system_type, 12)
    return texts + bytes((VERSION, 0, 0)) + b"\0"


def submit_sm(sender: str, number: str, text: str) -> bytes:
    """Body of a submit_sm (4.4.1).

    Args:
        sender: a number in E.164, a short number, or a name of at most 11 letters.
        number: E.164 with the plus sign.
        text: sent in the centre's default alphabet where that is safe, else in UCS-2.
    """
    coding, octets = (DATA_DEFAULT, text.encode("ascii")) if is_gsm(text) else (DATA_UCS2, text.encode("utf-16-be"))
    long = len(octets) > SHORT_MESSAGE_MOST
    head = b"\0" + _address(sender) + _address(number) + bytes((0, 0, 0)) + b"\0\0" + bytes((0, 0, coding, 0))
    if long:
        return head + b"\0" + struct.pack(">HH", MESSAGE_PAYLOAD, len(octets)) + octets
    return head + bytes((len(octets),)) + octets


def words(status: int) -> str:
    """What a status means."""
    return f"{STATUS_WORDS.get(status, 'no')} (command_status 0x{status:08x})"


def _address(text: str) -> bytes:
    """Type of number, numbering plan and the address itself (5.2.5, 5.2.6)."""
    if re.fullmatch(r"\+\d{5,20}", text):
        return bytes((1, 1)) + _text(text[1:], 20)
    if re.fullmatch(r"\d{1,20}", text):  # a short number is the network's own; a long one is taken for international
        return bytes((1, 1) if len(text) > 6 else (3, 0)) + _text(text, 20)
    return bytes((5, 0) if text else (0, 0)) + _text(text, 20)


def _text(text: str, most: int) -> bytes:
    """A C-octet string."""
    return text.encode("ascii", "replace").replace(b"\0", b"")[:most] + b"\0"
