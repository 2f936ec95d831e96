"""A guest's browser, as far as WSGI goes: sends a request to the portal from an address, and reads what came back."""

import io
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def location(self) -> str:
        return self.headers["Location"]

    def field(self, name: str) -> str:
        """The value of the page's first hidden field of that name."""
        return Fields.of(self.text)[name]


class Fields(HTMLParser):
    """Collects the first value of each input."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "input" and named.get("name"):
            self.found.setdefault(str(named["name"]), named.get("value") or "")

    @classmethod
    def of(cls, html: str) -> dict[str, str]:
        parser = cls()
        parser.feed(html)
        return parser.found


class Browser:
    """One guest device.

    Args:
        app: the portal.
        address: where it speaks from.
        host: the portal's own Host.
    """

    def __init__(self, app: Any, address: str, host: str = "192.168.88.1") -> None:
        self.app = app
        self.address = address
        self.host = host

    def send(self, method: str, url: str, body: bytes = b"", host: str | None = None, **headers: str) -> Reply:
        path, _, query = url.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": re.sub("%([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), path),
            "QUERY_STRING": query,
            "SCRIPT_NAME": "",
            "SERVER_NAME": "portal",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": self.address,
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
            "HTTP_HOST": self.host if host is None else host,
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        if environ["HTTP_HOST"] == "-":
            del environ["HTTP_HOST"]
        seen: list[Any] = []

        def start_response(status: str, response_headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            seen[:] = [int(status.split(maxsplit=1)[0]), response_headers]

        chunks = self.app(environ, start_response)
        content = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        assert "An error occurred" not in environ["wsgi.errors"].getvalue()
        return Reply(seen[0], dict(seen[1]), content)

    def get(self, url: str, **options: Any) -> Reply:
        return self.send("GET", url, **options)

    def post(self, url: str, fields: dict[str, str], **options: Any) -> Reply:
        return self.send("POST", url, urlencode(fields).encode(), **options)

    def submit(self, method: str, **fields: str) -> Reply:
        """Open the sign-in page and send its form with `fields` filled in."""
        page = self.get("/signin")
        return self.post("/signin", {"token": page.field("token"), "to": page.field("to"), "method": method, **fields})
