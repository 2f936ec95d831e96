"""Arguments of a JSON body, named as ModSecurity v3 names them: ``{"a": [1, {"b": 2}]}`` gives json.a.array_0 and json.a.array_1.b.

One value after another is read without recursion, so that whatever came before a fault or a limit is still there for rules to look at.
A body of a usual size goes through the standard library's parser first, which is several times as fast and must agree.

Called by `catalogue`. It never raises.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from routerd.waf.bodies.body import Limits, Parsed
from routerd.waf.bodies.urlencoded import TOO_MANY

_FAST_MOST = 5_000
"""Brackets, braces and commas that the standard parser is trusted with: each may become a Python object of some 100 octets."""

_NAMES_MOST = 131_072
"""Octets of all names together: a long name over many members would otherwise be repeated for each of them."""

_FAST_DEPTH = 100
"""Levels that the standard parser, which recurses, is trusted with."""

_ENTERED_MOST = 10
"""Objects and arrays for each argument that may be: empty ones are no arguments, and cost time."""

_BLANKS = re.compile(rb"[ \t\r\n]*")
# The outer repetition may not be possessive: `re` before 3.11.5 then takes half of an escape for a whole one.
_STRING = re.compile(rb'"((?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"')
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?")
_WORD = re.compile(rb"true|false|null")
_LITERAL = {b"true": b"true", b"false": b"false", b"null": b""}


class _Fault(Exception):
    """Reading ends here; the text says why."""


def parse(body: bytes, content_type: bytes, limits: Limits) -> Parsed:  # noqa: ARG001 - every processor is called alike
    """The values of a document, in order, each under its path; numbers as they are written, null empty."""
    if not body:
        return Parsed(posted=False)
    args = _fast(body, limits)
    if args is not None:
        return Parsed(args=args, posted=False)
    found: list[tuple[bytes, bytes]] = []
    try:
        _carefully(body, limits, found)
    except _Fault as fault:
        return Parsed(args=tuple(found), error=f"JSON parsing error: {fault}", posted=False)
    return Parsed(args=tuple(found), posted=False)


def _fast(body: bytes, limits: Limits) -> tuple[tuple[bytes, bytes], ...] | None:
    """By the standard library; None when the careful way has to be taken."""
    opened = body.count(b"[") + body.count(b"{")
    if opened + body.count(b",") > _FAST_MOST or opened > min(limits.depth, _FAST_DEPTH):
        return None
    try:
        document = _DECODER.decode(body.decode())
    except ValueError:
        return None
    found: list[tuple[bytes, bytes]] = []
    _walk(document, "json", found)
    if len(found) > limits.arguments or sum(len(name) for name, _ in found) > _NAMES_MOST:
        return None
    return tuple(found)


class _Members(list[tuple[str, Any]]):
    """An object's members, names that come twice included."""


def _refused(word: str) -> Any:
    raise ValueError(word)


_DECODER = json.JSONDecoder(object_pairs_hook=_Members, parse_int=str, parse_float=str, parse_constant=_refused)


def _walk(value: Any, path: str, found: list[tuple[bytes, bytes]]) -> None:
    if isinstance(value, str):
        found.append((path.encode(errors="replace"), value.encode(errors="replace")))
    elif isinstance(value, _Members):
        for name, inner in value:
            _walk(inner, f"{path}.{name or 'empty-key'}", found)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _walk(inner, f"{path}.array_{index}", found)
    else:
        found.append((path.encode(errors="replace"), b"" if value is None else b"true" if value else b"false"))


def _carefully(body: bytes, limits: Limits, found: list[tuple[bytes, bytes]]) -> None:
    octets = 0
    for name, value in _Reader(body, limits).values():
        octets += len(name)
        if len(found) == limits.arguments:
            raise _Fault(TOO_MANY.format(limits.arguments))
        if octets > _NAMES_MOST:
            raise _Fault(f"names of more than {_NAMES_MOST} octets together")
        found.append((name, value))


@dataclass(slots=True)
class _Level:
    """An object or array that is being read."""

    path: bytes
    closer: bytes
    index: int = -1


class _Reader:
    """Reads a document from its beginning to its end, or to the first fault."""

    def __init__(self, body: bytes, limits: Limits) -> None:
        self._body = body
        self._limits = limits
        self._entered = 0
        self._at = 0
        self._open: list[_Level] = []

    def values(self) -> Iterator[tuple[bytes, bytes]]:
        """Every value under its path.

        Raises:
            _Fault: it is not JSON, or nested too deeply.
        """
        name = b"json"
        while name:
            mark = self._mark()
            if mark in (b"{", b"["):
                self._enter(name, mark)
            else:
                yield name, self._scalar(mark)
            name = self._following()

    def _enter(self, name: bytes, mark: bytes) -> None:
        if len(self._open) == self._limits.depth:
            raise _Fault(f"more than {self._limits.depth} levels")
        self._entered += 1
        if self._entered > _ENTERED_MOST * self._limits.arguments:
            raise _Fault(f"more than {_ENTERED_MOST * self._limits.arguments} objects and arrays")
        self._at += 1
        self._open.append(_Level(name, b"}" if mark == b"{" else b"]"))

    def _following(self) -> bytes:
        """The path of the next value; empty when the document has ended."""
        while self._open:
            level, mark = self._open[-1], self._mark()
            if mark == level.closer:
                self._at += 1
                self._open.pop()
                continue
            if level.index >= 0:
                self._expect(b",")
            level.index += 1
            return level.path + (b".array_%d" % level.index if level.closer == b"]" else b"." + self._member())
        if self._mark():
            raise self._fault()
        return b""

    def _member(self) -> bytes:
        self._mark()
        name = self._string()
        self._expect(b":")
        return name or b"empty-key"

    def _scalar(self, mark: bytes) -> bytes:
        if mark == b'"':
            return self._string()
        found = _NUMBER.match(self._body, self._at) or _WORD.match(self._body, self._at)
        if found is None:
            raise self._fault()
        self._at = found.end()
        return _LITERAL.get(found[0], found[0])

    def _string(self) -> bytes:
        found = _STRING.match(self._body, self._at)
        if found is None:
            raise self._fault()
        try:
            text = found[0].decode()
        except UnicodeDecodeError as wrong:
            raise self._fault() from wrong
        self._at = found.end()
        return str(json.loads(text)).encode(errors="replace") if "\\" in text else found[1]

    def _expect(self, mark: bytes) -> None:
        if self._mark() != mark:
            raise self._fault()
        self._at += 1

    def _mark(self) -> bytes:
        """The next character that is no blank, which stays; empty at the end."""
        blanks = _BLANKS.match(self._body, self._at)
        self._at = blanks.end() if blanks else self._at
        return self._body[self._at : self._at + 1]

    def _fault(self) -> _Fault:
        return _Fault("it ends too early" if self._at >= len(self._body) else f"not JSON at octet {self._at}")
