"""Says whether a value would run script in a page that it is put into.

The idea is libinjection's (Nick Galbreath, 2013): read the value as a browser would wherever it may stand (text, an attribute's value,
bare or in each kind of quote) and ask of every tag and attribute whether it runs script. Tokeniser and words are our own.
Called by @detectXSS.
"""

import re
from collections.abc import Iterable

from routerd.waf.detect.xss import words
from routerd.waf.detect.xss.markup import Attribute, Comment, Declaration, Tag, Way, inside, page

TRIGGER = r"<[a-zA-Z!?%\x00]|="
"""A value without a match of this is no script."""
_TRIGGERED = re.compile(TRIGGER.encode())
_DECLARED = re.compile(rb"[!?%]\s*(?:doctype|entity|element|attlist|import|xml)", re.IGNORECASE)
_CONDITION = re.compile(rb"`|\[(?:end)?if\b", re.IGNORECASE)
_MARKS = (b'"', b"'", b"`")


def is_script(value: bytes) -> bool:
    """Whether it would. Time is linear in the value."""
    if _TRIGGERED.search(value) is None:
        return False
    # The strictest reading comes first: what it has read without finding anything the others need not read again.
    way = Way(words.TELLING, set())
    if b"<" in value and any(_runs(each) for each in page(value, 0, way)):
        return True
    if b"=" not in value:
        return False
    return any(_of_quote(inside(value, mark, way)) for mark in _MARKS if mark in value) or _of_prose(inside(value, b"", way))


def _runs(part: Tag | Attribute | Declaration | Comment) -> bool:
    match part:
        case Tag(name):
            return name in words.ELEMENTS or name.startswith(words.ELEMENT_FAMILIES)
        case Attribute(name, value):
            return _attribute_runs(name, value)
        case Declaration(text):
            return _DECLARED.match(text) is not None
        case Comment(text):
            return _CONDITION.search(text) is not None


def _attribute_runs(name: bytes, value: bytes) -> bool:
    if words.EVENT.match(name) or name in words.STYLING or name in words.BINDING or name.startswith(words.NAMESPACES):
        return True
    return name in words.ADDRESSES and words.is_script_address(value)


def _of_prose(parts: Iterable[Tag | Attribute | Declaration | Comment]) -> bool:
    """Of a value that may be prose: only what has no other meaning."""
    return any(
        words.KNOWN_EVENT.fullmatch(part.name) is not None or (part.name in words.ADDRESSES and words.is_script_address(part.value))
        for part in parts
        if isinstance(part, Attribute)
    )


def _of_quote(parts: Iterable[Tag | Attribute | Declaration | Comment]) -> bool:
    """Of what comes behind a quote."""
    return any(_runs(part) for part in parts if not (isinstance(part, Attribute) and _is_prose(part.name)))


def _is_prose(name: bytes) -> bool:
    """Whether a name that begins with "on" is a word of English rather than an event."""
    return words.EVENT.match(name) is not None and words.KNOWN_EVENT.fullmatch(name) is None
