"""Operators that ask somebody: a database of countries, a block list in the DNS. What the rule set's loader gives them does the asking."""

import re
from typing import ClassVar

from routerd.waf.operators.operator import ArgumentFault, Hit, Operator, Resources

_IPV4 = re.compile(rb"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})")
_NAME = re.compile(rb"[0-9A-Za-z_.:-]{1,200}")


class GeoLookup(Operator):
    """Matches when the address is in the database; what it says becomes GEO."""

    name: ClassVar[str] = "geoLookup"

    def __init__(self, argument: str, resources: Resources) -> None:
        del argument
        self.resources = resources

    def match(self, value: bytes) -> Hit | None:
        members = self.resources.country(value)
        return None if members is None else Hit(data=value, found=tuple(members.items()))


class Rbl(Operator):
    """Matches when the block list has an entry for the address, or for the name."""

    name: ClassVar[str] = "rbl"

    def __init__(self, argument: str, resources: Resources) -> None:
        self.zone = argument.strip().encode("utf-8", "surrogateescape")
        if not _NAME.fullmatch(self.zone):
            raise ArgumentFault(f"{argument!r} is no zone of the DNS; write the one that the block list gives, such as zen.spamhaus.org")
        if self.zone.lower().endswith(b"httpbl.org"):
            raise ArgumentFault("Project Honey Pot's list asks for a key in each name, which is not supported")
        self.resources = resources

    def match(self, value: bytes) -> Hit | None:
        found = _IPV4.fullmatch(value)
        name = b".".join(reversed(found.groups())) if found else value
        if not _NAME.fullmatch(name):
            return None
        return Hit((value,), value) if self.resources.resolve(name + b"." + self.zone) is not None else None
