"""The owner at the admin page of a lab's daemon: signs in once, asks as the page asks."""

import contextlib
import json
import socket
from http.client import HTTPConnection
from typing import Any

from tests.lab.gateway import API_ADDRESS, Gateway

OWNER = {"name": "Ada", "password": "three unlikely words"}


class Owner:
    """The owner, signed in; sets the box up if nobody has.

    Args:
        gateway: a running daemon.
    """

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._cookie = self._csrf = ""
        if self.get("/setup")["open"]:
            self._csrf = self.post("/setup", {"account": OWNER})["csrf"]
            gateway.api_on()  # the setup leaves the action API off, and other tests use it
        else:
            self._csrf = self.post("/signin", OWNER)["csrf"]

    def post(self, path: str, fields: object) -> Any:
        return json.loads(self.ask("POST", path, json.dumps(fields)))

    def get(self, path: str) -> Any:
        return json.loads(self.ask("GET", path))

    def ask(self, verb: str, path: str, body: str | None = None) -> bytes:
        """One request; its answer's body; RuntimeError unless it succeeds."""
        connection = HTTPConnection(*API_ADDRESS, timeout=60)
        with contextlib.closing(connection):
            connection.sock = self._connected()
            headers = {"Content-Type": "application/json", "X-CSRF-Token": self._csrf, "Cookie": self._cookie}
            connection.request(verb, f"/admin/api{path}", body, headers)
            answer = connection.getresponse()
            octets = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{verb} {path}: {answer.status} {octets[:500]!r}\n{self._gateway.tail()}")
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            if cookie.startswith("routerd="):
                self._cookie = cookie.partition(";")[0]
        return octets

    def listen(self, path: str) -> socket.socket:
        """An event stream, as it comes."""
        connection = self._connected()
        head = f"GET /admin/api{path} HTTP/1.1\r\nHost: {API_ADDRESS[0]}\r\nCookie: {self._cookie}\r\n\r\n"
        connection.sendall(head.encode())
        return connection

    def _connected(self) -> socket.socket:
        connection = self._gateway.where.socket(socket.AF_INET, socket.SOCK_STREAM)
        connection.settimeout(60)
        connection.connect(API_ADDRESS)
        return connection
