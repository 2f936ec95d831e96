"""Visit: one request to the portal's own pages, with what is known of who makes it; and the check that a form is really ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import bottle

from routerd.brand.model import Brand
from routerd.core import tokens
from routerd.core.errors import BadInput, NotFound
from routerd.core.terms import Device
from routerd.portal.kept import Kept
from routerd.portal.languages import Language, Languages
from routerd.portal.methods.method import Asked
from routerd.portal.ports import BrandOf, Finder
from routerd.portal.venues import Venue, Venues
from routerd.web.body import query_fields

_KEY = "routerd.visit"

SHOWN_AGAIN = frozenset({"/", "/signin", "/status", "/goodbye", "/terms"})
"""Pages that can be had again in another language; from any other, the start page is."""


@dataclass(slots=True)
class Visit:
    """Who asks, from where, in which language.

    Attributes:
        address: the address that the request came from.
        venue: the guest network.
        device: None when the neighbour table does not know it.
        language: of the page.
        brand: how the network's pages look and what they say.
        here: the page's own path, for links that show it in another language; empty: it cannot be shown again.
        form: the fields submitted; kept here so that an error page can show them again.
        method: the method that they were submitted to; empty none.
        to: the sealed URL that the guest wanted; empty none.
        accepted: the value of the form's checkbox for the terms.
        came_back: the guest followed a link to ``/back/<method>``.
        proof: what the method's `prepare` returned.
    """

    address: str
    venue: Venue
    device: Device | None
    language: Language
    brand: Brand = field(default_factory=Brand)
    here: str = "/"
    form: dict[str, str] = field(default_factory=dict)
    method: str = ""
    to: str = ""
    accepted: str = ""
    came_back: bool = False
    proof: Any = None

    def known_device(self) -> Device:
        """The device.

        Raises:
            NotFound: it could not be identified.
        """
        if self.device is None:
            raise NotFound(f"no device is known at {self.address}")
        return self.device

    @property
    def key(self) -> str:
        """What the device is remembered by."""
        return self.device.mac if self.device else self.address

    @property
    def landing_url(self) -> str:
        """Where the browser goes after sign-in; empty nowhere."""
        return self.brand.landing_url or self.venue.landing_url

    def asked(self, now: float) -> Asked:
        """What the method is told of this request."""
        return Asked(
            form=self.form,
            device=self.known_device(),
            now=int(now),
            came_back=self.came_back,
            language=self.language.code,
            base=self.venue.page_url(self.address),
            proof=self.proof,
        )


class Visits:
    """Makes the visit of the current request.

    Args:
        venues: guest networks.
        finder: finds devices.
        languages: all there are.
        kept: remembers which one a device chose.
        brand_of: the brand of a guest network.
    """

    def __init__(self, venues: Venues, finder: Finder, languages: Languages, kept: Kept, brand_of: BrandOf) -> None:
        self._venues = venues
        self._finder = finder
        self._languages = languages
        self._kept = kept
        self._brand_of = brand_of

    def current(self) -> Visit:
        """The current request's visit; made once per request."""
        environ = bottle.request.environ
        if _KEY not in environ:
            address = environ["REMOTE_ADDR"]
            venue = self._venues.at(address)
            assert venue is not None  # the entrance lets nobody else in
            try:
                device = self._finder.device_at(address)
            except NotFound:
                device = None
            language = self._language(device.mac if device else address)
            environ[_KEY] = Visit(address, venue, device, language, self._brand_of(venue.network), _here(environ))
        found: Visit = environ[_KEY]
        return found

    def _language(self, device: str) -> Language:
        """What ``?lang=`` names, which is remembered; else what was remembered, else what the browser asks for."""
        environ = bottle.request.environ
        chosen = self._languages.named(_query("lang"))
        if chosen is not None:
            self._kept.languages.put(device, chosen.code)
            return chosen
        remembered = self._languages.named(self._kept.languages.get(device))
        return remembered or self._languages.preferred(environ.get("HTTP_ACCEPT_LANGUAGE", ""))


def _here(environ: Mapping[str, Any]) -> str:
    path = environ.get("PATH_INFO", "/")
    return path if environ["REQUEST_METHOD"] == "GET" and path in SHOWN_AGAIN else "/"


def _query(name: str) -> str:
    try:
        return query_fields().get(name, "")
    except BadInput:  # whoever needs the query will say so; an error page is to be had in any case
        return ""


def form_token(key: bytes, device: Device) -> str:
    """What every form on `device`'s pages carries; nobody else can make it."""
    return tokens.sign(key, f"form|{device.mac}|{device.network}")


def check_form(key: bytes, device: Device, venue: Venue, form: dict[str, str]) -> None:
    """Refuse a form that did not come from one of our pages on this device.

    Captive assistants send ``Origin: null`` or none at all, so only a foreign one counts against it; the token is what proves.

    Raises:
        BadInput: it did not, or the daemon was restarted since the page was made.
    """
    origin = bottle.request.environ.get("HTTP_ORIGIN", "").lower()
    foreign = origin not in ("", "null") and origin.partition("://")[2] not in venue.hosts
    if foreign or not tokens.same(form.get("token", ""), form_token(key, device)):
        raise BadInput("This page had been open for too long. Please try again.")
