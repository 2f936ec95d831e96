"""Finds the first of many phrases in one pass, whatever their case and number. The only module that knows pyahocorasick.

Where that is not installed phrases are looked for one by one, with the same answers: slower, for it takes time by their number.
"""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Any

try:
    import ahocorasick
except ImportError:  # pragma: no cover - where there is no wheel
    ahocorasick = None


class Automaton:
    """A set of phrases; letters of ASCII are compared without case. An empty phrase is left out.

    Args:
        phrases: what is looked for.
        fast: whether the library may be used.
    """

    __slots__ = ("_automaton", "_phrases")

    def __init__(self, phrases: Iterable[bytes], *, fast: bool = True) -> None:
        self._phrases = tuple(dict.fromkeys(phrase.lower() for phrase in phrases if phrase))
        self._automaton: Any = _built(self._phrases) if fast and ahocorasick is not None else None

    def __len__(self) -> int:
        return len(self._phrases)

    @property
    def phrases(self) -> tuple[bytes, ...]:
        """What is looked for, in lower case."""
        return self._phrases

    def first(self, value: bytes) -> bytes | None:
        """The phrase that ends first, the longest of those that end there, in lower case; None when there is none."""
        folded = value.lower()
        if self._automaton is None:
            return self._slowly(folded)
        found = next(self._automaton.iter(folded.decode("latin-1")), None) if self._phrases else None
        return None if found is None else self._phrases[found[1]]

    def _slowly(self, folded: bytes) -> bytes | None:
        ends = [(at + len(phrase), -len(phrase), phrase) for phrase in self._phrases if (at := folded.find(phrase)) >= 0]
        return min(ends)[2] if ends else None


class Finder:
    """Many literals, each with bits; one pass over a value collects the bits of all that are in it.

    Where the library is not installed every bit is always set: that costs time, and hides nothing.

    Args:
        bits: by literal; none of these is empty.
    """

    __slots__ = ("_all", "_automaton")

    def __init__(self, bits: Mapping[bytes, int], *, fast: bool = True) -> None:
        self._all = reduce(or_, bits.values(), 0)
        self._automaton: Any = None
        if fast and ahocorasick is not None and bits:
            self._automaton = ahocorasick.Automaton()
            for literal, mask in bits.items():
                self._automaton.add_word(literal.decode("latin-1"), mask)
            self._automaton.make_automaton()

    def mask(self, value: bytes) -> int:
        """The bits of the literals that are in a value, octet for octet."""
        if self._automaton is None:
            return self._all
        found = 0
        for _, bits in self._automaton.iter(value.decode("latin-1")):
            found |= bits
        return found


def _built(phrases: tuple[bytes, ...]) -> Any:
    automaton = ahocorasick.Automaton()
    for number, phrase in enumerate(phrases):
        automaton.add_word(phrase.decode("latin-1"), number)
    automaton.make_automaton()
    return automaton
