"""Which settings the page may change, and how each is described. Pure.

Descriptions are made from the settings' own declarations, so that a new sign-in method's settings appear by themselves.
Where files, addresses and interfaces are is the file's alone: whoever gets hold of the page must not get further into the machine.
"""

import dataclasses
import ipaddress
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from routerd.core.errors import BadInput
from routerd.core.overlay import ROWS, plain
from routerd.core.settings import GuestNetwork, Settings

ALL: frozenset[str] | None = None

ALLOWED: Mapping[str, frozenset[str] | None] = {
    "portal": ALL,
    "mail": ALL,
    "sms": ALL,
    "radius": ALL,
    "oidc": ALL,
    "vouchers": ALL,
    "action_api": ALL,
    "privacy": ALL,
    "system": ALL,
    "uplink": frozenset({"down_kbit", "up_kbit"}),
}
"""Section to the keys that may be changed; ALL of them, those of tables inside included."""

GUEST_KEYS = frozenset(
    ("dhcp_first", "dhcp_last", "lease_s", "static", "dns_upstream", "isolation", "down_kbit", "up_kbit", "idle_timeout_s", "portal")
)

FILE_ONLY = frozenset({"portal.certificate", "portal.key", "mail.ca_file", "sms.smpp.ca_file", "sms.smstools.spool"})
"""Paths on this machine inside sections that may be changed."""

LIVE: Mapping[str, frozenset[str] | None] = {
    "portal": frozenset({"title", "landing_url", "venue_info_url", "wrong_passcodes", "wrong_window_s"}),
    "portal.free": ALL,
    "guest.*.portal": frozenset({"title", "landing_url"}),
}
"""What the portal alone reads: changed without anything being started anew."""

TEXT_MOST = 4_096
LIST_MOST = 256
"""Entries of a list: static leases, providers, servers."""
DOCUMENT_MOST = 131_072
"""Octets of a section as stored: all that a list of static leases needs."""

_TYPES: Mapping[Any, str] = {str: "text", int: "integer", bool: "boolean"}
_ADDRESSES = (ipaddress.IPv4Address, ipaddress.IPv6Address, ipaddress.IPv4Interface, ipaddress.IPv6Interface)


class Unfit(BadInput):
    """A setting cannot be so; `field` is its key with the section's name before it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Field:
    """One setting as it is described; see docs/admin-api/settings.md."""

    key: str
    type: str
    why: str
    least: int | None
    most: int | None
    choices: tuple[str, ...]
    default: Any
    secret: bool
    required: bool
    fields: tuple["Field", ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """One section.

    Attributes:
        name: as in `core.overlay`.
        title: what it is.
        parent: the section that it is inside of; empty none.
        rows: whether it is a list of tables.
        fields: its own settings.
    """

    name: str
    title: str
    parent: str
    rows: bool
    fields: tuple[Field, ...]

    @property
    def sealed(self) -> bool:
        """Whether it has secrets, so that it is kept sealed as a whole."""
        return any(field.secret or any(inner.secret for inner in field.fields) for field in self.fields)


def shapes(networks: Sequence[str]) -> dict[str, Shape]:
    """Every section that the page may change, by name.

    Args:
        networks: names of the guest networks that there are.
    """
    hints = typing.get_type_hints(Settings)
    found: list[Shape] = []
    for each in dataclasses.fields(Settings):
        if each.name in ALLOWED:
            found += _walk(
                each.name, plain(hints[each.name]), each.metadata["why"], "", ALLOWED[each.name], rows=_is_list(hints[each.name])
            )
    for name in networks:
        found += _walk(f"guest.{name}", GuestNetwork, f"guest network {name}", "", GUEST_KEYS, rows=False)
    return {shape.name: shape for shape in found}


def is_live(section: str, keys: typing.Iterable[str]) -> bool:
    """Whether a change of these keys needs nothing to be started anew."""
    parts = section.split(".")
    name = ".".join([parts[0], "*", *parts[2:]]) if parts[0] == "guest" else section
    if name not in LIVE:
        return False
    live = LIVE[name]
    return live is None or set(keys) <= live


def check_bounds(shape: Shape, changes: Mapping[str, Any]) -> None:
    """Refuse what is no setting of this section, or too long to be one. Types and bounds are judged when the whole is decoded.

    Raises:
        Unfit: with the key.
    """
    known = {field.key for field in shape.fields}
    for key, value in changes.items():
        if key not in ({ROWS} if shape.rows else known):
            expected = ROWS if shape.rows else ", ".join(sorted(known))
            raise Unfit(f"{shape.name}.{key[:64]}", f'"{key[:64]}" cannot be set in {shape.name}; expected one of {expected}')
        for text in _texts(value):
            _check_text(f"{shape.name}.{key}", text, lines=key == "body")
        if isinstance(value, list) and len(value) > LIST_MOST:
            raise Unfit(f"{shape.name}.{key}", f"{len(value)} entries; expected at most {LIST_MOST}")


def masked(fields: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values with each secret replaced by whether it is set."""
    secrets = {field.key for field in fields if field.secret}
    return {key: {"set": bool(value)} if key in secrets else value for key, value in values.items()}


def _walk(name: str, kind: Any, title: str, parent: str, keys: frozenset[str] | None, *, rows: bool) -> Iterator[Shape]:
    hints = typing.get_type_hints(kind)
    own, inner = [], []
    for each in dataclasses.fields(kind):
        if (keys is not None and each.name not in keys) or f"{name}.{each.name}" in FILE_ONLY:
            continue
        if dataclasses.is_dataclass(plain(hints[each.name])) and not _is_list(hints[each.name]):
            inner.append(each)
        else:
            own.append(_described(each, hints[each.name]))
    yield Shape(name, title, parent, rows, tuple(own))
    for each in inner:
        yield from _walk(f"{name}.{each.name}", plain(hints[each.name]), each.metadata["why"], name, ALL, rows=False)


def _described(each: "dataclasses.Field[Any]", hint: Any) -> Field:
    given = each.metadata
    required = each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING
    default = None if required else each.default
    kind = plain(hint)
    inner: tuple[Field, ...] = ()
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        inner = tuple(_described(part, hints[part.name]) for part in dataclasses.fields(kind))
    default = list(default) if isinstance(default, tuple) else default
    return Field(
        *(each.name, "tables" if inner else _type(kind), given["why"], given["least"], given["most"], given["choices"]),
        *(default, given["secret"], required, inner),
    )


def _type(kind: Any) -> str:
    if typing.get_origin(kind) is tuple:
        return "texts"
    return "address" if kind in _ADDRESSES else _TYPES[kind]


def _is_list(hint: Any) -> bool:
    return typing.get_origin(hint) is tuple


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _check_text(where: str, text: str, *, lines: bool) -> None:
    if len(text) > TEXT_MOST:
        raise Unfit(where, f"{where} has {len(text)} characters; expected at most {TEXT_MOST}")
    for character in text:
        if (character < " " and not (lines and character in "\r\n\t")) or character == "\x7f" or "\ud800" <= character <= "\udfff":
            raise Unfit(where, f"{where} contains a control character (U+{ord(character):04X}); expected text without any")
