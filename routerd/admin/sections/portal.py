"""The portal's page: logo, colours, texts, pictures, and a preview made of the portal's own templates.

A preview is kept under an unguessable name for a while. It runs no script and may be framed by this page alone.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from routerd.admin.reading import text
from routerd.admin.section import Asked, BadField, File, Route, only
from routerd.brand.document import document_of
from routerd.brand.drawing import UPLOAD_OCTETS_MOST
from routerd.brand.model import ALT_MOST, TERMS_MOST, URL_MOST, WELCOME_MOST, Brand
from routerd.brand.service import PICTURES_MOST, Brands
from routerd.core import tokens
from routerd.core.clock import Clock
from routerd.core.errors import NotFound
from routerd.identity.audit import Audit
from routerd.preferences.service import Preferences
from routerd.store.database import Store

PREVIEWS_MOST = 16
PREVIEW_S = 600.0
"""How long a preview can be looked at."""

SCHEMES = ("light", "dark")

IMAGE_AGE_S = 86_400
"""A picture's address changes with its content."""

PREVIEW_POLICY = "; ".join(
    (
        *("default-src 'none'", "img-src 'self'", "style-src 'self'", "frame-ancestors 'self'", "base-uri 'none'", "form-action 'none'"),
        "sandbox allow-same-origin",  # no script, no form; the same origin, so that style and pictures may be fetched
    )
)


class Portal(Protocol):
    """`portal.preview.Preview`."""

    def page(self, network: str, brand: Brand, screen: str, language: str) -> str: ...

    def styles(self, brand: Brand) -> tuple[str, str]: ...


@dataclass(frozen=True, slots=True)
class _Draft:
    html: str
    styles: tuple[str, str]
    made_at: float


class PortalSection:
    """GET /portal/page and what belongs to it.

    Args:
        brands: pages and pictures.
        preferences: knows the networks' titles.
        audit: is told of every change.
        store: for changes with their audit in one.
        clock: previews run out.
        languages: of the portal, as GET /portal/page lists them.
        preview: the portal's own pages; None on a box without guests.
    """

    def __init__(
        self,
        brands: Brands,
        preferences: Preferences,
        audit: Audit,
        store: Store,
        clock: Clock,
        languages: Sequence[Mapping[str, Any]],
        preview: Portal | None,
    ) -> None:
        self._brands = brands
        self._preferences = preferences
        self._audit = audit
        self._store = store
        self._clock = clock
        self._languages = languages
        self._preview = preview
        self._drafts: OrderedDict[str, _Draft] = OrderedDict()
        self._lock = threading.Lock()

    def routes(self) -> Sequence[Route]:
        return (
            Route("GET", "/portal/page", self._show),
            Route("POST", "/portal/page", self._change),
            Route("POST", "/portal/images/<kind>", self._upload, raw=UPLOAD_OCTETS_MOST),
            Route("GET", "/portal/images/<id>", self._image),
            Route("DELETE", "/portal/images/<id>", self._drop),
            Route("POST", "/portal/preview", self._draw),
            Route("GET", "/portal/preview/<token>/", self._look),
            Route("GET", "/portal/preview/<token>/<sheet>.css", self._style),
        )

    def _show(self, asked: Asked) -> dict[str, Any]:
        return self._told(text(asked.fields, "network", ""))

    def _change(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "network", "page")
        network = text(asked.fields, "network", "")

        def work() -> None:
            changed = self._brands.set(network, asked.fields.get("page"))
            self._audit.note(asked.actor, "portal.page", network or "all networks", changed.before, changed.after)

        self._store.write(work)
        return self._told(network)

    def _upload(self, asked: Asked) -> dict[str, Any]:
        picture = self._brands.add(asked.path["kind"], asked.body)
        row = _row(asdict(picture))
        self._audit.note(asked.actor, "portal.image.add", picture.id, None, row)
        return row

    def _image(self, asked: Asked) -> File:
        media_type, content = self._brands.picture(asked.path["id"])
        return File(media_type, content, headers={"Cache-Control": f"private, max-age={IMAGE_AGE_S}, immutable"})

    def _drop(self, asked: Asked) -> None:
        number = asked.path["id"]

        def work() -> None:
            self._brands.drop(number)
            self._audit.note(asked.actor, "portal.image.delete", number)

        self._store.write(work)

    def _draw(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "network", "page", "screen", "language", "scheme")
        network, scheme = text(asked.fields, "network", ""), text(asked.fields, "scheme", "light")
        if self._preview is None:
            raise NotFound("there is no guest network whose portal could be shown")
        if scheme not in SCHEMES:
            raise BadField("scheme", f"scheme: expected one of {', '.join(SCHEMES)}")
        brand = self._brands.draft(network, asked.fields.get("page"))
        html = self._preview.page(network, brand, text(asked.fields, "screen", "signin"), text(asked.fields, "language", "en"))
        base, own = (_scheme(_pictured(sheet), scheme) for sheet in self._preview.styles(brand))
        token = tokens.nonce()
        with self._lock:
            self._drafts[token] = _Draft(_scheme(_framed(html), scheme), (base, own), self._clock.monotonic())
            while len(self._drafts) > PREVIEWS_MOST:
                self._drafts.popitem(last=False)
        return {"url": f"/admin/api/portal/preview/{token}/"}

    def _look(self, asked: Asked) -> File:
        draft = self._draft(asked.path["token"])
        return File("text/html; charset=utf-8", draft.html.encode(), headers={"Content-Security-Policy": PREVIEW_POLICY})

    def _style(self, asked: Asked) -> File:
        draft = self._draft(asked.path["token"])
        sheets = dict(zip(("portal", "brand"), draft.styles, strict=True))
        if asked.path["sheet"] not in sheets:
            raise NotFound("there is no such style sheet")
        return File("text/css; charset=utf-8", sheets[asked.path["sheet"]].encode())

    def _draft(self, token: str) -> _Draft:
        with self._lock:
            draft = self._drafts.get(token)
        if draft is None or self._clock.monotonic() > draft.made_at + PREVIEW_S:
            raise NotFound("this preview has run out; make another one")
        return draft

    def _told(self, network: str) -> dict[str, Any]:
        settings = self._preferences.settings
        return {
            "network": network,
            "networks": [{"name": each.name, "title": each.portal.title or settings.portal.title} for each in settings.guest],
            "languages": self._languages,
            "page": document_of(self._brands.own(network)),
            "inherited": document_of(self._brands.own("")) if network else None,
            "images": [_row(asdict(picture)) for picture in self._brands.pictures()],
            "limits": {
                "upload_octets": UPLOAD_OCTETS_MOST,
                "images": PICTURES_MOST,
                "welcome": WELCOME_MOST,
                "terms": TERMS_MOST,
                "url": URL_MOST,
                "alt": ALT_MOST,
            },
        }


def _row(picture: dict[str, Any]) -> dict[str, Any]:
    return picture | {"url": f"/admin/api/portal/images/{picture['id']}"}


def _framed(html: str) -> str:
    """The portal's page at its other address: style sheets beside it, pictures from the API; links lead out of the frame, so nowhere."""
    return (
        _pictured(html)
        .replace('href="/portal.css', 'href="portal.css')
        .replace('href="/brand.css', 'href="brand.css')
        .replace("<head>", '<head>\n<base target="_top">', 1)
    )


def _pictured(source: str) -> str:
    return source.replace("/brand/", "/admin/api/portal/images/")


def _scheme(source: str, scheme: str) -> str:
    """The page as it is in one colour scheme, whichever the owner's own browser is in."""
    other = "light" if scheme == "dark" else "dark"
    source = source.replace(f"(prefers-color-scheme: {scheme})", "all").replace(f"(prefers-color-scheme: {other})", "not all")
    return source.replace("color-scheme: light dark", f"color-scheme: {scheme}").replace('content="light dark"', f'content="{scheme}"')
