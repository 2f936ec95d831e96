"""What a rule looks at, compiled: which members of which variables, read once a phase where rules cannot change them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from routerd.waf.collections import Members
from routerd.waf.names import KEYED
from routerd.waf.rules import Target
from routerd.waf.state import State
from routerd.waf.variables.catalogue import CATALOGUE

Looked: TypeAlias = dict[int, Members]
"""Members that were read in this phase, by the number of the part."""


@dataclass(frozen=True, slots=True)
class Chooser:
    """Picks members by name.

    Attributes:
        name: in lower case; empty when there is a pattern or all are picked.
        pattern: found anywhere in a name, without case.
    """

    name: bytes = b""
    pattern: re.Pattern[bytes] | None = None

    @property
    def everything(self) -> bool:
        return not self.name and self.pattern is None

    def picks(self, name: bytes) -> bool:
        """Whether a member of this name is picked."""
        if self.pattern is not None:
            return self.pattern.search(name) is not None
        return not self.name or name.lower() == self.name


def chooser(target: Target) -> Chooser:
    """The chooser of a selector."""
    if target.pattern:
        return Chooser(pattern=re.compile(target.pattern.encode(), re.IGNORECASE | re.DOTALL))
    return Chooser(target.selector.lower().encode())


@dataclass(frozen=True, slots=True)
class Part:
    """One variable of a rule, with what is left out of it. Equal parts of different rules share what was read.

    Attributes:
        collection: name of the variable.
        chooser: its members that are looked at.
        count: how many they are, not what they are.
        excluded: members that are not looked at.
        number: what this part is remembered by within a rule set; 0 for one that is made for a single request, and not remembered.
    """

    collection: str
    chooser: Chooser
    count: bool = False
    excluded: tuple[Chooser, ...] = ()
    number: int = field(default=0, compare=False)

    def members(self, state: State, looked: Looked) -> Members:
        """Names and values of the members; a count is one value without a name."""
        found = looked.get(self.number)
        if found is not None:
            return found
        variable, chooser = CATALOGUE[self.collection], self.chooser
        if variable.named is not None and chooser.name and not self.excluded:
            found = variable.named(state, chooser.name)
        elif chooser.pattern is not None and self.collection == "TX" and not self.excluded:
            found = state.tx.like(chooser.pattern)
        else:
            found = self._picked(variable.members(state))
        if self.count:
            found = ((chooser.name, b"%d" % len(found)),)
        if self.number and not variable.changing:
            looked[self.number] = found
        return found

    def full_name(self, member: bytes) -> bytes:
        """As MATCHED_VAR_NAME shows it: ``ARGS:name``."""
        collection = self.collection.encode()
        return collection + b":" + member if self.collection in KEYED and (member or not self.count) else collection

    def _picked(self, members: Members) -> Members:
        if not self.chooser.everything:
            picks = self.chooser.picks
            members = [each for each in members if picks(each[0])]
        for excluded in self.excluded:
            members = [each for each in members if not excluded.picks(each[0])]
        return members


def parts(targets: Iterable[Target]) -> tuple[Part, ...]:
    """Compiles the variables of a rule; what ``!`` leaves out is left out of all its others of the same collection."""
    listed = list(targets)
    found: list[Part] = []
    for target in listed:
        if target.excluded:
            continue
        excluded = tuple(chooser(each) for each in listed if each.excluded and each.collection == target.collection)
        if not any(each.everything for each in excluded):
            found.append(Part(target.collection, chooser(target), target.count, excluded))
    return tuple(found)


def without(looked_at: Sequence[Part], collection: str, gone: Chooser) -> tuple[Part, ...]:
    """Parts with members taken out for one request; a count counts no more what is gone."""
    kept = []
    for part in looked_at:
        if part.collection != collection:
            kept.append(part)
        elif not gone.everything and part.chooser != gone:
            kept.append(Part(part.collection, part.chooser, part.count, (*part.excluded, gone)))
    return tuple(kept)
