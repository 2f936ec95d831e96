"""Texts with ``%{macros}``: in arguments of operators, in messages, in what is set."""

import re
from dataclasses import dataclass

from routerd.waf.names import COLLECTIONS, variable
from routerd.waf.place import Fault, Place, nearest
from routerd.waf.state import State
from routerd.waf.variables.catalogue import CATALOGUE
from routerd.waf.variables.variable import Variable

_MACRO = re.compile(r"(\\?)%\{([A-Za-z_]+)(?:[.:]([^}]*))?\}")


@dataclass(frozen=True, slots=True)
class Part:
    """One macro."""

    variable: Variable
    member: bytes
    """Its name in lower case; empty for the first one."""

    def expand(self, state: State) -> bytes:
        """The value of the first member that fits; empty when there is none."""
        if self.member and self.variable.name == "TX":
            return state.tx.get(self.member) or b""
        for name, value in self.variable.members(state):
            if not self.member or name.lower() == self.member:
                return value
        return b""


class Macro:
    """A text that is compiled once and filled in often.

    Attributes:
        fixed: the text when there is no macro in it, otherwise None.
    """

    __slots__ = ("_parts", "fixed")

    def __init__(self, parts: tuple[bytes | Part, ...]) -> None:
        self._parts = parts
        texts = [part for part in parts if isinstance(part, bytes)]
        self.fixed: bytes | None = b"".join(texts) if len(texts) == len(parts) else None

    @property
    def reads(self) -> tuple[tuple[str, bytes], ...]:
        """The variables it stands for, each with the member in lower case; empty for the first one."""
        return tuple((part.variable.name, part.member) for part in self._parts if not isinstance(part, bytes))

    @property
    def beginning(self) -> bytes:
        """What every text that it can become begins with."""
        return self._parts[0] if self._parts and isinstance(self._parts[0], bytes) else b""

    def expand(self, state: State) -> bytes:
        """The text with the macros replaced by what they stand for now."""
        if self.fixed is not None:
            return self.fixed
        return b"".join([part if isinstance(part, bytes) else part.expand(state) for part in self._parts])


EMPTY = Macro(())


def macro(text: str, place: Place) -> Macro:
    """Compiles a text.

    Raises:
        Fault: a macro stands for a variable that is not known.
    """
    parts: list[bytes | Part] = []
    at = 0
    for found in _MACRO.finditer(text):
        parts.append(text[at : found.start()].encode())
        parts.append(found[0][1:].encode() if found[1] else _part(found[2], found[3] or "", place))
        at = found.end()
    parts.append(text[at:].encode())
    return Macro(tuple(part for part in parts if part != b""))


def _part(name: str, member: str, place: Place) -> Part:
    known = variable(name)
    if not known:
        raise Fault(place, f"there is no variable {name!r} for a macro", nearest(name, COLLECTIONS))
    return Part(CATALOGUE[known], member.lower().encode())
