"""Many text patterns over one value: which rule fits first. Immutable once made; what it costs hardly depends on how many there are.

Phrases are found in one pass (a finder says which of a few groups to look through, and there is almost always none), values and their
beginnings in tables, expressions through one that joins many.
"""

from collections.abc import Callable, Iterator, Sequence

from routerd.acl.patterns import Pattern
from routerd.acl.ports import Expression, Expressions, Finders
from routerd.core.errors import BadInput

GROUPS = 256
"""Phrases are spread over so many groups; only a group with a find in it is looked through."""
JOINED_MOST = 64
"""Expressions that are joined to one."""
VALUE_MOST = 8_192
"""Octets of a value that are looked at; a header that is longer is cut."""

_NONE = 1 << 62


class Texts:
    """Patterns that look at one kind of value.

    Args:
        entries: place of the rule and its pattern; where several fit, the lowest place counts.
        expressions: compiles expressions.
        finders: makes finders of phrases.

    Raises:
        BadInput: an expression cannot be used.
    """

    __slots__ = ("_beginnings", "_equal", "_expressions", "_finder", "_groups", "_lengths")

    def __init__(self, entries: Sequence[tuple[int, Pattern]], expressions: Expressions, finders: Finders) -> None:
        self._equal = _table(entries, "equals")
        self._beginnings = _table(entries, "begins")
        self._lengths = sorted({len(text) for text in self._beginnings})
        phrases = _table(entries, "contains")
        bits = {text: 1 << number % GROUPS for number, text in enumerate(phrases)}
        self._finder = finders(bits) if phrases else None
        self._groups: list[list[tuple[bytes, int]]] = [[] for _ in range(GROUPS)]
        for number, (text, place) in enumerate(phrases.items()):
            self._groups[number % GROUPS].append((text, place))
        self._expressions = _joined([(place, each.text) for place, each in entries if each.form == "expression"], expressions)

    def find(self, value: bytes) -> int:
        """The lowest place of a rule that fits; -1: none does."""
        value = value[:VALUE_MOST]
        folded = value.lower()
        found = self._equal.get(folded, _NONE)
        if self._beginnings:
            found = min(found, self._beginning(folded))
        if self._finder is not None and (mask := self._finder.mask(folded)):
            found = min(found, self._phrase(folded, mask))
        for union, members in self._expressions:
            if union is None or union.search(value) is not None:
                found = min([found, *(place for place, each in members if each.search(value) is not None)])
        return -1 if found == _NONE else found

    def _beginning(self, folded: bytes) -> int:
        return min((self._beginnings.get(folded[:length], _NONE) for length in self._lengths), default=_NONE)

    def _phrase(self, folded: bytes, mask: int) -> int:
        return min((place for group in _set(mask) for text, place in self._groups[group] if text in folded), default=_NONE)


def expression(text: str, expressions: Expressions) -> Expression:
    """A compiled expression.

    Raises:
        BadInput: it cannot be used, or would take more than linear time where this machine could take no more.
    """
    try:
        found = expressions(text)
    except ValueError as error:
        raise BadInput(f"pattern is no regular expression that can be used: {error}", "pattern") from error
    if not found.linear and expressions("(?:a)").linear:
        raise BadInput(
            "pattern could take very long on some values; write it without look-around, back references and counts in counts", "pattern"
        )
    return found


def _table(entries: Sequence[tuple[int, Pattern]], form: str) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for place, each in entries:
        if each.form == form:
            found[each.octets] = min(place, found.get(each.octets, _NONE))
    return found


_Joined = tuple[Expression | None, tuple[tuple[int, Expression], ...]]


def _joined(entries: Sequence[tuple[int, str]], expressions: Expressions) -> tuple[_Joined, ...]:
    return tuple(_union(entries[at : at + JOINED_MOST], expressions) for at in range(0, len(entries), JOINED_MOST))


def _union(entries: Sequence[tuple[int, str]], expressions: Expressions) -> _Joined:
    members = tuple((place, expression(text, expressions)) for place, text in entries)
    if len(members) == 1:
        return None, members
    try:
        union = expressions("|".join(text for _, text in entries))
    except ValueError:
        return None, members
    return (union if union.linear else None), members


def _set(mask: int) -> Iterator[int]:
    """Numbers of the bits that are set."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


Maker = Callable[[Sequence[tuple[int, Pattern]]], Texts]
"""Makes Texts, or finds those that were made of the same entries before."""
