"""The path of a request as a server is likely to understand it, so that rules about paths cannot be got round by spelling. Pure."""

import re
from posixpath import normpath
from urllib.parse import unquote_to_bytes

_DOUBTFUL = re.compile(rb"[\\%\x00-\x1f\x7f]|//|/\.{1,2}(?:[/;]|\Z)")
"""Taken off once more by some, a slash to some, cut away by some; resolved by some, and later or earlier than parameters."""


def plain(path: bytes) -> bytes:
    """A path with percent-encoding taken off once, dot segments resolved, doubled slashes made one."""
    if b"%" in path:
        path = unquote_to_bytes(path)
    if b"/." in path or b"//" in path:
        behind = b"/" if path.endswith((b"/", b"/.", b"/..")) else b""
        path = normpath(b"/" + path.lstrip(b"/"))
        path += behind if path != b"/" else b""
    return path


def certain(path: bytes) -> bytes:
    """The same path, if every server understands it alike; empty if not: for what is let in because of it."""
    taken = unquote_to_bytes(path) if b"%" in path else path
    return b"" if _DOUBTFUL.search(taken) or taken.count(b"/") != path.count(b"/") else taken
