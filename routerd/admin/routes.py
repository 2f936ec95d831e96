"""The admin door: the page's files at /admin/, its JSON API at /admin/api.

Decode, guard, call the section's handler, answer: nothing here knows what an endpoint is about. Two routes with the same verb and
path are an error at the start.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import bottle

from routerd.admin import headers, incoming
from routerd.admin.answers import shape, worded
from routerd.admin.guard import DEVICE_COOKIE, SESSION_COOKIE, Guard, Passed, cookie_name, secure
from routerd.admin.page import Page
from routerd.admin.section import Asked, Route, Section, Told
from routerd.core.errors import NotFound
from routerd.web.front import Front

API = "/admin/api"
PAGE = "/admin/"
NUMBER_MOST = 2**63 - 1
"""No row of the store has a larger one."""
_PARAMETER = re.compile("<[^>]*>")

DEVICE_COOKIE_S = 400 * 86_400
"""What browsers allow at most (RFC 6265bis, 5.5)."""


@dataclass(frozen=True, slots=True)
class Door:
    """The admin door, ready to be mounted.

    Attributes:
        front: the WSGI application.
        routes: every endpoint, for tests and documents.
        body_octets_most: the largest body that a route takes.
    """

    front: Front
    routes: tuple[Route, ...]
    body_octets_most: int


def build(sections: Sequence[Section], guard: Guard, files: Path) -> Door:
    """The door.

    Args:
        sections: what `sections.catalogue` made.
        guard: lets requests pass.
        files: directory of the built page; it may be missing.

    Raises:
        ValueError: two routes are the same.
    """
    routes = tuple(route for section in sections for route in section.routes())
    _distinct(routes)
    front = Front(shape)
    for route in routes:
        front.route(API + route.path, route.verb, _answering(route, guard))
    _mount_page(front, guard, Page(files))
    return Door(front, routes, max([incoming.JSON_OCTETS_MOST, *(route.raw for route in routes)]))


def _distinct(routes: Sequence[Route]) -> None:
    seen: set[tuple[str, str]] = set()
    for route in routes:
        key = (route.verb, _PARAMETER.sub("<>", route.path))
        if key in seen:
            raise ValueError(f"two sections answer {route.verb} {route.path}")
        seen.add(key)


def _answering(route: Route, guard: Guard) -> Callable[..., bottle.HTTPResponse]:
    def answer(**path: object) -> bottle.HTTPResponse:
        passed = guard.allow(route)
        if any(isinstance(value, int) and value > NUMBER_MOST for value in path.values()):
            raise NotFound("there is nothing with this number")
        value = route.handler(_asked(route, guard, passed, path))
        alive = _alive(route, guard, passed)
        if not isinstance(value, Told):
            return worded(value, alive)
        response = worded(value.value, alive)
        _set_cookie(response, SESSION_COOKIE, value.session, None)
        _set_cookie(response, DEVICE_COOKIE, value.device, DEVICE_COOKIE_S)
        return response

    return answer


def _asked(route: Route, guard: Guard, passed: Passed, path: dict[str, object]) -> Asked:
    return Asked(
        actor=passed.actor,
        path={name: str(value) for name, value in path.items()},
        fields=incoming.fields_of(route),
        body=incoming.body_of(route),
        visit=passed.visit,
        person=passed.person,
        token=passed.token,
        alive=_alive(route, guard, passed),
    )


def _alive(route: Route, guard: Guard, passed: Passed) -> Callable[[], bool]:
    if "" in route.roles:
        return lambda: True
    return lambda: guard.alive(passed.token)


def _set_cookie(response: bottle.HTTPResponse, name: str, value: str | None, age_s: int | None) -> None:
    if value is None:
        return
    words = [f"{cookie_name(name)}={value}", "Path=/", "HttpOnly", "SameSite=Strict"]
    if secure():
        words.append("Secure")
    if not value or age_s:
        words.append(f"Max-Age={age_s if value else 0}")
    response.add_header("Set-Cookie", "; ".join(words))


def _mount_page(front: Front, guard: Guard, page: Page) -> None:
    def show(path: str = "index.html") -> bottle.HTTPResponse:
        guard.host()
        return page.answer(path)

    def lead_on() -> bottle.HTTPResponse:
        guard.host()
        return bottle.HTTPResponse(status=302, headers={**headers.PAGE, "Location": PAGE, "Cache-Control": "no-store"})

    front.get("/", callback=lead_on)
    front.get("/admin", callback=lead_on)
    front.get(PAGE, callback=show)
    front.get("/favicon.ico", callback=lambda: bottle.HTTPResponse(status=204, headers=dict(headers.PAGE)))
    front.get(PAGE + "<path:path>", callback=show)
