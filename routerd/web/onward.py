"""Sends whoever asks by plain HTTP on to https, where the box's own pages are served over TLS as well."""

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from routerd.web.mount import Wsgi


def onward(port: int, names: Sequence[str]) -> Wsgi:
    """An application that does nothing else.

    Args:
        port: of TLS, at the address that was asked.
        names: host names that the box goes by, besides its addresses; a stranger's name leads nowhere.
    """
    known = {name.casefold() for name in names}

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        host = _host(environ.get("HTTP_HOST", ""))
        if not _is_address(host) and host not in known:
            start_response("403 Forbidden", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return ()
        to = f"https://{host}{'' if port == 443 else f':{port}'}{_target(environ)}"
        start_response("308 Permanent Redirect", [("Location", to), ("Content-Length", "0"), ("Cache-Control", "no-store")])
        return ()

    return answer


def _target(environ: dict[str, Any]) -> str:
    """Path and query, safe inside a header."""
    path = environ.get("REQUEST_URI") or environ.get("PATH_INFO") or "/"
    return path if path.startswith("/") and not path.startswith("//") and path.isascii() and path.isprintable() else "/"


def _host(text: str) -> str:
    name, colon, port = text.rpartition(":")
    if colon and port.isdigit() and (":" not in name or name.endswith("]")):
        text = name
    return text.casefold().rstrip(".")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host[1:-1] if host[:1] == "[" and host[-1:] == "]" else host)
    except ValueError:
        return False
    return True
