"""Members of collections: pairs of a name and a value, in order; and the bag that rules put members into (TX, ENV, GEO)."""

from collections.abc import Sequence
from typing import TypeAlias

Members: TypeAlias = Sequence[tuple[bytes, bytes]]
"""Name and value of each, names spelled as they came. That of a variable that is a single value has an empty name."""

BAG_MOST = 10_000
"""Members of one bag; more are not taken. The CRS sets some two hundred; names may come from arguments, so there has to be an end."""


class Bag:
    """Members that are found by their name without case."""

    __slots__ = ("_members",)

    def __init__(self) -> None:
        self._members: dict[bytes, tuple[bytes, bytes]] = {}

    def __len__(self) -> int:
        return len(self._members)

    def get(self, name: bytes) -> bytes | None:
        """The value of a member."""
        found = self._members.get(name.lower())
        return None if found is None else found[1]

    def named(self, folded: bytes) -> Members:
        """The member of this name (lower case), if there is one."""
        found = self._members.get(folded)
        return () if found is None else (found,)

    def put(self, name: bytes, value: bytes) -> None:
        """Sets a member; one that is there keeps the name that it came with."""
        folded = name.lower()
        found = self._members.get(folded)
        if found is not None:
            self._members[folded] = (found[0], value)
        elif len(self._members) < BAG_MOST:
            self._members[folded] = (name, value)

    def drop(self, name: bytes) -> None:
        """Takes a member out; one that is not there is no fault."""
        self._members.pop(name.lower(), None)

    def members(self) -> Members:
        """All, in the order of their coming."""
        return tuple(self._members.values())


def number(value: bytes | None) -> int:
    """The whole number that a value begins with; 0 when it begins with none, as rules reckon."""
    if not value:
        return 0
    text = value.lstrip(b" \t\n\v\f\r")
    sign = text[:1] in {b"-", b"+"}
    digits = text[sign:]
    count = len(digits) - len(digits.lstrip(b"0123456789"))
    if not 0 < count <= _DIGITS:
        return 0
    return int(text[: sign + count])


_DIGITS = 18
