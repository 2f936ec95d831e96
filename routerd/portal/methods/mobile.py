"""Sign-in with a mobile number, proven by a code that comes as a text message."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from routerd.core.errors import Unavailable
from routerd.core.messaging import MobileSettings
from routerd.core.places import data
from routerd.portal.methods.method import Asked, Desk
from routerd.portal.methods.proving import Entry, ProvingMethod

log = logging.getLogger(__name__)

Country = tuple[str, str, int]
"""Code, name in its own language, and calling code; 0: not known."""

TITLE_MOST = 30
"""Letters of the portal's title in a message: with them it stays one message in any alphabet (70 letters in UCS-2)."""


class MobileMethod(ProvingMethod):
    """Grants what [portal.mobile] says.

    Args:
        desk: what it may ask.
    """

    name = "mobile"
    template = "mobile.tpl"
    more_templates = ("mobile.tpl", "mobile-code.tpl")
    step_template = "mobile-code.tpl"
    channel = "sms"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.pause_s = self.settings.resend_s
        self._served: Sequence[Country] = ()

    @property
    def settings(self) -> MobileSettings:
        return self.desk.settings.mobile

    def first(self, asked: Asked) -> Any:
        typed, country = asked.form.get("mobile", ""), asked.form.get("country", self.settings.country)
        number = self.verification.numbers.normalised(typed, country, self._allowed)
        wanted = asked.form.get("marketing") == "yes"
        answers = {"marketing": "yes" if wanted else ""} if self.settings.marketing else {}
        if self.is_known(asked, number):
            return Entry(number, answers, "known")
        return self.ask(asked, number, answers)

    def compose(self, asked: Asked, identity: str, code: str, ticket: str) -> tuple[str, str]:
        del identity, ticket
        title = self.desk.settings.title[:TITLE_MOST]
        return "", self.language(asked).t("{code} is your code for {title}", code=code, title=title)

    def note(self, asked: Asked, identity: str, answers: dict[str, str], how: str) -> None:
        del how
        self.people.note_mobile(self.login_of(identity), asked.device.mac, answers)

    def login_of(self, identity: str) -> str:
        """Digits alone, as lists show numbers (guest-action-api, get_active_guests)."""
        return identity.removeprefix("+")

    def values(self) -> dict[str, Any]:
        return {"countries": self._countries(), "country": self.settings.country, "marketing": self.settings.marketing}

    @property
    def _allowed(self) -> tuple[str, ...]:
        return self.settings.countries or (self.settings.country,)

    def _countries(self) -> Sequence[Country]:
        """What the list shows, in the order of the names; without calling codes for as long as nobody can tell them."""
        if not self._served:
            try:
                codes = self.verification.numbers.calling_codes()
            except Unavailable as error:
                log.warning("countries are shown without calling codes: %s", error)
                return self._named(dict.fromkeys(self._allowed, 0))
            self._served = self._named(codes)
        return self._served

    def _named(self, codes: Mapping[str, int]) -> Sequence[Country]:
        names = country_names()
        found = [(code, names.get(code, code), codes[code]) for code in self._allowed if code in codes]
        return sorted(found, key=lambda country: country[1])


def country_names() -> Mapping[str, str]:
    """Every country's name for itself, by its code (Unicode CLDR, likely language of each territory)."""
    lines = data("webroot", "portal", "countries.txt").read_text(encoding="utf-8").splitlines()
    return {code: name for code, _, name in (line.partition(" ") for line in lines)}
