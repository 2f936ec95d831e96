"""Which page a visit gets, with what on it. Reads the state, changes nothing but the ticket of a pending sign-in."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import bottle

from routerd.core.clock import Clock
from routerd.core.errors import BadInput, Denied, NotFound, RouterdError
from routerd.portal.methods.method import Asked, Method
from routerd.portal.onward import is_web_url, unseal
from routerd.portal.pages import Pages
from routerd.portal.pending import Attempt, Pending
from routerd.portal.refusals import Refusal, refusal_of
from routerd.portal.standing import Standing
from routerd.portal.visit import Visit, form_token
from routerd.portal.words import clock_words
from routerd.sessions.model import Session, TooManyDevices

DEVICES_SHOWN_MOST = 10
"""Devices named on the page "too many devices": more than that is no help in choosing."""


class Views:
    """Makes the responses.

    Args:
        pages: the templates.
        methods: by name.
        pending: keeps sign-ins that met too many devices.
        key: of form tokens and seals.
        clock: tells the time.
    """

    def __init__(self, pages: Pages, methods: Mapping[str, Method], pending: Pending, key: bytes, clock: Clock) -> None:
        self._pages = pages
        self._methods = methods
        self._pending = pending
        self._key = key
        self._clock = clock

    def sign_in(self, guest: Visit, refusal: Refusal | None = None, status: int = 200, *, online: bool = False) -> bottle.HTTPResponse:
        """The sign-in page, with what went wrong on top if something did.

        Args:
            guest: who asks; needs a known device.
            refusal: what went wrong.
            status: HTTP status.
            online: the guest is online and asks for more: only methods that extend are offered.
        """
        offered = [self._methods[name] for name in guest.venue.methods if name in self._methods]
        if online:
            offered = [method for method in offered if method.extends]
        fields = [
            (method.name, self._pages.fields(method.name, form=self._form_of(guest, method), first=at == 0, **method.values()))
            for at, method in enumerate(offered)
        ]
        return self._pages.page(
            "signin",
            guest.venue.title,
            refusal.heading if refusal else "Sign in",
            status=status,
            methods=fields,
            token=form_token(self._key, guest.known_device()),
            to=guest.to,
            online=online,
            alert=refusal.alert if refusal else "",
            advice=refusal.advice if refusal else "",
        )

    def status(self, guest: Visit, standing: Standing, *, fresh: bool = False) -> bottle.HTTPResponse:
        """What a guest who is online has.

        Args:
            guest: who asks.
            standing: what the device has.
            fresh: just signed in: say so, and send the browser on to the landing page if there is one.
        """
        wanted = unseal(self._key, guest.address, guest.to)
        landing = guest.venue.landing_url if is_web_url(guest.venue.landing_url) else ""
        return self._pages.page(
            "status",
            guest.venue.title,
            "You are online",
            onward=landing if fresh else "",
            fresh=fresh,
            wanted=wanted,
            wanted_host=urlsplit(wanted).netloc,
            landing=landing,
            rows=standing.rows(self._clock.now()),
            token=form_token(self._key, guest.known_device()),
            extendable=self.is_extendable(guest),
            address=guest.venue.page_url(guest.address),
        )

    def message(self, guest: Visit, refusal: Refusal, status: int = 200) -> bottle.HTTPResponse:
        """A page that only says something."""
        return self._message(guest, refusal, "Back to the start", status)

    def signed_out(self, guest: Visit) -> bottle.HTTPResponse:
        """What a guest sees after logout."""
        said = Refusal("You are signed out", "", "You can sign in again for as long as your access lasts.")
        return self._message(guest, said, "Sign in again", 200)

    def refused(self, guest: Visit, status: int, error: RouterdError | None) -> bottle.HTTPResponse:
        """The page for an error.

        Args:
            guest: who met it.
            status: HTTP status.
            error: None when the server itself refused.
        """
        refusal = refusal_of(error, status, self._again(guest))
        if guest.device is None or not isinstance(error, (Denied, BadInput)) or isinstance(error, NotFound):
            return self.message(guest, refusal, status)
        if isinstance(error, TooManyDevices):
            return self._too_many(guest, guest.device.mac, refusal, status, error.online)
        return self.sign_in(guest, refusal, status)

    def is_extendable(self, guest: Visit) -> bool:
        """Whether this network offers a method that gives more to who is online."""
        return any(self._methods[name].extends for name in guest.venue.methods if name in self._methods)

    def _message(self, guest: Visit, said: Refusal, onto: str, status: int) -> bottle.HTTPResponse:
        title = guest.venue.title
        return self._pages.page("message", title, said.heading, status=status, alert=said.alert, advice=said.advice, onto=onto)

    def _too_many(self, guest: Visit, mac: str, refusal: Refusal, status: int, online: Sequence[Session]) -> bottle.HTTPResponse:
        return self._pages.page(
            "replace",
            guest.venue.title,
            refusal.heading,
            status=status,
            alert=refusal.alert,
            advice=refusal.advice,
            devices=[self._described(session) for session in online[:DEVICES_SHOWN_MOST]],
            token=form_token(self._key, guest.known_device()),
            to=guest.to,
            ticket=self._pending.put(Attempt(mac, guest.method, dict(guest.form))),
        )

    def _described(self, session: Session) -> str:
        """Enough to know one's own device by; the rest of its MAC is nobody else's business."""
        return f"Device …{session.device.mac[-5:]}, online since {clock_words(session.started_at, self._clock.now())}"

    def _again(self, guest: Visit) -> str:
        method = self._methods.get(guest.method)
        if method is None or guest.device is None:
            return ""
        now = self._clock.now()
        moment = method.again_at(Asked(guest.form, guest.device, int(now)))
        return "" if moment is None else clock_words(moment, now)

    @staticmethod
    def _form_of(guest: Visit, method: Method) -> Mapping[str, str]:
        """What is typed into one method's fields stays out of another's."""
        return guest.form if guest.method == method.name else {}
