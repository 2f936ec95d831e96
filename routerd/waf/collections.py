"""Members of collections: pairs of a name and a value, in order; and the bag that rules put members into (TX, ENV, GEO)."""

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Members: TypeAlias = Sequence[tuple[bytes, bytes]]
"""Name and value of each, names spelled as they came. That of a variable that is a single value has an empty name."""

BAG_MOST = 10_000
"""Members of one bag; more are not taken. The CRS sets some two hundred; names may come from arguments, so there has to be an end."""


class Shared(dict[bytes, tuple[bytes, bytes]]):
    """Members by their folded names that many bags rest on, and that nobody changes any more."""

    __slots__ = ("_answers",)

    def __init__(self, members: Mapping[bytes, tuple[bytes, bytes]] | None = None) -> None:
        super().__init__(members or {})
        self._answers: dict[re.Pattern[bytes], bool] = {}

    def has(self, pattern: re.Pattern[bytes]) -> bool:
        """Whether a pattern is found in any of the names."""
        found = self._answers.get(pattern)
        if found is None:
            found = self._answers[pattern] = any(pattern.search(name) for name, _ in self.values())
        return found


_NONE = Shared()


class Bag:
    """Members that are found by their name without case.

    It may rest on members that somebody else has put together and that are shared by many bags; what is put into it lies on top.
    """

    __slots__ = ("_below", "_own", "_ranks")

    def __init__(self) -> None:
        self._below = _NONE
        self._own: dict[bytes, tuple[bytes, bytes]] = {}
        self._ranks: dict[bytes, int] = {}
        """How many members there were below when a member of its own came."""

    def __len__(self) -> int:
        return len(self.settled())

    def rest_on(self, below: Shared) -> None:
        """Takes members by their folded names to rest on; those it rested on before must be the first of these, in the same order."""
        self._below = below

    def settled(self) -> Mapping[bytes, tuple[bytes, bytes]]:
        """All members by their folded names, in the order of their coming; the bag rests on nothing but itself from now on."""
        if self._below:
            self._own = dict(self._merged())
            self._below = _NONE
            self._ranks.clear()
        return self._own

    def get(self, name: bytes) -> bytes | None:
        """The value of a member."""
        folded = name.lower()
        found = self._own.get(folded) or self._below.get(folded)
        return None if found is None else found[1]

    def named(self, folded: bytes) -> Members:
        """The member of this name (lower case), if there is one."""
        found = self._own.get(folded) or self._below.get(folded)
        return () if found is None else (found,)

    def put(self, name: bytes, value: bytes) -> None:
        """Sets a member; one that is there keeps the name that it came with."""
        folded = name.lower()
        found = self._own.get(folded) or self._below.get(folded)
        if found is not None:
            self._own[folded] = (found[0], value)
        elif len(self._own) + len(self._below) < BAG_MOST:
            self._own[folded] = (name, value)
            if self._below:
                self._ranks[folded] = len(self._below)

    def drop(self, name: bytes) -> None:
        """Takes a member out; one that is not there is no fault."""
        folded = name.lower()
        if folded in self._below:
            self.settled()
        self._own.pop(folded, None)

    def like(self, pattern: re.Pattern[bytes]) -> Members:
        """Those in whose names a pattern is found, in the order of their coming."""
        search = pattern.search
        own = [member for member in self._own.values() if search(member[0])]
        if self._below.has(pattern):
            return [member for member in self.members() if search(member[0])]
        return own

    def members(self) -> Members:
        """All, in the order of their coming."""
        if not self._below:
            return tuple(self._own.values())
        return tuple(member for _, member in self._merged())

    def _merged(self) -> list[tuple[bytes, tuple[bytes, bytes]]]:
        own, below = self._own, self._below
        merged = [(folded, own.get(folded, member)) for folded, member in below.items()]
        added = 0
        for folded, member in own.items():
            if folded not in below:
                merged.insert(self._ranks.get(folded, 0) + added, (folded, member))
                added += 1
        return merged


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
