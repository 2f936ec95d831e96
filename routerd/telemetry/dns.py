"""Asks a name server whether it is there: one question for the address of the root, which has none, and any answer within a moment."""

import socket
import struct

from routerd.core import tokens

TIMEOUT_S = 2.0
PORT = 53

_A, _IN = 1, 1
_ANSWERED = {0, 3}
"""NOERROR and NXDOMAIN (RFC 1035, 4.1.1); a server that cannot reach the root says SERVFAIL."""


def answers(server: str, timeout_s: float = TIMEOUT_S, port: int = PORT) -> bool:
    """Whether a name server answers.

    Args:
        server: IPv4 or IPv6 address.
        timeout_s: how long to wait.
        port: UDP port.
    """
    number = tokens.key_octets(2)
    question = number + struct.pack("!HHHHH", 0x0100, 1, 0, 0, 0) + b"\0" + struct.pack("!HH", _A, _IN)
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as asking:
            asking.settimeout(timeout_s)
            asking.connect((server, port))  # answers of others are not heard
            asking.send(question)
            answer = asking.recv(4096)
    except OSError:
        return False
    return len(answer) >= 12 and answer[:2] == number and bool(answer[2] & 0x80) and answer[3] & 0x0F in _ANSWERED
