"""The page at the LAN and management addresses.

It shows that routerd runs and which modules are on; it changes nothing and tells nothing about guests.
"""

import html
from collections.abc import Mapping
from importlib.metadata import version

import bottle

from routerd.core.errors import RouterdError
from routerd.web.front import Front

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>routerd</title></head>
<body><main><h1>routerd {version} is running</h1>
<table><caption>Modules</caption><tbody>
{rows}
</tbody></table>
<p>Property systems use <code>/api/</code> once it is switched on with <code>routerd api-access</code>.</p>
</main></body></html>
"""

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def build(modules: Mapping[str, bool]) -> Front:
    """The page's front.

    Args:
        modules: module name to whether it is switched on.
    """
    rows = "\n".join(f"<tr><th>{html.escape(name)}</th><td>{'on' if on else 'off'}</td></tr>" for name, on in modules.items())
    page = _PAGE.format(version=html.escape(version("routerd")), rows=rows)
    front = Front(_shape)

    @front.get("/")
    def show() -> bottle.HTTPResponse:
        return bottle.HTTPResponse(page, headers=_HEADERS)

    return front


def _shape(status: int, _error: RouterdError | None, message: str) -> bottle.HTTPResponse:
    return bottle.HTTPResponse(f"{message}\n", status, headers=_HEADERS | {"Content-Type": "text/plain; charset=utf-8"})
