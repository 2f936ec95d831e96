"""How the action API writes things: octets, addresses, failures. Field names and types are the specification's own samples."""

import msgspec

encode = msgspec.json.Encoder().encode
"""A JSON answer as octets."""


def mac(address: str | None) -> str | None:
    """A MAC address in capitals; None, as null, when there is none."""
    return address.upper() if address else None


def failure(message: str) -> bytes:
    """The body of every failure."""
    return encode({"message": message, "error": True})
