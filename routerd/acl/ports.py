"""What access lists need of others."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from routerd.core.stretches import Stretch


class Head(Protocol):
    """The head of a request, as far as lists look at it: `edge.head.Head`."""

    @property
    def method(self) -> bytes: ...

    @property
    def target(self) -> bytes:
        """As it came, in origin form."""
        ...

    @property
    def headers(self) -> Sequence[tuple[bytes, bytes]]: ...

    @property
    def client(self) -> bytes:
        """The client's address as text."""
        ...

    @property
    def host(self) -> bytes:
        """Lower case, without the port."""
        ...


class Expression(Protocol):
    """A compiled regular expression: `waf.regex.pattern.Pattern`."""

    @property
    def linear(self) -> bool:
        """Whether it takes time linear in the value."""
        ...

    def search(self, value: bytes) -> object | None:
        """Whatever it found; None when it found nothing."""
        ...


class Expressions(Protocol):
    """Compiles regular expressions: `waf.regex.pattern.Pattern`."""

    def __call__(self, text: str) -> Expression:
        """Raises ValueError, with a sentence for whoever wrote it, when the expression cannot be used."""
        ...


class Finder(Protocol):
    """Many phrases, looked for in one pass: `waf.automaton.Finder`."""

    def mask(self, value: bytes) -> int:
        """At least the bits of the phrases that are in the value."""
        ...


class Finders(Protocol):
    """Makes finders: `waf.automaton.Finder`."""

    def __call__(self, bits: Mapping[bytes, int]) -> Finder:
        """A finder of these phrases, none of them empty, each with its bits."""
        ...


class Countries(Protocol):
    """Who knows where an address is: `geo.service.Countries`."""

    def code(self, client: bytes) -> str:
        """Two letters; empty when nobody knows."""
        ...


class Blocks(Protocol):
    """What drops packets in the kernel: `bans.service.Bans`."""

    def block(self, four: Sequence[Stretch], six: Sequence[Stretch]) -> None:
        """Drop what these addresses send, and no others by this verb; never waits."""
        ...
