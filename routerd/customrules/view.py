"""What custom rules see of one request, by position. Pure, and patient with whatever a client sends: what cannot be read is left out."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

from routerd.core import paths
from routerd.customrules.ports import Head

PARAMETERS_MOST = 2_000
"""Parameters of one request that are looked at; what is beyond them `request_body` and `uri` still see."""
_DEPTH_MOST = 64
_NAME = re.compile(rb'\bname="([^"]*)"|\bname=([^;\s]+)', re.IGNORECASE)

_BOUNDARY = re.compile(rb'\bboundary="([^"]+)"|\bboundary=([^;,\s"]+)', re.IGNORECASE)

Pairs = list[tuple[bytes, bytes]]


class View:
    """One request.

    Args:
        head: its head.
        body: what was read of its body; None: not yet there.
    """

    __slots__ = ("_body", "_head", "_pairs", "_values")

    def __init__(self, head: Head, body: bytes | None) -> None:
        self._head = head
        self._body = body
        self._pairs: Pairs | None = None
        self._values: dict[str, Sequence[bytes]] = {}

    def values(self, position: str) -> Sequence[bytes]:
        """Everything at a position; `any` is the other positions together."""
        found = self._values.get(position)
        if found is None:
            found = self._values[position] = tuple(self._made(position))
        return found

    def _made(self, position: str) -> Iterator[bytes]:
        if position == "uri":
            yield from self._uris()
        elif position == "parameter_key":
            yield from (key for key, _ in self._parameters())
        elif position == "parameter_value":
            yield from (value for _, value in self._parameters())
        elif position == "request_header":
            yield from (name.lower() + b": " + value for name, value in self._head.headers)
        elif position == "request_body" and self._body:
            yield self._body
            if self._type().lower().startswith(b"application/x-www-form-urlencoded"):
                yield unquote_to_bytes(self._body.replace(b"+", b" "))

    def _uris(self) -> Iterator[bytes]:
        target = self._head.target
        yield target
        path, mark, query = target.partition(b"?")
        meant = paths.plain(path) + mark + unquote_to_bytes(query.replace(b"+", b" "))
        if meant != target:
            yield meant

    def _parameters(self) -> Pairs:
        if self._pairs is None:
            self._pairs = _form(self._head.target.partition(b"?")[2])
            if self._body:
                self._pairs += _of_body(self._type(), self._body)
        return self._pairs

    def _type(self) -> bytes:
        return next((value for name, value in self._head.headers if name.lower() == b"content-type"), b"").strip()


class _Members(list[tuple[str, Any]]):
    """Members of an object, with those that have the same name: readers differ on which of them counts."""


def _of_body(said: bytes, body: bytes) -> Pairs:
    kind = said.lower()
    if kind.startswith(b"application/x-www-form-urlencoded"):
        return _form(body)
    if kind.startswith(b"multipart/"):
        return _multipart(said, body)
    if kind.partition(b";")[0].rstrip().endswith(b"json"):
        return _json(body)
    return []


def _form(text: bytes) -> Pairs:
    pairs = (pair.partition(b"=") for pair in text.split(b"&", PARAMETERS_MOST)[:PARAMETERS_MOST] if pair)
    return [(_decoded(key), _decoded(value)) for key, _, value in pairs]


def _decoded(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" ")) if b"%" in text or b"+" in text else text


def _multipart(said: bytes, body: bytes) -> Pairs:
    """Fields of a form; of a file its name."""
    told = _BOUNDARY.search(said)
    boundary = b"--" + (told[1] or told[2]) if told else body.lstrip(b"\r\n").partition(b"\n")[0].rstrip(b"\r")
    if not boundary.startswith(b"--"):
        return []
    found: Pairs = []
    for part in body.split(boundary, PARAMETERS_MOST)[1:]:
        head, _, value = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if name is not None:
            file = re.search(rb'filename="([^"]*)"', head, re.IGNORECASE)
            found.append((name.group(1) or name.group(2) or b"", file.group(1) if file else value.removesuffix(b"\r\n")))
    return found


def _json(body: bytes) -> Pairs:
    try:
        document = json.loads(body, parse_int=str, object_pairs_hook=_Members)  # of numbers, int() takes 4,300 digits at most
    except (ValueError, RecursionError):
        return []
    found: Pairs = []
    for key, value in _leaves("", document, 0):
        if len(found) >= PARAMETERS_MOST:
            break
        found.append((key.encode("utf-8", "surrogatepass"), value.encode("utf-8", "surrogatepass")))
    return found


def _leaves(key: str, value: Any, depth: int) -> Iterator[tuple[str, str]]:
    if depth >= _DEPTH_MOST:
        return
    if isinstance(value, _Members):
        for name, inner in value:
            yield from _leaves(name, inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(key, inner, depth + 1)
    else:
        yield key, value if isinstance(value, str) else json.dumps(value)
