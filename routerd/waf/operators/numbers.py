"""Operators that compare numbers. What does not begin with a number, or does not fit into 32 bits, counts as 0."""

import re
from typing import ClassVar

from routerd.waf.operators.operator import Hit, Operator, Resources

_NUMBER = re.compile(rb"[ \t\n\v\f\r]*([+-]?)0*([0-9]{1,11})")
_MOST = 0x7FFFFFFF


def number(value: bytes) -> int:
    """The number that a value begins with."""
    found = _NUMBER.match(value)
    if found is None:
        return 0
    size = -int(found[2]) if found[1] == b"-" else int(found[2])
    return size if -_MOST - 1 <= size <= _MOST else 0


class _Compared(Operator):
    def __init__(self, argument: str, resources: Resources) -> None:
        del resources
        self.number = number(argument.encode("utf-8", "surrogateescape"))


class Eq(_Compared):
    """Equal."""

    name: ClassVar[str] = "eq"

    def match(self, value: bytes) -> Hit | None:
        return Hit(data=value) if number(value) == self.number else None


class Ge(_Compared):
    """Greater or equal."""

    name: ClassVar[str] = "ge"

    def match(self, value: bytes) -> Hit | None:
        return Hit(data=value) if number(value) >= self.number else None


class Gt(_Compared):
    """Greater."""

    name: ClassVar[str] = "gt"

    def match(self, value: bytes) -> Hit | None:
        return Hit(data=value) if number(value) > self.number else None


class Le(_Compared):
    """Less or equal."""

    name: ClassVar[str] = "le"

    def match(self, value: bytes) -> Hit | None:
        return Hit(data=value) if number(value) <= self.number else None


class Lt(_Compared):
    """Less."""

    name: ClassVar[str] = "lt"

    def match(self, value: bytes) -> Hit | None:
        return Hit(data=value) if number(value) < self.number else None
