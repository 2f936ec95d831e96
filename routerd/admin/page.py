"""The page's files, as the build left them. Names are looked up in a table made at the start, so no path leads out of it.

A file whose name carries a fingerprint of its content (`app-5X2K7QHD.js`) is kept by browsers for good; everything else is asked for
anew. A file that was packed besides (`app-….js.gz`) is sent packed to whoever takes it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import bottle

from routerd.admin import headers
from routerd.admin.incoming import header
from routerd.core.errors import NotFound

TYPES: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
}
"""What the page consists of; files of other kinds are not served."""

_FINGERPRINTED = re.compile(r"-([A-Z0-9]{8}|[0-9a-f]{10})\.[a-z0-9]+$")
"""As the page's build writes it: esbuild's hash, or the first digits of a SHA-256."""
FOR_GOOD = "public, max-age=31536000, immutable"

_MISSING = b"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>routerd</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main><h1>routerd is running</h1>
<p>The admin page has not been built here: run <code>make page</code>, then restart routerd.</p></main></body></html>
"""


@dataclass(frozen=True, slots=True)
class _Entry:
    path: Path
    packed: Path | None
    media_type: str
    caching: str


class Page:
    """Answers with the page's files.

    Args:
        directory: where the build put them; looked through once, here.
    """

    def __init__(self, directory: Path) -> None:
        found = {path.relative_to(directory).as_posix(): path for path in directory.rglob("*") if path.is_file()}
        self._files = {name: _entry(name, path, found) for name, path in found.items() if path.suffix in TYPES}

    def answer(self, name: str) -> bottle.HTTPResponse:
        """The file of that name below the directory.

        Raises:
            NotFound: there is none.
        """
        entry = self._files.get(name)
        if entry is None and name == "index.html":
            return bottle.HTTPResponse(_MISSING, headers={**headers.PAGE, "Content-Type": TYPES[".html"], "Cache-Control": "no-store"})
        if entry is None:
            raise NotFound("there is no such file")
        told = {**headers.PAGE, "Content-Type": entry.media_type, "Cache-Control": entry.caching}
        path = entry.path
        if entry.packed is not None:
            told["Vary"] = "Accept-Encoding"
            if "gzip" in header("Accept-Encoding"):
                told["Content-Encoding"] = "gzip"
                path = entry.packed
        try:
            return bottle.HTTPResponse(path.read_bytes(), headers=told)
        except FileNotFoundError:
            raise NotFound("this file is gone: the page was built anew; restart routerd") from None


def _entry(name: str, path: Path, found: Mapping[str, Path]) -> _Entry:
    packed = found.get(name + ".gz")
    caching = "no-store" if path.suffix == ".html" else FOR_GOOD if _FINGERPRINTED.search(name) else "no-cache"
    return _Entry(path, packed, TYPES[path.suffix], caching)
