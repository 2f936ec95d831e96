"""Section: one part of the admin page's JSON API, as a list of routes. What it is called with, and what it may answer.

A section is a module of its own below `admin/sections`; `admin.sections.catalogue` lists them. The router (`admin.routes`) decodes,
checks who asks and whether the role allows it, and calls the handler; a handler calls one service verb and returns what is shown.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from routerd.identity.actor import OWNERS, Actor


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, decoded and allowed.

    Attributes:
        actor: who asks.
        path: parameters of the path, by name.
        fields: a GET's query fields (texts), otherwise the members of the JSON object sent.
        body: the raw body of a route that declares `raw`; empty otherwise.
    """

    actor: Actor
    path: Mapping[str, str]
    fields: Mapping[str, Any]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class File:
    """An answer that is no JSON: a download, an image, an event stream.

    Attributes:
        media_type: with charset where there is one.
        content: octets, or pieces of them that are sent as they come.
        name: file name that the browser saves it under; empty: shown, not saved.
        headers: further headers.
    """

    media_type: str
    content: bytes | Iterable[bytes]
    name: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Asked], Any]
"""Returns None (204), a `File`, or anything that msgspec writes as JSON. Raises RouterdErrors."""


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
