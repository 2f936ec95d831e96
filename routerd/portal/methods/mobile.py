"""Sign-in with a mobile number, proven by a code that comes as a text message."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from routerd.core.messaging import MobileSettings
from routerd.core.places import data
from routerd.portal.methods.method import Asked, Desk
from routerd.portal.methods.proving import Entry, ProvingMethod

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

    @property
    def settings(self) -> MobileSettings:
        return self.desk.settings.mobile

    def first(self, asked: Asked) -> Any:
        from routerd.verification.numbers import normalised  # noqa: PLC0415 - what is switched off is not imported

        number = normalised(asked.form.get("mobile", ""), asked.form.get("country", self.settings.country), self._allowed)
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
        return {"countries": self._countries, "country": self.settings.country, "marketing": self.settings.marketing}

    @property
    def _allowed(self) -> tuple[str, ...]:
        return self.settings.countries or (self.settings.country,)

    @cached_property
    def _countries(self) -> list[tuple[str, str, int]]:
        """Code, name in its own language and calling code of each country that is served, in the order of the names."""
        from routerd.verification.numbers import calling_code  # noqa: PLC0415 - what is switched off is not imported

        names = country_names()
        found = [(code, names.get(code, code), calling_code(code)) for code in self._allowed]
        return sorted((country for country in found if country[2]), key=lambda country: country[1])


def country_names() -> Mapping[str, str]:
    """Every country's name for itself, by its code (Unicode CLDR, likely language of each territory)."""
    lines = data("webroot", "portal", "countries.txt").read_text(encoding="utf-8").splitlines()
    return {code: name for code, _, name in (line.partition(" ") for line in lines)}
