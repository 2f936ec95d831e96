"""A small HTTP client that speaks from inside a namespace, and what it needs to fill in a page's form."""

import contextlib
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode, urljoin, urlsplit

from tests.lab.namespace import Namespace
from tests.lab.packets import family_of

REDIRECTS_MOST = 5


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back.

    Attributes:
        status: HTTP status; 0 when there was no answer.
        headers: names in lower case.
        body: all of it.
        url: the address that gave this answer, after redirects.
        error: why there was no answer; empty when there was one.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    url: str = ""
    error: str = ""

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def fetch(
    where: Namespace,
    url: str,
    resolve: Callable[[str], str],
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = 5,
    follow: bool = False,
    trust: ssl.SSLContext | None = None,
) -> Reply:
    """GET, or POST when there is a body.

    Args:
        resolve: host name to an address; OSError when it leads nowhere.
        follow: whether to go where redirects point.
        trust: for https; without it such an address leads nowhere.
    """
    for _ in range(REDIRECTS_MOST):
        reply = _once(where, url, resolve, body, headers=headers or {}, timeout=timeout, trust=trust)
        if not follow or reply.status not in (301, 302, 303, 307, 308):
            return reply
        url, body = urljoin(url, reply.headers["location"]), None
    return Reply(0, url=url, error="too many redirects")


def _once(
    where: Namespace,
    url: str,
    resolve: Callable[[str], str],
    body: bytes | None,
    *,
    headers: Mapping[str, str],
    timeout: float,
    trust: ssl.SSLContext | None,
) -> Reply:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    host = parts.hostname or ""
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        address = resolve(host)
        connection = HTTPConnection(host, port, timeout=timeout)
        if secure:
            connection.default_port = 443
        with contextlib.closing(connection):
            connection.sock = where.socket(family_of(address), socket.SOCK_STREAM)
            connection.sock.settimeout(timeout)
            connection.sock.connect((address, port))
            if secure:
                connection.sock = (trust or ssl.create_default_context()).wrap_socket(connection.sock, server_hostname=host)
            connection.request("GET" if body is None else "POST", path, body, dict(headers))
            response = connection.getresponse()
            content = response.read()
            return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, content, url)
    except (OSError, HTTPException) as error:
        return Reply(0, url=url, error=f"{type(error).__name__}: {error}")


@dataclass(slots=True)
class Form:
    """A form of a page: where it goes and what it already holds."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)

    def encode(self, values: Mapping[str, str]) -> bytes:
        """The form filled in, as a body."""
        return urlencode({**self.fields, **values}).encode()


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(said.get("action", ""), said.get("method", "get").lower()))
        elif tag in ("input", "button") and self.forms and said.get("name"):
            self.forms[-1].fields[said["name"]] = said.get("value", "")


def forms(page: str) -> list[Form]:
    """Every form of a page, in its order."""
    parser = _Forms()
    parser.feed(page)
    return parser.forms
