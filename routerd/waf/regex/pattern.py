"""One compiled pattern: RE2 looks where it can say the same, in time linear in the value; Python's `re` does the rest.

Both see octets and take the leftmost match, the first alternative that leads there, as PCRE does. This is the only module that
knows RE2. Without it (its wheel is not built for every machine) everything goes to `re`, with the same answers.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

try:
    import re2
except ImportError:  # pragma: no cover - where there is no wheel
    re2 = None
else:
    re2.set_fallback_notification(re2.FALLBACK_EXCEPTION)

from routerd.waf.regex import printing
from routerd.waf.regex.reader import PatternFault, Read, read
from routerd.waf.regex.simplifying import simplified
from routerd.waf.regex.syntax import Anchor, Node

_MEMORY_OCTETS = (8 << 20, 64 << 20)
"""What RE2 may take for one pattern, its cache of states included, which grows as values ask for it: the least that it compiles in."""
_BACKTRACK_MOST = 8_192
"""Octets of a value that a pattern which only `re` can match is shown."""
_RISKY = re.compile(r"\(\?[=!<>P']|[+*?}]\+|\\[1-9gkRZ]|\{\d*,?\d{4}")
"""What a pattern has to have in it for `re` to refuse it though it was read: such are compiled at once."""
_KEPT = 2_048
"""Compiled patterns that are kept: the CRS has some 330, and macros make more."""


class Pattern:
    """A pattern, read at once and compiled when it is first looked for: most of a rule set never are.

    Args:
        text: in PCRE's notation; an empty one matches everything.
        linear: whether RE2 may take it.

    Raises:
        PatternFault: it cannot be used.
    """

    __slots__ = ("_careful", "_python", "_re2", "_ready", "_wanted_linear", "text")

    def __init__(self, text: str, *, linear: bool = True) -> None:
        self.text = text
        self._wanted_linear = linear
        self._python: re.Pattern[bytes] | None = None
        self._re2: Any = None
        self._careful = self._ready = False
        found = _read(text)
        if _RISKY.search(text):
            self._compile(simplified(found.node))

    @property
    def node(self) -> Node:
        """The pattern taken apart, anew each time: it is much larger than what it is compiled to."""
        return simplified(_read(self.text).node)

    @property
    def linear(self) -> bool:
        """Whether it takes time linear in the value."""
        self.warm()
        return self._re2 is not None

    def search(self, value: bytes) -> tuple[bytes, ...] | None:
        """The whole match and its groups, those that took no part empty, without the last of such; None when there is no match."""
        found = self._at(value, 0)
        return None if found is None else _captures(found)

    def spans(self, value: bytes) -> Iterator[tuple[int, int, tuple[bytes, ...]]]:
        """Start, end and captures of every match, one after another; after an empty one the search goes on an octet later."""
        at = 0
        while at <= len(value) and (found := self._at(value, at)) is not None:
            start, end = found.span()
            yield start, end, _captures(found)
            at = end if end > start else end + 1

    def starts(self, value: bytes) -> Iterator[bytes]:
        """The match at every place where one starts, overlapping ones too."""
        at = 0
        while at <= len(value) and (found := self._at(value, at)) is not None:
            yield found.group()
            at = found.start() + 1

    def warm(self) -> None:
        """Compiles it now; two threads that do so at once come to the same."""
        if not self._ready:
            self._compile(self.node)

    def _compile(self, node: Node) -> None:
        self._careful = _has_bare_start(node)
        self._re2 = _linear(node) if self._wanted_linear else None
        if self._re2 is None:
            self._python = _backtracking(node)
        self._ready = True

    def _at(self, value: bytes, at: int) -> Any:
        if not self._ready:
            self.warm()
        if self._re2 is None:
            return self._exact().search(value[:_BACKTRACK_MOST] if len(value) > _BACKTRACK_MOST else value, at)
        found = self._re2.search(value, at)
        if found is not None and self._careful and found.end() == len(value) and value.endswith(b"\n"):
            return self._exact().search(value, at)
        return found

    def _exact(self) -> re.Pattern[bytes]:
        if self._python is None:
            self._python = _backtracking(self.node)
        return self._python


def _read(text: str) -> Read:
    return read(text.encode("utf-8", "surrogateescape").decode("latin-1"))


@lru_cache(_KEPT)
def compiled(text: str) -> Pattern:
    """A pattern, compiled once.

    Raises:
        PatternFault: it cannot be used.
    """
    return Pattern(text)


def _captures(found: Any) -> tuple[bytes, ...]:
    groups = [found.group(), *found.groups()]
    while groups[-1] is None:
        groups.pop()
    return tuple(group or b"" for group in groups)


def _has_bare_start(node: Node) -> bool:
    """Whether RE2 may take a place for the start of a line that PCRE does not: the one after a newline that ends the value."""
    return Anchor.LINE_START in _anchors(node)


def _anchors(node: Node) -> set[Anchor]:
    if isinstance(node, Anchor):
        return {node}
    inside = getattr(node, "items", None) or ((node.item,) if hasattr(node, "item") else ())
    return {anchor for item in inside for anchor in _anchors(item)}


def _backtracking(node: Node) -> re.Pattern[bytes]:
    try:
        return re.compile(printing.python(node).encode("latin-1"), re.DOTALL | re.MULTILINE)
    except (re.error, RecursionError, OverflowError) as error:
        raise PatternFault(f"the regular expression cannot be carried over: {error}") from error


def _linear(node: Node) -> Any:
    if re2 is None:
        return None
    try:
        text = "(?sm)" + printing.re2(node)
    except printing.Unfit:
        return None
    for octets in _MEMORY_OCTETS:
        try:
            return re2.compile(text.encode("latin-1"), max_mem=octets)
        except re2.error:
            continue
    return None
