"""Section: one part of the admin page's JSON API, as a list of routes. What it is called with, and what it may answer.

A section is a module of its own below `admin/sections`; `admin.sections.catalogue` lists them. The router (`admin.routes`) decodes,
checks who asks and whether the role allows it, and calls the handler; a handler calls one service verb and returns what is shown.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from routerd.core.errors import BadInput
from routerd.identity.actor import OWNERS, ROLES, Actor
from routerd.identity.model import Visit

ANYBODY = frozenset({*ROLES, ""})
"""Roles of a route that needs no sign-in; there are few, and `tests/admin` names them all."""


def _for_ever() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, decoded and allowed.

    Attributes:
        actor: who asks; without name and role when nobody is signed in.
        path: parameters of the path, by name, as texts.
        fields: the query's fields (texts) of a GET, of a `raw` route and of a DELETE without a body, otherwise the members of the JSON
            object sent.
        body: the raw body of a route that declares `raw`; empty otherwise.
        visit: where the request came from.
        person: number of the account; 0 when nobody is signed in.
        token: the session's cookie; empty without one.
        alive: whether the session still holds: an event stream asks from time to time, and ends when it does not.
    """

    actor: Actor
    path: Mapping[str, str]
    fields: Mapping[str, Any]
    body: bytes = b""
    visit: Visit = field(default_factory=lambda: Visit(""))
    person: int = 0
    token: str = ""
    alive: Callable[[], bool] = _for_ever


@dataclass(frozen=True, slots=True)
class File:
    """An answer that is no JSON: a download, an image, an event stream.

    Attributes:
        media_type: with charset where there is one.
        content: octets, or pieces of them that are sent as they come; pieces stop when the session ends.
        name: file name that the browser saves it under; empty: shown, not saved.
        headers: further headers; they replace the usual ones of the same name, Content-Security-Policy included.
    """

    media_type: str
    content: bytes | Iterable[bytes]
    name: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """A JSON answer that changes the browser's cookies too; for sign-in and sign-out.

    Attributes:
        value: what is told; None: nothing (204).
        session: the new session's cookie; empty takes it away; None leaves it.
        device: the cookie by which the device is known again; None leaves it.
    """

    value: Any
    session: str | None = None
    device: str | None = None


class BadField(BadInput):
    """One field of the request is wrong; the page shows the message beside it.

    Args:
        name: of the field.
        message: what is wrong and what would be right.
    """

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message, name)


Handler = Callable[[Asked], Any]
"""Returns None (204), a `File`, a `Told`, or anything that msgspec writes as JSON. Raises RouterdErrors."""


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint.

    Attributes:
        verb: GET, POST, PUT or DELETE.
        path: below /admin/api, in bottle's notation: ``/vouchers/<id:int>``.
        handler: what answers.
        roles: who may.
        raw: the most octets of a raw body that it takes instead of JSON; 0: JSON.
    """

    verb: str
    path: str
    handler: Handler
    roles: frozenset[str] = OWNERS
    raw: int = 0


class Section(Protocol):
    """One part of the API."""

    def routes(self) -> Sequence[Route]:
        """Its endpoints."""
        ...


def only(fields: Mapping[str, Any], *known: str) -> None:
    """Refuse what a request says too much: a slip of the pen, or somebody who tries to set what is not theirs.

    Raises:
        BadField: a field is not among `known`.
    """
    for name in fields:
        if name not in known:
            words = ", ".join(known) or "no field at all"
            raise BadField(name[:64], f'"{name[:64]}" is not a field of this request; expected {words}')
