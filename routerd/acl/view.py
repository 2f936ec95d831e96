"""What lists see of one request. Taken apart as far as some rule asks for it, and once."""

from urllib.parse import unquote_to_bytes

from routerd.acl.ports import Countries, Head
from routerd.core import clients, paths

_COOKIES_MOST = 200
"""Cookies that are told apart; a browser sends at most 180 or so to one site."""


class View:
    """One request.

    Args:
        head: its head.
        countries: who knows where addresses are.
    """

    __slots__ = ("_cookies", "_countries", "_country", "_fields", "_head", "_paths", "address", "host", "method")

    def __init__(self, head: Head, countries: Countries | None) -> None:
        self._head = head
        self._countries = countries
        self._country: str | None = None
        self._fields: dict[str, list[bytes]] | None = None
        self._cookies: list[tuple[str, bytes]] | None = None
        self._paths: tuple[bytes, bytes] | None = None
        self.address = clients.address(head.client)
        self.host = head.host.decode("latin-1")
        self.method = head.method.decode("latin-1")

    @property
    def country(self) -> str:
        """Two letters; empty when nobody knows."""
        if self._country is None:
            self._country = self._countries.code(self._head.client) if self._countries is not None else ""
        return self._country

    @property
    def fields(self) -> dict[str, list[bytes]]:
        """Header fields by their names in lower case."""
        if self._fields is None:
            self._fields = {}
            for name, value in self._head.headers:
                self._fields.setdefault(name.decode("latin-1").lower(), []).append(value)
        return self._fields

    @property
    def cookies(self) -> list[tuple[str, bytes]]:
        """Names and values of cookies."""
        if self._cookies is None:
            pairs = [pair.partition(b"=") for field in self.fields.get("cookie", ()) for pair in field.split(b";")[:_COOKIES_MOST]]
            self._cookies = [(name.strip().decode("latin-1"), value.strip()) for name, _, value in pairs]
        return self._cookies

    @property
    def path(self) -> bytes:
        """The path, percent-encoding taken off; empty when servers might understand it in different ways."""
        return paths.certain(self._head.target.partition(b"?")[0])

    @property
    def urls(self) -> tuple[bytes, ...]:
        """Path and query as they came, and as they are meant, where that differs."""
        path, query = self._taken_apart()
        meant = path + b"?" + query if query else path
        target = self._head.target
        return (target,) if meant == target else (target, meant)

    def _taken_apart(self) -> tuple[bytes, bytes]:
        if self._paths is None:
            path, _, query = self._head.target.partition(b"?")
            self._paths = paths.plain(path), unquote_to_bytes(query.replace(b"+", b" ")) if query else b""
        return self._paths
