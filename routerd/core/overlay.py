"""Lays changes over the file's settings: a document, then tables of changes by section, then one decoded and verified tree again.

A section is named as in the file (``portal.free``); a guest network by its own name (``guest.main``, ``guest.main.portal``). Called
for the environment's variables at start and by `preferences` for what was set on the page. Pure: it reads no file and no environment.
"""

import copy
import dataclasses
import ipaddress
import tomllib
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any

from routerd.core.errors import NotFound
from routerd.core.knobs import Problem, decode
from routerd.core.settings import Settings
from routerd.core.verify import verify

Document = dict[str, Any]
Changes = Mapping[str, Mapping[str, Any]]
"""Section name to key to value. A list of tables that is a section of its own (``oidc``) has its tables under the one key `ROWS`."""

ROWS = "rows"
PREFIX = "ROUTERD_"
BETWEEN = "__"
_ADDRESSES = (ipaddress.IPv4Address, ipaddress.IPv6Address, ipaddress.IPv4Interface, ipaddress.IPv6Interface)


def document_of(value: Any) -> Any:
    """The TOML document that decodes to `value`: a settings tree, or any part of one."""
    if dataclasses.is_dataclass(value):
        inner = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
        return {name: document_of(part) for name, part in inner.items() if part is not None}
    if isinstance(value, tuple):
        return [document_of(part) for part in value]
    return str(value) if isinstance(value, _ADDRESSES) else value


def laid(document: Document, changes: Changes) -> Document:
    """A copy of `document` with `changes` in place.

    Raises:
        NotFound: a section of a guest network that the document does not have, or one that cannot be.
    """
    fresh = copy.deepcopy(document)
    for section, values in changes.items():
        if set(values) == {ROWS}:
            fresh[section] = copy.deepcopy(values[ROWS])
        elif values:
            table_of(fresh, section).update(copy.deepcopy(dict(values)))
    return fresh


def table_of(document: Document, section: str) -> Document:
    """The section's table inside the document; made if it is missing.

    Raises:
        NotFound: there is no guest network of that name, or what is there is no table.
    """
    table: Any = document
    parts = section.split(".")
    if parts[0] == "guest":
        name = "".join(parts[1:2])
        table = next((each for each in document.get("guest", ()) if each.get("name") == name), None)
        if table is None:
            raise NotFound(f"there is no guest network '{name}'")
        parts = parts[2:]
    for part in parts:
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            raise NotFound(f"{section} is no table of settings")
    return typing.cast("Document", table)


def settings_of(document: Document, methods: Sequence[str]) -> tuple[Settings | None, list[Problem]]:
    """Decode and verify.

    Args:
        document: a whole one.
        methods: names of the sign-in methods that exist.

    Returns:
        The settings and no problem, or None and every problem.
    """
    problems: list[Problem] = []
    settings = decode(Settings, document, "", problems)
    if settings is not None and not problems:
        problems += verify(settings, methods)
    return (None if problems else settings), problems


def page_key(problem: Problem, document: Document) -> str:
    """A problem's key as the sections are named: ``guest[0].lease_s`` is ``guest.main.lease_s``."""
    for at, network in enumerate(document.get("guest", ())):
        start = f"guest[{at}]"
        if problem.key.startswith(start):
            return f"guest.{network.get('name', at)}{problem.key.removeprefix(start)}"
    return problem.key


def environment_changes(environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What ``ROUTERD_PORTAL__TITLE=…`` and the like ask for. Variables without a double underscore are not settings.

    A key that takes a text takes it as it stands; everything else is written as in TOML (``true``, ``5``, ``["a", "b"]``).
    """
    changes: dict[str, dict[str, Any]] = {}
    for name, text in sorted(environ.items()):
        path = name.removeprefix(PREFIX).lower().split(BETWEEN)
        if name.startswith(PREFIX) and len(path) > 1 and all(path):
            changes.setdefault(".".join(path[:-1]), {})[path[-1]] = _written(path, text)
    return changes


def _written(path: Sequence[str], text: str) -> Any:
    if _kind(path) is str:
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _kind(path: Sequence[str]) -> Any:
    """The type that a key takes; None for one that does not exist: decoding will say so."""
    kind: Any = Settings
    for part in path if path[0] != "guest" else (path[0], *path[2:]):
        hint = typing.get_type_hints(kind).get(part) if dataclasses.is_dataclass(kind) else None
        kind = plain(hint)
    return kind


def plain(hint: Any) -> Any:
    """A field's type without `| None`; of a tuple of tables, the table."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        hint = next(option for option in typing.get_args(hint) if option is not type(None))
    if typing.get_origin(hint) is tuple and dataclasses.is_dataclass(typing.get_args(hint)[0]):
        return typing.get_args(hint)[0]
    return hint
