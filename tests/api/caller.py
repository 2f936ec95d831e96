"""Calls a WSGI application as waitress would, without sockets."""

import io
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    octets: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.octets)


class Caller:
    """One client of an application."""

    def __init__(self, application: Any, address: str = "192.168.10.2") -> None:
        self._application = application
        self._address = address

    def get(self, query: dict[str, Any] | str = "", path: str = "/api/") -> Answer:
        return self.call("GET", query if isinstance(query, str) else urlencode(query), path=path)

    def post(self, fields: Any, path: str = "/api/") -> Answer:
        return self.call("POST", body=json.dumps(fields).encode(), kind="application/json", path=path)

    def form(self, fields: dict[str, Any]) -> Answer:
        return self.call("POST", body=urlencode(fields).encode(), kind="application/x-www-form-urlencoded")

    def call(self, method: str, query: str = "", body: bytes = b"", kind: str | None = None, path: str = "/api/") -> Answer:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": self._address,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        if body:
            environ["CONTENT_LENGTH"] = str(len(body))
        if kind is not None:
            environ["CONTENT_TYPE"] = kind
        told: list[Any] = []
        parts = self._application(environ, lambda status, headers, *_: told.extend((status, headers)))
        octets = b"".join(parts)
        if hasattr(parts, "close"):
            parts.close()
        return Answer(int(told[0].split()[0]), dict(told[1]), octets)
