"""A box's public key: its checked form, its fingerprint, and the line that sshd is told about it."""

import base64
import binascii
import hashlib
import struct

from routerd_relay.registry import Box
from routerd_relay.settings import Settings, Wrong

KIND = "ssh-ed25519"
OCTETS = 51
"""Length, "ssh-ed25519", length, 32 octets of key (RFC 8709)."""

PORT = 8080


def parsed(text: str) -> tuple[str, str]:
    """A public key without its comment, and its fingerprint.

    Raises:
        Wrong: it is no Ed25519 key.
    """
    words = text.split()
    expected = f"key: expected '{KIND} AAAA…' as `routerd tunnel show` prints it"
    if len(words) < 2 or words[0] != KIND:
        raise Wrong(expected)
    try:
        blob = base64.b64decode(words[1], validate=True)
    except binascii.Error as error:
        raise Wrong(expected) from error
    if len(blob) != OCTETS or blob[:15] != struct.pack(">I", len(KIND)) + KIND.encode():
        raise Wrong(expected)
    digest = base64.urlsafe_b64encode(hashlib.sha256(blob).digest()).rstrip(b"=").decode()
    return f"{KIND} {words[1]}", digest


def line(settings: Settings, box: Box) -> str:
    """The key line: this box may hold its own loopback address, and run one command."""
    command = f"exec {settings.libexec}/session {settings.place} {settings.state} {box.label}"
    options = f'restrict,port-forwarding,permitlisten="{box.address}:{PORT}",command="{command}"'
    return f"{options} {box.key} {box.label}\n"
