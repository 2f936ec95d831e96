"""Pages: templates, compiled once, and the responses made of them. It knows how a page looks, never whether it is the right one.

Everything that came from outside passes the templates' escaping; the only raw insertions are what other templates made. Every
template may use ``t("English sentence with {name}", name=value)``, ``n("{count} day", "{count} days", count)``,
``duration(seconds)``, ``data(octets)``, ``speed(kbit)`` and ``language`` (see `portal.languages`).
"""

from collections.abc import Mapping
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import bottle

from routerd.brand.model import Advert, Brand
from routerd.brand.palette import style
from routerd.core.errors import Misconfigured
from routerd.portal.answers import NO_STORE, SECURITY
from routerd.portal.languages import Language, Languages
from routerd.portal.methods.method import Method
from routerd.portal.visit import Visit
from routerd.portal.words import data_words, duration_words, speed_words

_NAMES = ("layout", "signin", "consent", "step", "leave", "status", "replace", "message", "terms")

ADVERTISING = frozenset({"signin", "status"})
"""Pages that show the advert."""

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
        content = self.part(name, guest, **values)
        colours = brand_style(guest.brand)
        html = self.part(
            "layout",
            guest,
            title=guest.venue.title,
            heading=heading,
            content=content,
            onward=onward,
            css_version=self._css_version,
            brand=guest.brand,
            brand_version=_version(colours) if colours else "",
            languages=self._languages.all if guest.here else (),
            here=guest.here,
            to=quote(guest.to, safe=""),
            advert=guest.brand.advert if name in ADVERTISING else Advert(),
        )
        return bottle.HTTPResponse(html, status, [("Content-Type", "text/html; charset=utf-8"), NO_STORE, *SECURITY])

    def part(self, name: str, guest: Visit, **values: Any) -> str:
        """The HTML of one template."""
        return str(self._templates[name].render(**_shared(guest.language), **values))

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
        return _styled(self._css)

    def brand_css(self, brand: Brand) -> bottle.HTTPResponse:
        """The owner's style sheet."""
        return _styled(brand_style(brand).encode())


@lru_cache(maxsize=64)
def _style(accent: str, page: str, text: str, background: str) -> str:
    return style(Brand(accent=accent, page=page, text=text, background=background), "/brand/")


def brand_style(brand: Brand) -> str:
    """The owner's style sheet; empty when the brand changes none."""
    return _style(brand.accent, brand.page, brand.text, brand.background)


def _version(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:8]


def _styled(octets: bytes) -> bottle.HTTPResponse:
    headers = [("Content-Type", "text/css; charset=utf-8"), ("Cache-Control", f"max-age={CSS_AGE_S}"), *SECURITY]
    return bottle.HTTPResponse(octets, 200, headers)


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
