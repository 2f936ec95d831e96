"""The portal's addresses: sign-in, status, replacing another session, logout, RFC 8908.

`build` makes the WSGI application that the app serves on every guest network's gateway address. Guests need no cookie and no
script: who somebody is comes from the device that the request came from.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import bottle

from routerd.brand.model import Brand
from routerd.core.clock import Clock
from routerd.core.errors import BadInput, NotFound, RouterdError
from routerd.core.places import data
from routerd.core.settings import GuestNetwork, PortalSettings
from routerd.core.terms import Device
from routerd.portal.answers import SECURITY, Answer
from routerd.portal.capport import CACHE_CONTROL, CONTENT_TYPE, captive_state
from routerd.portal.consent import FIELD, Consent
from routerd.portal.entrance import Entrance
from routerd.portal.kept import Kept
from routerd.portal.languages import Languages
from routerd.portal.methods.catalogue import CATALOGUE, make
from routerd.portal.methods.method import Desk, Method, Redirect, Step
from routerd.portal.onward import unseal
from routerd.portal.pages import Pages
from routerd.portal.ports import Atomically, BrandOf, Finder, FreeUsers, Images
from routerd.portal.preview import Preview
from routerd.portal.probes import probe_at
from routerd.portal.signin import SignIn
from routerd.portal.standing import Standing, standing_of
from routerd.portal.venues import Venues
from routerd.portal.views import Views
from routerd.portal.visit import Visit, Visits, check_form
from routerd.sessions.model import Session
from routerd.sessions.service import Sessions
from routerd.vouchers.service import Vouchers
from routerd.web.body import form_fields, query_fields
from routerd.web.front import Front

if TYPE_CHECKING:  # what is switched off is not imported
    from routerd.guests.service import Guests
    from routerd.radius.service import Radius
    from routerd.social.service import Social
    from routerd.verification.service import Verification

FORM_OCTETS_MOST = 16_384
"""A sign-in form has a handful of short fields and one URL."""

PORTAL_FIELDS = ("method", "token", "to", "ticket", "lang", "accept")
"""Fields of every form; the rest is the method's."""

PICTURE_AGE_S = 86_400
"""How long browsers keep a picture; a guest stays for a day."""


class Portal:
    """The routes' shared state; each route is a method.

    Args:
        visits: who asks.
        finder: finds devices.
        sessions: who is online.
        methods: by name.
        sign_in: signs devices in.
        views: makes pages.
        settings: the section [portal].
        kept: what is remembered of guests.
        consent: who has accepted the terms.
        images: the owner's pictures.
        clock: tells the time.
        admitted: called when somebody was let in.
    """

    def __init__(
        self,
        *,
        visits: Visits,
        finder: Finder,
        sessions: Sessions,
        methods: Mapping[str, Method],
        sign_in: SignIn,
        views: Views,
        settings: PortalSettings,
        kept: Kept,
        consent: Consent,
        images: Images,
        clock: Clock,
    ) -> None:
        self._visit = visits.current
        self._finder = finder
        self._sessions = sessions
        self._methods = methods
        self._sign_in = sign_in
        self._views = views
        self._settings = settings
        self._kept = kept
        self._consent = consent
        self._images = images
        self._clock = clock
        self.admitted: Callable[[], None] = lambda: None

    def start(self) -> bottle.HTTPResponse:
        """GET /: the status for who is online, the sign-in page for who is not; the API's answer for who asks for that type."""
        if CONTENT_TYPE in bottle.request.environ.get("HTTP_ACCEPT", ""):
            return self.captive()
        guest = self._arrived()
        standing = self._standing(guest)
        return self._views.status(guest, standing) if standing else self._views.sign_in(guest)

    def form(self) -> bottle.HTTPResponse:
        """GET /signin: the sign-in page, also for who is online and wants more."""
        guest = self._arrived()
        return self._views.sign_in(guest, online=self._standing(guest) is not None)

    def submit(self) -> bottle.HTTPResponse:
        """POST /signin: a method's form, the first or a further one."""
        guest = self._submitted()
        self._consent.check(guest, guest.accepted)
        return self._signed_in(guest)

    def back(self, method: str) -> bottle.HTTPResponse:
        """GET /back/<method>: a guest who followed a link made for this (a mail's, a provider's, a printed voucher's)."""
        guest = self._visit()
        known = self._methods.get(method)
        if known is None or not known.comes_back or method not in guest.venue.methods or bottle.request.method != "GET":
            raise bottle.HTTPError(404, "There is no such page here.")
        guest.method, guest.form, guest.came_back = method, _own(query_fields()), True
        if self._standing(guest) is not None and not known.comes_back_online:
            return self._views.sign_in(guest, online=True) if known.extends else self._see("/status")
        if self._consent.is_wanted(guest):
            return self._views.sign_in(guest)
        return self._signed_in(guest)

    def replace(self) -> bottle.HTTPResponse:
        """POST /replace: sign in once more with what was pending, ending another session of the same grant."""
        guest = self._submitted()
        attempt = self._kept.pending.take(guest.form.get("ticket", ""), guest.known_device().mac)
        if attempt is None:
            raise BadInput("That took too long. Please sign in again.")
        guest.method, guest.form = attempt.method, dict(attempt.form)
        guest.came_back, guest.proof = attempt.came_back, attempt.proof
        return self._signed_in(guest, replace_others=True)

    def welcome(self) -> bottle.HTTPResponse:
        """GET /online: where a successful sign-in leads."""
        guest = self._arrived()
        standing = self._standing(guest)
        return self._views.status(guest, standing, fresh=True) if standing else self._see("/")

    def status(self) -> bottle.HTTPResponse:
        """GET /status."""
        guest = self._arrived()
        standing = self._standing(guest)
        return self._views.status(guest, standing) if standing else self._see("/")

    def logout(self) -> bottle.HTTPResponse:
        """POST /logout."""
        guest = self._submitted()
        session = self._held(guest.known_device())
        if session is not None:
            self._sessions.end(session.id, "logout")
        return self._see("/goodbye")

    def goodbye(self) -> bottle.HTTPResponse:
        """GET /goodbye: where logout leads."""
        return self._views.signed_out(self._visit())

    def terms(self) -> bottle.HTTPResponse:
        """GET /terms: the owner's terms of use."""
        page = self._views.terms(self._visit())
        if page is None:
            raise bottle.HTTPError(404, "There is no such page here.")
        return page

    def brand_css(self) -> bottle.HTTPResponse:
        """GET /brand.css: the owner's colours on this network."""
        return self._views.brand_css(self._visit())

    def picture(self, image: str) -> bottle.HTTPResponse:
        """GET /brand/<image>: one of the owner's pictures. Its id changes with its content."""
        kind, octets = self._images(image)
        headers = [("Content-Type", kind), ("Cache-Control", f"max-age={PICTURE_AGE_S}, immutable"), *SECURITY]
        return bottle.HTTPResponse(octets, 200, headers)

    def captive(self) -> bottle.HTTPResponse:
        """GET /api/captive: RFC 8908, whatever the client says that it accepts."""
        guest = self._visit()
        state = captive_state(
            self._standing(guest),
            guest.venue.page_url(guest.address),
            self._settings.venue_info_url,
            self._clock.now(),
            extendable=self._views.is_extendable(guest),
        )
        headers = [("Content-Type", CONTENT_TYPE), ("Cache-Control", CACHE_CONTROL), *SECURITY]
        return bottle.HTTPResponse(json.dumps(state), 200, headers)

    def elsewhere(self, path: str) -> bottle.HTTPResponse:
        """GET of anything else: a probe that was sent to the portal's own address, or nothing at all."""
        probe = probe_at(f"/{path}")
        if probe is None:
            raise bottle.HTTPError(404, "There is no such page here.")
        online = self._standing(self._visit()) is not None
        return _responded(probe.online) if online else self._see("/")

    def shape(self, status: int, error: RouterdError | None, _message: str) -> bottle.HTTPResponse:
        """The page for an error (`web.front.Shape`)."""
        return self._views.refused(self._visit(), status, error)

    def readmit(self, address: str) -> bool:
        """Let the device at `address` in again if its grant is alive; True when it is online."""
        return self._standing_of(self._finder.device_at(address)) is not None

    def _standing(self, guest: Visit) -> Standing | None:
        return None if guest.device is None else self._standing_of(guest.device)

    def _standing_of(self, device: Device) -> Standing | None:
        """What the device has; None when it has to sign in, also when nothing is left and the kernel has stopped it already."""
        held = self._held(device)
        standing = None if held is None else standing_of(self._sessions.status(held))
        return None if standing is None or standing.is_spent(self._clock.now()) else standing

    def _held(self, device: Device) -> Session | None:
        # In this order: when two requests come at once, the one that does not resume finds what the other resumed.
        return self._sessions.resume(device) or self._sessions.current(device.mac, device.network)

    def _arrived(self) -> Visit:
        guest = self._visit()
        guest.to = self._ours(guest, query_fields().get("to", ""))
        return guest

    def _ours(self, guest: Visit, sealed: str) -> str:
        """The sealed URL if the seal is ours and this guest's; what is not is not carried on either."""
        return sealed if unseal(self._kept.key, guest.address, sealed) else ""

    def _submitted(self) -> Visit:
        guest = self._visit()
        form = form_fields(FORM_OCTETS_MOST)
        guest.method, guest.to = form.get("method", ""), self._ours(guest, form.get("to", ""))
        guest.accepted = form.get(FIELD, "")
        guest.form = _own(form) | {name: form[name] for name in ("ticket",) if name in form}
        check_form(self._kept.key, guest.known_device(), guest.venue, form)
        return guest

    def _signed_in(self, guest: Visit, *, replace_others: bool = False) -> bottle.HTTPResponse:
        match self._sign_in.sign_in(guest, replace_others=replace_others):
            case Step() as step:
                return self._views.step(guest, step)
            case Redirect() as redirect:
                return self._views.leave(guest, redirect)
        self.admitted()
        return self._see(f"/online?to={quote(guest.to, safe='')}" if guest.to else "/online")

    def _see(self, path: str) -> bottle.HTTPResponse:
        headers = [("Location", path), ("Cache-Control", "no-store"), *SECURITY]
        return bottle.HTTPResponse("", 303, headers)


def no_picture(image: str) -> tuple[str, bytes]:
    """The pictures of a house without any."""
    raise NotFound(f"there is no picture '{image}'")


def build(
    networks: Sequence[GuestNetwork],
    settings: PortalSettings,
    *,
    finder: Finder,
    sessions: Sessions,
    vouchers: Vouchers,
    free_users: FreeUsers,
    atomically: Atomically,
    publish: Callable[[object], None],
    clock: Clock,
    people: "Guests | None" = None,
    verification: "Verification | None" = None,
    radius: "Radius | None" = None,
    social: "Social | None" = None,
    kept: Kept | None = None,
    brand_of: BrandOf = lambda _network: Brand(),
    images: Images = no_picture,
    methods: Sequence[type[Method]] = CATALOGUE,
    root: Path | None = None,
    port: int = 80,
) -> Entrance:
    """The portal as a WSGI application.

    Args:
        networks: guest networks.
        settings: the section [portal].
        finder: finds the device at an address.
        sessions: opens, resumes and ends sessions.
        vouchers: redeems vouchers.
        free_users: remembers free access.
        atomically: `Store.write`.
        publish: `Bus.publish`.
        clock: tells the time.
        people: keeps who signed in with an address, a number or an account.
        verification: one-time codes; None when none can be sent.
        radius: the RADIUS client; None without a server.
        social: the identity providers; None without any.
        kept: what a portal before this one remembered of guests; None nothing.
        brand_of: how a network's pages look; asked for every page.
        images: the owner's pictures.
        methods: the sign-in methods that exist.
        root: directory of templates, languages and style sheet; default webroot/portal.
        port: TCP port that guests reach it at.

    Raises:
        Misconfigured: a template or a language is missing or broken.
    """
    root, kept = root or data("webroot", "portal"), kept or Kept(clock)
    venues, languages = Venues(networks, settings, port), Languages(root / "languages", settings.language)
    made = make(methods, Desk(settings, vouchers, free_users, people, verification, radius, social, languages))
    pages = Pages(root, made, languages)
    consent = Consent(kept.accepted)
    sign_in = SignIn(
        methods=made,
        sessions=sessions,
        atomically=atomically,
        publish=publish,
        guesses=kept.guesses(settings.wrong_passcodes, settings.wrong_window_s),
        submitted=kept.submitted,
        clock=clock,
    )
    views = Views(pages, made, languages, consent, kept.pending, kept.key, clock)
    portal = Portal(
        visits=Visits(venues, finder, languages, kept, brand_of),
        finder=finder,
        sessions=sessions,
        methods=made,
        sign_in=sign_in,
        views=views,
        settings=settings,
        kept=kept,
        consent=consent,
        images=images,
        clock=clock,
    )
    entrance = Entrance(_front(portal, pages), venues, portal.readmit, kept.key, clock)
    portal.admitted = entrance.forget
    entrance.preview = Preview(venues, languages, views, pages, clock)
    return entrance


def _front(portal: Portal, pages: Pages) -> Front:
    front = Front(portal.shape)
    front.get("/", callback=portal.start)
    front.get("/signin", callback=portal.form)
    front.post("/signin", callback=portal.submit)
    front.get("/back/<method>", callback=portal.back)
    front.post("/replace", callback=portal.replace)
    front.get("/online", callback=portal.welcome)
    front.get("/status", callback=portal.status)
    front.post("/logout", callback=portal.logout)
    front.get("/goodbye", callback=portal.goodbye)
    front.get("/api/captive", callback=portal.captive)
    front.get("/terms", callback=portal.terms)
    front.get("/portal.css", callback=pages.css)
    front.get("/brand.css", callback=portal.brand_css)
    front.get("/brand/<image>", callback=portal.picture)
    front.get("/favicon.ico", callback=_no_icon)
    front.get("/<path:path>", callback=portal.elsewhere)
    return front


def _own(fields: Mapping[str, str]) -> dict[str, str]:
    """The method's fields among those submitted."""
    return {name: value for name, value in fields.items() if name not in PORTAL_FIELDS}


def _no_icon() -> bottle.HTTPResponse:
    return bottle.HTTPResponse("", 204, [("Cache-Control", "max-age=86400"), *SECURITY])


def _responded(answer: Answer) -> bottle.HTTPResponse:
    headers = [*answer.headers, ("Cache-Control", "no-store"), *SECURITY]
    return bottle.HTTPResponse(answer.body, answer.status, headers)
