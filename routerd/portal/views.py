"""Which page a visit gets, with what on it. Reads the state, changes nothing but the ticket of a pending sign-in."""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import bottle

from routerd.brand.model import paragraphs, said
from routerd.core.clock import Clock
from routerd.core.errors import BadInput, Denied, Limited, NotFound, RouterdError
from routerd.portal.consent import Consent, must_accept
from routerd.portal.languages import Languages
from routerd.portal.methods.method import Method, Redirect, Step
from routerd.portal.onward import is_web_url, unseal
from routerd.portal.pages import Pages
from routerd.portal.pending import Attempt, Pending
from routerd.portal.refusals import Facts, Refusal, refusal_of
from routerd.portal.standing import Standing
from routerd.portal.visit import Visit, form_token
from routerd.portal.words import clock_words, duration_words
from routerd.sessions.model import Session, TooManyDevices

log = logging.getLogger(__name__)

DEVICES_SHOWN_MOST = 10
"""Devices named on the page "too many devices": more than that is no help in choosing."""


class Views:
    """Makes the responses.

    Args:
        pages: the templates.
        methods: by name.
        languages: all there are.
        consent: who has accepted the terms.
        pending: keeps sign-ins that met too many devices.
        key: of form tokens and seals.
        clock: tells the time.
    """

    def __init__(
        self,
        pages: Pages,
        methods: Mapping[str, Method],
        languages: Languages,
        consent: Consent,
        pending: Pending,
        key: bytes,
        clock: Clock,
    ) -> None:
        self._pages = pages
        self._methods = methods
        self._languages = languages
        self._consent = consent
        self._pending = pending
        self._key = key
        self._clock = clock

    def sign_in(self, guest: Visit, refusal: Refusal | None = None, status: int = 200, *, online: bool = False) -> bottle.HTTPResponse:
        """The sign-in page, with what went wrong on top if something did.

        Args:
            guest: who asks; needs a known device.
            refusal: what went wrong.
            status: HTTP status.
            online: the guest is online and asks for more: only methods that extend, or wait for
                something, are offered.
        """
        offered = [self._methods[name] for name in guest.venue.methods if name in self._methods]
        if online:
            offered = [method for method in offered if method.extends or self._owed(guest, method) is not None]
        fields = [(method.name, self._fields(guest, method, first=at == 0)) for at, method in enumerate(offered)]
        t = guest.language.t
        code, welcome = said(guest.brand.welcome, guest.language.code)
        return self._pages.page(
            "signin",
            guest,
            t(refusal.heading) if refusal else t("Sign in"),
            status=status,
            methods=fields,
            online=online,
            welcome=[] if online or refusal else paragraphs(welcome),
            welcome_language=code,
            implied=bool(guest.brand.terms) and not must_accept(guest.brand),
            **self._hidden(guest),
            **_said(guest, refusal),
        )

    def step(self, guest: Visit, step: Step, refusal: Refusal | None = None, status: int = 200) -> bottle.HTTPResponse:
        """A further form of the method that the guest is signing in with."""
        t, method = guest.language.t, self._methods[guest.method]
        form = self._form_of(guest, method)
        guest.here = ""
        return self._pages.page(
            "step",
            guest,
            t(refusal.heading) if refusal else t(step.said),
            status=status,
            method=method.name,
            fields=self._pages.fields(method, guest, step.template, **{"form": form, "first": True, **step.values}),
            **self._hidden(guest),
            **_said(guest, refusal),
        )

    def leave(self, guest: Visit, redirect: Redirect) -> bottle.HTTPResponse:
        """A page that sends the browser elsewhere by itself."""
        assert urlsplit(redirect.url).scheme in ("http", "https")
        t, host = guest.language.t, urlsplit(redirect.url).netloc
        guest.here = ""
        return self._pages.page("leave", guest, t("One moment"), onward=redirect.url, url=redirect.url, host=host)

    def status(self, guest: Visit, standing: Standing, *, fresh: bool = False) -> bottle.HTTPResponse:
        """What a guest who is online has.

        Args:
            guest: who asks.
            standing: what the device has.
            fresh: just signed in: say so, and send the browser on to the landing page if there is one; not from a session that the
                method wants something for.
        """
        method = self._methods.get(standing.kind)
        step = None if method is None else self._owed(guest, method)
        wanted, now = unseal(self._key, guest.address, guest.to), self._clock.now()
        landing = guest.landing_url if is_web_url(guest.landing_url) else ""
        if fresh:
            guest.here = "/status"
        return self._pages.page(
            "status",
            guest,
            guest.language.t("You are online"),
            onward=landing if fresh and step is None else "",
            fresh=fresh,
            method=standing.kind,
            owed=""
            if method is None or step is None
            else self._pages.fields(method, guest, step.template, form={}, first=True, **step.values),
            to=guest.to,
            wanted=wanted,
            wanted_host=urlsplit(wanted).netloc,
            landing=landing,
            rests=standing.rests(now, guest.language),
            rows=standing.rows(now, guest.language),
            ending=standing.is_near_end(now),
            short_of_data=standing.is_short_of_data(),
            seconds=standing.seconds_left(now),
            near=standing.is_short_of_time(now),
            token=form_token(self._key, guest.known_device()),
            extendable=self.is_extendable(guest),
            address=guest.venue.page_url(guest.address),
        )

    def terms(self, guest: Visit) -> bottle.HTTPResponse | None:
        """The owner's terms of use; None without any."""
        code, text = said(guest.brand.terms, guest.language.code)
        if not text:
            return None
        return self._pages.page("terms", guest, guest.language.t("Terms of use"), blocks=paragraphs(text), terms_language=code)

    def brand_css(self, guest: Visit) -> bottle.HTTPResponse:
        """The owner's colours."""
        return self._pages.brand_css(guest.brand)

    def message(self, guest: Visit, refusal: Refusal, status: int = 200) -> bottle.HTTPResponse:
        """A page that only says something."""
        return self._message(guest, refusal, guest.language.t("Back to the start"), status)

    def signed_out(self, guest: Visit) -> bottle.HTTPResponse:
        """What a guest sees after logout."""
        said = Refusal("You are signed out", "", "You can sign in again for as long as your access lasts.")
        return self._message(guest, said, guest.language.t("Sign in again"), 200)

    def refused(self, guest: Visit, status: int, error: RouterdError | None) -> bottle.HTTPResponse:
        """The page for an error.

        Args:
            guest: who met it.
            status: HTTP status.
            error: None when the server itself refused.
        """
        if isinstance(error, NotFound) and guest.device is not None:
            error = None  # something of ours, not the device
        refusal = refusal_of(error, status, self._facts(guest))
        if guest.device is None:
            return self.message(guest, refusal, status)
        if isinstance(error, TooManyDevices):
            return self._too_many(guest, guest.device.mac, refusal, status, error.online)
        step = self._step_again(guest) if isinstance(error, (Denied, BadInput, Limited)) else None
        if step is not None:
            return self.step(guest, step, refusal, status)
        if isinstance(error, (Denied, BadInput)):
            return self.sign_in(guest, refusal, status)
        return self.message(guest, refusal, status)

    def is_extendable(self, guest: Visit) -> bool:
        """Whether this network offers a method that gives more to who is online."""
        return any(self._methods[name].extends for name in guest.venue.methods if name in self._methods)

    def _fields(self, guest: Visit, method: Method, *, first: bool) -> str:
        """A method's fields; the checkbox for the terms, where one is due, stands before their button."""
        form, step = self._form_of(guest, method), self._owed(guest, method)
        template, values = (None, method.values()) if step is None else (step.template, step.values)
        shown = {"form": form, "first": first, "scanned": bool(form) and guest.came_back, **values}
        fields = self._pages.fields(method, guest, template, **shown)
        if not self._consent.is_wanted(guest):
            return fields
        above, button, below = fields.partition("<button")
        return above + self._pages.part("consent", guest, method=method.name) + button + below

    def _owed(self, guest: Visit, method: Method) -> Step | None:
        """What the guest has begun with a method."""
        try:
            return None if guest.device is None else method.owed(guest.asked(self._clock.now()))
        except RouterdError as error:
            log.debug("what %s waits for cannot be told: %s", method.name, error)
            return None

    def _step_again(self, guest: Visit) -> Step | None:
        method = self._methods.get(guest.method)
        if method is None or guest.method not in guest.venue.methods:
            return None
        try:
            return method.resumed(guest.asked(self._clock.now()))
        except RouterdError as error:
            log.debug("the step of %s cannot be shown again: %s", guest.method, error)
            return None

    def _message(self, guest: Visit, said: Refusal, onto: str, status: int) -> bottle.HTTPResponse:
        return self._pages.page("message", guest, guest.language.t(said.heading), status=status, onto=onto, **_said(guest, said))

    def _too_many(self, guest: Visit, mac: str, refusal: Refusal, status: int, online: Sequence[Session]) -> bottle.HTTPResponse:
        return self._pages.page(
            "replace",
            guest,
            guest.language.t(refusal.heading),
            status=status,
            devices=[self._described(guest, session) for session in online[:DEVICES_SHOWN_MOST]],
            ticket=self._pending.put(Attempt(mac, guest.method, dict(guest.form), guest.came_back, guest.proof)),
            **self._hidden(guest),
            **_said(guest, refusal),
        )

    def _described(self, guest: Visit, session: Session) -> str:
        """Enough to know one's own device by; the rest of its MAC is nobody else's business."""
        since = clock_words(session.started_at, self._clock.now())
        return guest.language.t("Device …{end}, online since {moment}", end=session.device.mac[-5:], moment=since)

    def _hidden(self, guest: Visit) -> dict[str, str]:
        return {"token": form_token(self._key, guest.known_device()), "to": guest.to}

    def _facts(self, guest: Visit) -> Facts:
        now = self._clock.now()
        return Facts(
            again=self._again(guest),
            moment=lambda at: clock_words(at, now),
            duration=partial(duration_words, language=guest.language),
            knows=self._languages.knows,
        )

    def _again(self, guest: Visit) -> str:
        method = self._methods.get(guest.method)
        if method is None or guest.device is None or guest.method not in guest.venue.methods:
            return ""
        now = self._clock.now()
        moment = method.again_at(guest.asked(now))
        return "" if moment is None else clock_words(moment, now)

    @staticmethod
    def _form_of(guest: Visit, method: Method) -> Mapping[str, str]:
        """What is typed into one method's fields stays out of another's."""
        return guest.form if guest.method == method.name else {}


def _said(guest: Visit, refusal: Refusal | None) -> dict[str, Any]:
    """A refusal's words in the guest's language."""
    if refusal is None:
        return {"alert": "", "advice": ""}
    t, values = guest.language.t, refusal.values
    return {"alert": t(refusal.alert, **values), "advice": t(refusal.advice, **values) if refusal.advice else ""}
