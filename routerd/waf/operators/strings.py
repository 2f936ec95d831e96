"""Operators that look for one string, with its case."""

import string
from typing import ClassVar

from routerd.waf.operators.operator import Hit, Operator, Resources

_LETTERS = frozenset(string.ascii_letters.encode())


class _String(Operator):
    def __init__(self, argument: str, resources: Resources) -> None:
        del resources
        self.wanted = argument.encode("utf-8", "surrogateescape")
        self.hit = Hit(data=self.wanted)


class Contains(_String):
    """Anywhere in the value; an empty string is in every value."""

    name: ClassVar[str] = "contains"

    def match(self, value: bytes) -> Hit | None:
        return self.hit if self.wanted in value else None


class StrMatch(Contains):
    """The same by another name."""

    name: ClassVar[str] = "strmatch"


class ContainsWord(_String):
    """Anywhere in the value with no letter of ASCII next to it; digits and underscores do not count as letters."""

    name: ClassVar[str] = "containsWord"

    def match(self, value: bytes) -> Hit | None:
        wanted = self.wanted
        if not wanted:
            return self.hit
        at = value.find(wanted)
        while at >= 0:
            before, after = value[at - 1 : at] if at else b"", value[at + len(wanted) : at + len(wanted) + 1]
            if _LETTERS.isdisjoint(before) and _LETTERS.isdisjoint(after):
                return self.hit
            at = value.find(wanted, at + 1)
        return None


class BeginsWith(_String):
    """At the start."""

    name: ClassVar[str] = "beginsWith"

    def match(self, value: bytes) -> Hit | None:
        return self.hit if value.startswith(self.wanted) else None


class EndsWith(_String):
    """At the end."""

    name: ClassVar[str] = "endsWith"

    def match(self, value: bytes) -> Hit | None:
        return self.hit if value.endswith(self.wanted) else None


class StrEq(_String):
    """The whole value."""

    name: ClassVar[str] = "streq"

    def match(self, value: bytes) -> Hit | None:
        return self.hit if value == self.wanted else None


class Within(_String):
    """The value is somewhere in the argument; an empty value is in every argument."""

    name: ClassVar[str] = "within"

    def match(self, value: bytes) -> Hit | None:
        return Hit(data=value) if value in self.wanted else None
