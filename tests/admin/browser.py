"""A browser at the admin page: keeps cookies, knows its token, says where its requests come from. Without sockets."""

import io
import json
from typing import Any
from urllib.parse import urlencode

from tests.api.caller import Answer

API = "/admin/api"


class Browser:
    """One browser.

    Args:
        application: WSGI.
        address: that it comes from.
        host: that its address line says.
    """

    def __init__(self, application: Any, address: str = "192.168.10.2", host: str = "192.168.10.1") -> None:
        self.application = application
        self.address = address
        self.host = host
        self.cookies: dict[str, str] = {}
        self.set_cookies: list[str] = []
        self.csrf = ""
        self.scheme = "http"

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> Answer:
        return self.send("GET", API + path, urlencode(query), headers=headers)

    def post(self, path: str, fields: Any = None, headers: dict[str, str] | None = None) -> Answer:
        body = json.dumps({} if fields is None else fields).encode()
        return self.send("POST", API + path, body=body, headers={"Content-Type": "application/json"} | (headers or {}))

    def delete(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> Answer:
        return self.send("DELETE", API + path, urlencode(query), headers=headers)

    def page(self, path: str = "/admin/", headers: dict[str, str] | None = None) -> Answer:
        return self.send("GET", path, headers=headers)

    def send(self, verb: str, path: str, query: str = "", body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        """A request; a header of None is left out."""
        usual = {"Host": self.host, "User-Agent": "Mozilla/5.0 (test)", "Sec-Fetch-Site": "same-origin"}
        if verb != "GET":
            usual |= {"Origin": f"{self.scheme}://{self.host}", "X-CSRF-Token": self.csrf}
        if self.cookies:
            usual["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        told: list[Any] = []
        environ = self._environ(verb, path, query, body, usual | (headers or {}))
        parts = self.application(environ, lambda status, heads, *_: told.extend((status, heads)))
        octets = b"".join(parts)
        if hasattr(parts, "close"):
            parts.close()
        answer = Answer(int(told[0].split()[0]), dict(told[1]), octets)
        self._keep(told[1])
        if answer.status == 200 and answer.headers.get("Content-Type") == "application/json" and "csrf" in answer.octets.decode():
            self.csrf = answer.json.get("csrf", self.csrf)
        return answer

    def twin(self) -> "Browser":
        """Another browser with the same cookies: what a thief of them has."""
        other = Browser(self.application, self.address, self.host)
        other.cookies, other.csrf, other.scheme = dict(self.cookies), self.csrf, self.scheme
        return other

    def _keep(self, headers: list[tuple[str, str]]) -> None:
        self.set_cookies = [value for name, value in headers if name.lower() == "set-cookie"]
        for each in self.set_cookies:
            name, _, value = each.partition(";")[0].partition("=")
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)

    def _environ(self, verb: str, path: str, query: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": verb,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": self.address,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": self.scheme,
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        if body:
            environ["CONTENT_LENGTH"] = str(len(body))
        for name, value in headers.items():
            if value is not None:
                key = name.upper().replace("-", "_")
                environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
        return environ
