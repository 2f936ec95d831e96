"""The WebSocket handshake (RFC 6455, 4): only when both sides said all of it does the edge stop reading HTTP. Pure.

A proxy that believes in a switch which the upstream did not make hands its client a way past every check.
"""

import base64
import binascii
import hashlib

from routerd.edge.head import Fields
from routerd.edge.message import Answer, Request
from routerd.edge.plan import WEBSOCKET

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def asked(request: Request) -> bool:
    """Whether an upgrade request is one: GET, without a body, and for WebSocket with a key."""
    if request.method != b"GET" or request.length != 0 or request.protocol != b"HTTP/1.1":
        return False
    if request.upgrade != WEBSOCKET:
        return True
    keys = _values(request.headers, b"sec-websocket-key")
    try:
        return len(keys) == 1 and len(base64.b64decode(keys[0], validate=True)) == 16
    except binascii.Error:
        return False


def accepted(request: Request, answer: Answer) -> bool:
    """Whether a 101 is the answer to what was asked."""
    if not request.upgrade or [value.lower() for value in _values(answer.headers, b"upgrade")] != [request.upgrade]:
        return False
    if request.upgrade != WEBSOCKET:
        return True
    key = _values(request.headers, b"sec-websocket-key")[0]
    digest = hashlib.sha1(key + _GUID, usedforsecurity=False).digest()
    return _values(answer.headers, b"sec-websocket-accept") == [base64.b64encode(digest)]


def _values(headers: Fields, name: bytes) -> list[bytes]:
    return [value for key, value in headers if key.lower() == name]
