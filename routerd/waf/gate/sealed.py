"""What is kept outside for the next start, closed so that nothing but what was put there is ever read.

A file cut short, changed, or written for other rules, another library or another processor is taken for none at all.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

_MAGIC = b"routerd gate 1\n"
_DIGEST = 32


class Cache(Protocol):
    """Octets by name; whoever loads a rule set says where they are."""

    def get(self, key: str) -> bytes | None:
        """What was put there, or None; it need not be whole. It never raises."""
        ...

    def put(self, key: str, content: bytes) -> None:
        """Keeps octets, or does not. It never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Stored:
    """Databases of some operators; empty for none.

    Attributes:
        numbers: of the bits of these operators.
        main: that of what is looked for in many values at once.
        lines: that of what is looked for in values of several lines besides.
    """

    numbers: tuple[int, ...]
    main: bytes
    lines: bytes


@dataclass(frozen=True, slots=True)
class Sealed:
    """A gate at rest.

    Attributes:
        reasons: why operators are always asked, by number of bit.
        stored: databases of all others.
    """

    reasons: dict[int, str]
    stored: tuple[Stored, ...]


def closed(key: str, gate: Sealed) -> bytes:
    """A gate with its seal."""
    parts = [{"numbers": each.numbers, "main": len(each.main), "lines": len(each.lines)} for each in gate.stored]
    head = json.dumps({"key": key, "reasons": gate.reasons, "parts": parts}).encode()
    body = len(head).to_bytes(4, "big") + head + b"".join(octets for each in gate.stored for octets in (each.main, each.lines))
    return _MAGIC + sha256(body).digest() + body


def opened(key: str, content: bytes | None) -> Sealed | None:
    """The gate of this key; None when that is not what the octets are."""
    start = len(_MAGIC) + _DIGEST
    if content is None or not content.startswith(_MAGIC) or sha256(memoryview(content)[start:]).digest() != content[len(_MAGIC) : start]:
        return None
    at = start + 4 + int.from_bytes(content[start : start + 4], "big")
    head = json.loads(content[start + 4 : at])
    if head["key"] != key:
        return None
    stored = []
    for part in head["parts"]:
        middle, end = at + part["main"], at + part["main"] + part["lines"]
        stored.append(Stored(tuple(part["numbers"]), content[at:middle], content[middle:end]))
        at = end
    return Sealed({int(number): reason for number, reason in head["reasons"].items()}, tuple(stored))
