"""What every variable is: a name, and how its members are read from the state of a request."""

from collections.abc import Callable
from dataclasses import dataclass

from routerd.waf.collections import Members
from routerd.waf.state import State


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable.

    Attributes:
        name: in upper case.
        members: reads it; never raises.
        changing: whether rules can change it within a phase, so that it is read anew each time.
        named: reads the members of one name, in lower case; None where all have to be looked through.
    """

    name: str
    members: Callable[[State], Members]
    changing: bool = False
    named: Callable[[State, bytes], Members] | None = None


def single(name: str, read: Callable[[State], bytes], *, changing: bool = False) -> Variable:
    """A variable that is one value; it is there even when it is empty, as in the reference."""
    return Variable(name, lambda state: ((b"", read(state)),), changing)


def flag(name: str, read: Callable[[State], bool | int]) -> Variable:
    """A variable that is 0 or 1."""
    return single(name, lambda state: b"%d" % read(state))


def names_of(members: Members) -> Members:
    """For a …_NAMES variable: each name as the value of a member of this name."""
    return [(name, name) for name, _ in members]


def absent(name: str) -> Variable:
    """A variable that a pure engine cannot know; it is there and empty."""
    return single(name, lambda _: b"")
