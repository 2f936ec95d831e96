"""A value as a browser reads it: tags with their attributes, comments, declarations. One pass, linear, after HTML's own tokeniser.

https://html.spec.whatwg.org/multipage/parsing.html#tokenization, without what makes no difference to whether script runs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_OPEN = re.compile(
    rb"<(?:(?P<name>[a-zA-Z\x00][^\s/>]*+)|(?P<declared>!(?!--)[^>]*+|[?%][^>]*+)|!--(?P<comment>.*?)(?:--!?>|\Z))", re.DOTALL
)
_ATTRIBUTE = re.compile(
    rb"[\s/\x00]*+(?:(?P<end>>)|(?P<name>[^\s/>\x00][^\s/>=]*+)"
    rb"(?:[\s\x00]*+=[\s\x00]*+(?:\"(?P<double>[^\"]*+)\"?|'(?P<single>[^']*+)'?|`(?P<back>[^`]*+)`?|(?P<bare>[^\s>]*+)))?)"
)


@dataclass(frozen=True, slots=True)
class Tag:
    """An element that begins: its name, in lower case without a prefix or NUL."""

    name: bytes


@dataclass(frozen=True, slots=True)
class Attribute:
    """One with a value; its name is in lower case without NUL."""

    name: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Declaration:
    """What stands in ``<!…>`` or ``<?…>``."""

    text: bytes


@dataclass(frozen=True, slots=True)
class Comment:
    """What stands in ``<!--…-->``."""

    text: bytes


@dataclass(frozen=True, slots=True)
class Way:
    """What several readings of one value have in common.

    Attributes:
        telling: names of attributes that are worth telling of; None all.
        seen: where attributes have been read; what comes from there on is not read again.
    """

    telling: re.Pattern[bytes] | None = None
    seen: set[int] | None = None


_WHOLE = Way()


def page(value: bytes, at: int = 0, way: Way = _WHOLE) -> Iterator[Tag | Attribute | Declaration | Comment]:
    """A value, from `at` on, where text of a page stands."""
    while (found := _OPEN.search(value, at)) is not None:
        at = found.end()
        if found["name"] is not None:
            yield Tag(_plain(found["name"]).rpartition(b":")[2])
            for attribute, end in _attributes(value, at, way):
                at = end
                if attribute is not None:
                    yield attribute
        elif found["declared"] is not None:
            yield Declaration(found["declared"])
        else:
            yield Comment(found["comment"])


def inside(value: bytes, mark: bytes, way: Way = _WHOLE) -> Iterator[Tag | Attribute | Declaration | Comment]:
    """A value where an attribute's value stands: between quotes of a kind, or bare when `mark` is empty."""
    at = value.find(mark) + 1 if mark else len(re.match(rb"[^\s>]*+", value)[0])  # type: ignore[index]
    if mark and not at:
        return
    for attribute, end in _attributes(value, at, way):
        at = end
        if attribute is not None:
            yield attribute
    yield from page(value, at, way)


def _attributes(value: bytes, at: int, way: Way) -> Iterator[tuple[Attribute | None, int]]:
    """Attributes up to the end of the tag, each with where it ends; those that are not worth telling of are passed over."""
    seen, telling = way.seen, way.telling
    while (found := _ATTRIBUTE.match(value, at)) is not None:
        if seen is not None:
            if at in seen:
                yield None, len(value)
                return
            seen.add(at)
        at = found.end()
        kind = found.lastgroup
        if kind == "end":
            break
        if kind is not None and kind != "name":
            name = _plain(found["name"])
            if telling is None or telling.match(name) is not None:
                yield Attribute(name, found[kind]), at
    yield None, at


def _plain(name: bytes) -> bytes:
    return name.replace(b"\0", b"").lower()
