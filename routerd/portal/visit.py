"""Visit: one request to the portal's own pages, with what is known of who makes it; and the check that a form is really ours."""

from dataclasses import dataclass, field

import bottle

from routerd.core import tokens
from routerd.core.errors import BadInput, NotFound
from routerd.core.terms import Device
from routerd.portal.ports import Finder
from routerd.portal.venues import Venue, Venues

_KEY = "routerd.visit"


@dataclass(slots=True)
class Visit:
    """Who asks, from where.

    Attributes:
        address: the address that the request came from.
        venue: the guest network.
        device: None when the neighbour table does not know it.
        form: the fields submitted; kept here so that an error page can show them again.
        method: the method that they were submitted to; empty none.
        to: the sealed URL that the guest wanted; empty none.
    """

    address: str
    venue: Venue
    device: Device | None
    form: dict[str, str] = field(default_factory=dict)
    method: str = ""
    to: str = ""

    def known_device(self) -> Device:
        """The device.

        Raises:
            NotFound: it could not be identified.
        """
        if self.device is None:
            raise NotFound(f"no device is known at {self.address}")
        return self.device


def visit(venues: Venues, finder: Finder) -> Visit:
    """The current request's visit; made once per request."""
    environ = bottle.request.environ
    if _KEY not in environ:
        address = environ["REMOTE_ADDR"]
        venue = venues.at(address)
        assert venue is not None  # the entrance lets nobody else in
        try:
            device = finder.device_at(address)
        except NotFound:
            device = None
        environ[_KEY] = Visit(address, venue, device)
    found: Visit = environ[_KEY]
    return found


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
