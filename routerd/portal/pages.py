"""Pages: templates, compiled once, and the responses made of them. It knows how a page looks, never whether it is the right one.

Everything that came from outside passes the templates' escaping; the only raw insertions are what other templates made. Every
template may use ``t("English sentence with {name}", name=value)``, ``n("{count} day", "{count} days", count)``,
``duration(seconds)``, ``data(octets)``, ``speed(kbit)`` and ``language`` (see `portal.languages`).
"""

from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import bottle

from routerd.core.errors import Misconfigured
from routerd.portal.answers import NO_STORE, SECURITY
from routerd.portal.languages import Language, Languages
from routerd.portal.methods.method import Method
from routerd.portal.visit import Visit
from routerd.portal.words import data_words, duration_words, speed_words

_NAMES = ("layout", "signin", "step", "leave", "status", "replace", "message")

CSS_AGE_S = 86_400
"""The style sheet's address changes with its content, so it may be kept for a day."""


class Pages:
    """The portal's pages.

    Args:
        root: webroot/portal.
        methods: sign-in methods, whose templates are compiled too.
        languages: all there are.

    Raises:
        Misconfigured: a template is missing or broken.
    """

    def __init__(self, root: Path, methods: Mapping[str, Method], languages: Languages) -> None:
        self._templates = {name: _compiled(root / f"{name}.tpl") for name in _NAMES}
        self._fields = {
            (name, template): _compiled(root / "methods" / template)
            for name, method in methods.items()
            for template in (method.template, *method.more_templates)
        }
        self._languages = languages
        self._css = (root / "portal.css").read_bytes()
        self._css_version = sha256(self._css).hexdigest()[:8]

    def page(self, name: str, guest: Visit, heading: str, *, status: int = 200, onward: str = "", **values: Any) -> bottle.HTTPResponse:
        """A whole page.

        Args:
            name: template of its content.
            guest: who sees it.
            heading: the page's own, translated.
            status: HTTP status.
            onward: address that the browser goes to by itself; empty none.
            values: what the template needs.
        """
        shared = _shared(guest.language)
        content = self._templates[name].render(**shared, **values)
        html = self._templates["layout"].render(
            **shared, title=guest.venue.title, heading=heading, content=content, onward=onward, css_version=self._css_version
        )
        return bottle.HTTPResponse(html, status, [("Content-Type", "text/html; charset=utf-8"), NO_STORE, *SECURITY])

    def fields(self, method: Method, guest: Visit, template: str | Path | None = None, **values: Any) -> str:
        """The HTML of a method's fields.

        Args:
            method: whose.
            guest: who sees them.
            template: one of the method's `more_templates`; None its first.
            values: what the template needs.
        """
        found = self._fields[method.name, method.template if template is None else template]
        return str(found.render(**{**_shared(guest.language), **values}))

    def css(self) -> bottle.HTTPResponse:
        """The style sheet."""
        headers = [("Content-Type", "text/css; charset=utf-8"), ("Cache-Control", f"max-age={CSS_AGE_S}"), *SECURITY]
        return bottle.HTTPResponse(self._css, 200, headers)


def _shared(language: Language) -> dict[str, Any]:
    return {
        "t": language.t,
        "n": language.n,
        "language": language,
        "duration": partial(duration_words, language=language),
        "data": partial(data_words, language=language),
        "speed": partial(speed_words, language=language),
    }


def _compiled(path: Path) -> bottle.SimpleTemplate:
    try:
        template = bottle.SimpleTemplate(source=path.read_text(encoding="utf-8"))
        assert template.co is not None  # bottle compiles at first use; a broken template is to be found now
    except (OSError, SyntaxError) as error:
        raise Misconfigured(f"the portal's template {path} cannot be used: {error}") from error
    return template
