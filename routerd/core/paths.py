"""The path of a request as a server is likely to understand it, so that rules about paths cannot be got round by spelling. Pure."""

from posixpath import normpath
from urllib.parse import unquote_to_bytes


def plain(path: bytes) -> bytes:
    """A path with percent-encoding taken off once, dot segments resolved, doubled slashes made one."""
    if b"%" in path:
        path = unquote_to_bytes(path)
    if b"/." in path or b"//" in path:
        behind = b"/" if path.endswith((b"/", b"/.", b"/..")) else b""
        path = normpath(b"/" + path.lstrip(b"/"))
        path += behind if path != b"/" else b""
    return path
