"""Turns a decoded TOML document into a tree of frozen dataclasses, and says everything that is wrong with it at once.

Knows nothing of what the settings mean: `core.settings` declares them with `knob`, `core.verify` judges what fits together.
"""

import dataclasses
import difflib
import ipaddress
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

S = TypeVar("S")

_WRONG: Any = object()
"""Stands for a value that was refused."""

_BETWEEN = re.compile(r"[,;\n]")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the configuration.

    Attributes:
        key: where, such as ``guest[0].address``.
        found: the value found, as written.
        expected: what would be right.
    """

    key: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.key}: found {self.found}, expected {self.expected}"


def knob(
    default: Any = dataclasses.MISSING,
    *,
    why: str,
    least: int | None = None,
    most: int | None = None,
    choices: tuple[str, ...] = (),
    secret: bool = False,
    split: bool = False,
    factory: Any = dataclasses.MISSING,
) -> Any:
    """A dataclass field that documents itself: its reason and its bounds; no default means that it must be given.

    A `secret` is never shown again once it is set. A list of texts that is `split` may be one text with commas, semicolons or line ends.
    """
    metadata = {"why": why, "least": least, "most": most, "choices": choices, "secret": secret, "split": split}
    if factory is not dataclasses.MISSING:
        return field(default_factory=factory, metadata=metadata)
    if default is dataclasses.MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


def decode(kind: type[S], table: Mapping[str, Any], where: str, problems: list[Problem]) -> S | None:
    """Build a `kind` from a TOML table.

    Args:
        kind: a dataclass whose fields were made with `knob`.
        table: the decoded TOML table.
        where: the table's own key, for messages; empty at the top.
        problems: every fault found is appended.

    Returns:
        The value, with the default in place of each value that is wrong, so that what else is wrong can be told as well; None when
        a required one is missing or wrong. It is fit for use only if nothing was appended to `problems`.
    """
    fields = {f.name: f for f in dataclasses.fields(kind)}  # type: ignore[arg-type]  # typeshed wants an instance
    hints = typing.get_type_hints(kind)
    unknown = [name for name in table if name not in fields]
    problems.extend(Problem(_join(where, name), "an unknown key", _suggest(name, list(fields))) for name in unknown)
    values: dict[str, Any] = {}
    complete = True
    for name, declared in fields.items():
        key = _join(where, name)
        if name in table:
            value = _value(hints[name], table[name], key, declared.metadata, problems)
            if value is not _WRONG:
                values[name] = value
        elif _is_required(declared):
            problems.append(Problem(key, "nothing", f"{_words(hints[name], declared.metadata)} (this key is required)"))
        complete = complete and (name in values or not _is_required(declared))
    return kind(**values) if complete else None


def _value(hint: Any, raw: Any, key: str, bounds: Mapping[str, Any], problems: list[Problem]) -> Any:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        hint = next(option for option in typing.get_args(hint) if option is not type(None))
        return _value(hint, raw, key, bounds, problems)
    if origin is tuple:
        return _several(typing.get_args(hint)[0], raw, key, bounds, problems)
    if dataclasses.is_dataclass(hint):
        if isinstance(raw, Mapping):
            table = decode(typing.cast("type[Any]", hint), raw, key, problems)
            return _WRONG if table is None else table
        problems.append(Problem(key, _shown(raw), "a table"))
        return _WRONG
    return _single(hint, raw, key, bounds, problems)


def _several(hint: Any, raw: Any, key: str, bounds: Mapping[str, Any], problems: list[Problem]) -> Any:
    if isinstance(raw, str) and bounds["split"]:
        raw = [piece for piece in map(str.strip, _BETWEEN.split(raw)) if piece]
    if not isinstance(raw, list):
        problems.append(Problem(key, _shown(raw), _listed(hint, bounds)))
        return _WRONG
    values = tuple(_value(hint, item, f"{key}[{at}]", bounds, problems) for at, item in enumerate(raw))
    return _WRONG if any(value is _WRONG for value in values) else values


def _single(hint: Any, raw: Any, key: str, bounds: Mapping[str, Any], problems: list[Problem]) -> Any:
    wrong = Problem(key, _shown(raw), _words(hint, bounds))
    if hint in (bool, int, str):
        if type(raw) is not hint or not _within(raw, bounds):
            problems.append(wrong)
            return _WRONG
        return raw
    prefixed = hint in (ipaddress.IPv4Interface, ipaddress.IPv6Interface)
    if isinstance(raw, str) and ("/" in raw or not prefixed):
        try:
            return hint(raw)
        except ValueError:
            pass
    problems.append(wrong)
    return _WRONG


def _is_required(declared: dataclasses.Field[Any]) -> bool:
    return declared.default is dataclasses.MISSING and declared.default_factory is dataclasses.MISSING


def _within(raw: Any, bounds: Mapping[str, Any]) -> bool:
    if bounds["choices"] and raw not in bounds["choices"]:
        return False
    if type(raw) is int:
        least, most = bounds["least"], bounds["most"]
        return (least is None or raw >= least) and (most is None or raw <= most)
    return True


_WORDS = {
    bool: "true or false",
    int: "a whole number",
    str: "a text",
    ipaddress.IPv4Interface: 'an IPv4 address with prefix length, such as "192.168.88.1/24"',
    ipaddress.IPv6Interface: 'an IPv6 address with prefix length, such as "fd00:88::1/64"',
    ipaddress.IPv4Address: 'an IPv4 address, such as "192.168.88.10"',
}


def _listed(hint: Any, bounds: Mapping[str, Any]) -> str:
    if hint is str:
        return "a text, or a list of texts" if bounds["split"] else "a list of texts"
    return f"a list, each {_words(hint, bounds)}"


def _words(hint: Any, bounds: Mapping[str, Any]) -> str:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        hint = next(option for option in typing.get_args(hint) if option is not type(None))
    if typing.get_origin(hint) is tuple:
        return _listed(typing.get_args(hint)[0], bounds)
    if dataclasses.is_dataclass(hint):
        return "a table"
    if bounds["choices"]:
        return "one of " + ", ".join(f'"{choice}"' for choice in bounds["choices"])
    words = _WORDS.get(hint, "an address")
    least, most = bounds["least"], bounds["most"]
    if hint is int and (least is not None or most is not None):
        return f"{words} from {least if least is not None else 'any'} to {most if most is not None else 'any'}"
    return words


def _suggest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"'{close[0]}'"
    return "one of " + ", ".join(sorted(known))


def _shown(raw: Any) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    return f'"{raw}"' if isinstance(raw, str) else str(raw)


def _join(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
