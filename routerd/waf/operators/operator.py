"""What every operator is: compiled once from its argument, then asked about one value after another."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from routerd.waf.budget import Price


@dataclass(frozen=True, slots=True)
class Hit:
    """A value matched.

    Attributes:
        captures: the whole match and its groups, in order, for TX.0 to TX.9; a group that took no part is empty.
        data: what to show of the match in a log line.
        found: members of GEO that a look-up gives; no other operator sets them.
    """

    captures: tuple[bytes, ...] = ()
    data: bytes = b""
    found: tuple[tuple[bytes, bytes], ...] = ()


class ArgumentFault(ValueError):
    """An operator cannot do anything with its argument; the text says why, and what it would take."""


class Resources(Protocol):
    """What operators may need of the outside; whoever loads a rule set gives it. Files are named as the rule names them."""

    def phrases(self, file: str) -> Sequence[bytes]:
        """Lines of a phrase file, comments and empty ones left out.

        Raises:
            ArgumentFault: it cannot be read.
        """
        ...

    def addresses(self, file: str) -> Sequence[bytes]:
        """Addresses and networks of a file, one a line, comments left out.

        Raises:
            ArgumentFault: it cannot be read.
        """
        ...

    def country(self, address: bytes) -> Mapping[bytes, bytes] | None:
        """Members of GEO for an address; None when there is no database, or nothing in it."""
        ...

    def resolve(self, name: bytes) -> bytes | None:
        """The first IPv4 address of a name; None when there is none, or look-ups are off."""
        ...


class Operator(ABC):
    """One operator with its argument.

    Attributes:
        name: as the reference spells it.
        expands: whether ``%{macros}`` in its argument are replaced before it is compiled.
        price: what asking about a value costs, apart from the asking itself.
    """

    name: ClassVar[str]
    expands: ClassVar[bool] = True
    price: ClassVar[Price] = Price(5)

    @abstractmethod
    def __init__(self, argument: str, resources: Resources) -> None:
        """Compiles an argument, in which macros have been replaced.

        Macros may bring any bytes: these come as the characters that `surrogateescape` makes of them.

        Raises:
            ArgumentFault: it cannot be used.
        """

    @abstractmethod
    def match(self, value: bytes) -> Hit | None:
        """What matched; None when nothing did. It never raises, whatever the value."""

    def warm(self) -> None:  # noqa: B027 (most have nothing to do)
        """Does at once what would otherwise be done when the first value comes; may be called beside `match`."""
