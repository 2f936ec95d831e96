"""Operators that match what is not properly encoded."""

import re
from typing import ClassVar

from routerd.waf.operators.operator import ArgumentFault, Hit, Operator, Resources

_RANGE = re.compile(r"\s*(\d{1,3})\s*(?:-\s*(\d{1,3})\s*)?")
_BROKEN = re.compile(rb"%(?![0-9a-fA-F]{2})")
_UTF8 = re.compile(
    rb"(?:[\x00-\x7f]++|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf4][\x80-\xbf]{3})*+"
)
"""As the reference has it: characters above U+10FFFF pass."""


class ValidateByteRange(Operator):
    """An octet outside the ranges, such as ``10,13,32-126``."""

    name: ClassVar[str] = "validateByteRange"

    def __init__(self, argument: str, resources: Resources) -> None:
        del resources
        self.allowed = bytes({octet for part in argument.split(",") for octet in _octets(part)})

    def match(self, value: bytes) -> Hit | None:
        outside = value.translate(None, self.allowed)
        return Hit(data=outside[:1]) if outside else None


class ValidateUrlEncoding(Operator):
    """A percent sign without two hexadecimal digits after it."""

    name: ClassVar[str] = "validateUrlEncoding"

    def __init__(self, argument: str, resources: Resources) -> None:
        del argument, resources

    def match(self, value: bytes) -> Hit | None:
        found = _BROKEN.search(value)
        return None if found is None else Hit(data=value[found.start() : found.start() + 3])


class ValidateUtf8Encoding(Operator):
    """Octets that are not UTF-8: unfinished, overlong, surrogates, or no beginning of a character."""

    name: ClassVar[str] = "validateUtf8Encoding"

    def __init__(self, argument: str, resources: Resources) -> None:
        del argument, resources

    def match(self, value: bytes) -> Hit | None:
        found = _UTF8.match(value)
        end = found.end() if found else 0
        return Hit(data=value[end : end + 4]) if end < len(value) else None


def _octets(part: str) -> range:
    found = _RANGE.fullmatch(part)
    if found is None:
        raise ArgumentFault(f"{part.strip()!r} is no octet and no range of octets; write 10,13,32-126")
    first, last = int(found[1]), int(found[2] or found[1])
    if first > last or last > 255:
        raise ArgumentFault(f"{part.strip()!r} does not run upwards within 0-255")
    return range(first, last + 1)
