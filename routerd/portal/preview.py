"""Preview: the portal's own pages with a brand that may not be stored yet, for the owner's editor. Made of the same views as guests see.

Asked by the admin door through `app`. What is shown is a page of a device that does not exist; nothing on it can be submitted.
"""

from routerd.brand.model import Brand
from routerd.core.clock import Clock
from routerd.core.errors import BadInput, NotFound
from routerd.core.terms import Device
from routerd.portal.languages import Languages
from routerd.portal.pages import Pages, brand_style
from routerd.portal.standing import Standing
from routerd.portal.venues import Venues
from routerd.portal.views import Views
from routerd.portal.visit import Visit

SCREENS = ("signin", "status", "terms")

NOBODY = "02:00:00:00:00:00"
"""A made-up device (locally administered), so that no guest's state shows."""


class Preview:
    """The pages of one portal.

    Args:
        venues: its guest networks.
        languages: all there are.
        views: make the pages.
        pages: has the style sheet.
        clock: tells the time.
    """

    def __init__(self, venues: Venues, languages: Languages, views: Views, pages: Pages, clock: Clock) -> None:
        self._venues = {venue.network: venue for venue in venues.all}
        self._languages = languages
        self._views = views
        self._pages = pages
        self._clock = clock

    def page(self, network: str, brand: Brand, screen: str, language: str) -> str:
        """A page's HTML.

        Args:
            network: guest network; empty: the first.
            brand: how it looks.
            screen: one of SCREENS.
            language: code.

        Raises:
            NotFound: there is no such network, or no terms to show.
            BadInput: there is no such screen or language.
        """
        venue = self._venues.get(network) if network else next(iter(self._venues.values()), None)
        spoken = self._languages.named(language)
        if venue is None:
            raise NotFound(f"there is no guest network '{network}'")
        if spoken is None:
            raise BadInput(f"'{language}' is none of the portal's languages")
        address = str(venue.subnets[0].network_address)
        guest = Visit(address, venue, Device(NOBODY, address, venue.network), spoken, brand)
        return self._shown(guest, screen)

    def styles(self, brand: Brand) -> tuple[str, str]:
        """The portal's style sheet, and the brand's over it."""
        return bytes(self._pages.css().body).decode(), brand_style(brand)

    def _shown(self, guest: Visit, screen: str) -> str:
        if screen == "signin":
            return str(self._views.sign_in(guest).body)
        if screen == "status":
            now = int(self._clock.now())
            standing = Standing("guest", now - 3600, now - 3600, now + 82_800, 400 << 20, 60 << 20, 624 << 20, None, 20_000, 5_000)
            return str(self._views.status(guest, standing).body)
        if screen == "terms":
            page = self._views.terms(guest)
            if page is None:
                raise NotFound("there are no terms to show yet")
            return str(page.body)
        raise BadInput(f"'{screen}' is no screen; expected one of {', '.join(SCREENS)}")
