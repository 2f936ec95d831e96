"""What custom rules need of others."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class Head(Protocol):
    """The head of a request, as far as custom rules look at it: `edge.head.Head`."""

    @property
    def method(self) -> bytes: ...

    @property
    def target(self) -> bytes:
        """As it came, in origin form."""
        ...

    @property
    def headers(self) -> Sequence[tuple[bytes, bytes]]: ...


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
