"""Pages: templates, compiled once, and the responses made of them. It knows how a page looks, never whether it is the right one.

Everything that came from outside passes the templates' escaping; the only raw insertions are what other templates made.
"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import bottle

from routerd.core.errors import Misconfigured
from routerd.portal.answers import NO_STORE, SECURITY
from routerd.portal.methods.method import Method

_NAMES = ("layout", "signin", "status", "replace", "message")

CSS_AGE_S = 86_400
"""The style sheet's address changes with its content, so it may be kept for a day."""


class Pages:
    """The portal's pages.

    Args:
        root: webroot/portal.
        methods: sign-in methods, whose templates are compiled too.

    Raises:
        Misconfigured: a template is missing or broken.
    """

    def __init__(self, root: Path, methods: Mapping[str, Method]) -> None:
        self._templates = {name: _compiled(root / f"{name}.tpl") for name in _NAMES}
        self._fields = {name: _compiled(root / "methods" / method.template) for name, method in methods.items()}
        self._css = (root / "portal.css").read_bytes()
        self._css_version = sha256(self._css).hexdigest()[:8]

    def page(self, name: str, title: str, heading: str, *, status: int = 200, onward: str = "", **values: Any) -> bottle.HTTPResponse:
        """A whole page.

        Args:
            name: template of its content.
            title: the network's heading.
            heading: the page's own.
            status: HTTP status.
            onward: address that the browser goes to by itself; empty none.
            values: what the template needs.
        """
        content = self._templates[name].render(**values)
        html = self._templates["layout"].render(title=title, heading=heading, content=content, onward=onward, css_version=self._css_version)
        return bottle.HTTPResponse(html, status, [("Content-Type", "text/html; charset=utf-8"), NO_STORE, *SECURITY])

    def fields(self, method: str, **values: Any) -> str:
        """The HTML of a method's fields."""
        return str(self._fields[method].render(**values))

    def css(self) -> bottle.HTTPResponse:
        """The style sheet."""
        headers = [("Content-Type", "text/css; charset=utf-8"), ("Cache-Control", f"max-age={CSS_AGE_S}"), *SECURITY]
        return bottle.HTTPResponse(self._css, 200, headers)


def _compiled(path: Path) -> bottle.SimpleTemplate:
    try:
        template = bottle.SimpleTemplate(source=path.read_text(encoding="utf-8"))
        assert template.co is not None  # bottle compiles at first use; a broken template is to be found now
    except (OSError, SyntaxError) as error:
        raise Misconfigured(f"the portal's template {path} cannot be used: {error}") from error
    return template
