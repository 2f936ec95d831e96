"""Decides whether a request may pass: the right host, the right origin, a session, a role, a token. Every endpoint goes through here.

DNS rebinding makes a stranger's name point at this box; the browser then takes the stranger's page for ours. Such a request carries
the stranger's name in its Host header, so names are refused that the box is not known by. An address as host is always right: nobody
can make an address point elsewhere.
"""

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import bottle

from routerd.admin.incoming import READING, cookie, header
from routerd.admin.section import Route
from routerd.core import tokens
from routerd.core.errors import Denied
from routerd.identity.actor import Actor
from routerd.identity.model import Person, Visit
from routerd.identity.standing import Standing

SESSION_COOKIE = "routerd"
DEVICE_COOKIE = "routerd-device"
SECURE_PREFIX = "__Host-"
"""RFC 6265bis, 4.1.3.2: browsers take such a cookie over TLS only, for this host alone; used when the request came by TLS."""

CSRF_HEADER = "X-CSRF-Token"

LOCAL_NAMES = frozenset({"localhost"})

Who = Callable[[str], tuple[Standing, Person] | None]
"""A session cookie to who holds it."""


@dataclass(frozen=True, slots=True)
class Passed:
    """Who asks, once it is known that they may.

    Attributes:
        actor: for handlers and the audit trail.
        visit: where from.
        person: number of the account; 0 nobody.
        token: the session's cookie; empty none.
    """

    actor: Actor
    visit: Visit
    person: int = 0
    token: str = ""


class Guard:
    """Lets requests pass or raises Denied.

    Args:
        who: finds the person behind a session's cookie.
        names: host names that this page may be called by, besides addresses and localhost.
    """

    def __init__(self, who: Who, names: Sequence[str] = ()) -> None:
        self._who = who
        self._names = LOCAL_NAMES | {name.casefold().rstrip(".") for name in names}

    def host(self) -> None:
        """Pass a request by the host that it names.

        Raises:
            Denied: ``host``.
        """
        if not self._is_ours(_host(header("Host"))):
            raise Denied("this name is not one of the box's; use its address, or put the name under [management] names", "host")

    def allow(self, route: Route) -> Passed:
        """Pass a request to `route`.

        Raises:
            Denied: ``host``, ``origin``, ``sign-in``, ``role`` or ``csrf``.
        """
        self.host()
        self._origin(route)
        visit = Visit(address(), header("User-Agent")[:1024], cookie(cookie_name(DEVICE_COOKIE)))
        token = cookie(cookie_name(SESSION_COOKIE))
        found = self._who(token) if token else None
        if "" in route.roles:
            return _passed(visit, token, found)
        if found is None:
            raise Denied("sign in first", "sign-in")
        standing, person = found
        if person.role not in route.roles:
            raise Denied("this needs another role than yours", "role")
        if route.verb not in READING and not tokens.same(header(CSRF_HEADER), standing.csrf):
            raise Denied(f"the header {CSRF_HEADER} is missing or out of date; load the page again", "csrf")
        return _passed(visit, token, found)

    def alive(self, token: str) -> bool:
        """Whether a session's cookie is still good."""
        return self._who(token) is not None

    def _origin(self, route: Route) -> None:
        """Refuse what another site's page asks for. Browsers say where a request comes from; what says nothing is no browser."""
        fetch = header("Sec-Fetch-Site")
        origin = header("Origin")
        allowed = ("", "same-origin", "none") if route.verb in READING else ("", "same-origin")
        if fetch not in allowed or (origin and _authority(origin) != header("Host").casefold()):
            raise Denied("this request comes from another site's page", "origin")

    def _is_ours(self, name: str) -> bool:
        literal = name[1:-1] if name[:1] == "[" and name[-1:] == "]" else name
        try:
            ipaddress.ip_address(literal)
        except ValueError:
            return name in self._names
        return True


def address() -> str:
    """The address that the request came from."""
    return str(bottle.request.environ.get("REMOTE_ADDR", ""))


def secure() -> bool:
    """Whether the request came by TLS, as the server itself knows it; headers are not believed."""
    return bool(bottle.request.environ.get("wsgi.url_scheme") == "https")


def cookie_name(name: str) -> str:
    """A cookie's name on this connection."""
    return f"{SECURE_PREFIX}{name}" if secure() else name


def _passed(visit: Visit, token: str, found: tuple[Standing, Person] | None) -> Passed:
    if found is None:
        return Passed(Actor("", "", visit.address), visit, 0, token)
    person = found[1]
    return Passed(Actor(person.name, person.role, visit.address), visit, person.id, token)


def _host(text: str) -> str:
    """The host of a Host header without its port, in lower case."""
    name, colon, port = text.rpartition(":")
    if colon and port.isdigit() and (":" not in name or name.endswith("]")):
        text = name
    return text.casefold().rstrip(".")


def _authority(origin: str) -> str:
    """Host and port of an Origin header; the Host header must say the same."""
    try:
        return urlsplit(origin).netloc.casefold()
    except ValueError:
        return "?"
