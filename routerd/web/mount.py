"""Puts several WSGI applications behind one socket, by path prefix. The first that fits is asked; the path is not changed."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def mount(rooms: Sequence[tuple[str, Wsgi]]) -> Wsgi:
    """One application from many.

    Args:
        rooms: pairs of prefix (``/api``; it fits ``/api``, ``/api/`` and all below) and application; the last should have
            the prefix ``""``, which fits everything.
    """
    table = tuple((prefix, prefix + "/", application) for prefix, application in rooms)

    def front_door(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "/")
        for prefix, below, application in table:
            if path == prefix or path.startswith(below) or not prefix:
                return application(environ, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "0")])
        return ()

    return front_door
