"""What needs no sign-in: the setup of a new box, and signing in. Nothing else does."""

from collections.abc import Mapping, Sequence
from typing import Any

from routerd.admin.countries import COUNTRIES
from routerd.admin.reading import text, texts
from routerd.admin.section import ANYBODY, Asked, BadField, Route, Told, only
from routerd.admin.sections.me import entered
from routerd.identity.accounts import Accounts
from routerd.identity.setup import Wanted
from routerd.preferences.service import Preferences

TITLE_MOST = 64


class Doorstep:
    """GET and POST /setup, POST /signin.

    Args:
        accounts: people and how they get in.
        preferences: what is set, and takes the first settings.
    """

    def __init__(self, accounts: Accounts, preferences: Preferences) -> None:
        self._accounts = accounts
        self._preferences = preferences
        self._methods = preferences.methods

    def routes(self) -> Sequence[Route]:
        return (
            Route("GET", "/setup", self._show, ANYBODY),
            Route("POST", "/setup", self._complete, ANYBODY),
            Route("POST", "/signin", self._sign_in, ANYBODY),
        )

    def _show(self, asked: Asked) -> dict[str, Any]:
        setup = self._accounts.setup
        if not setup.is_open:
            return {"open": False}
        settings = self._preferences.settings
        return {
            "open": True,
            "code_needed": setup.needs_code(asked.actor.address),
            "networks": [{"name": each.name, "title": each.portal.title or settings.portal.title} for each in settings.guest],
            "methods": [{"name": name, "on": name in settings.portal.methods} for name in self._methods],
            "country": settings.portal.mobile.country,
            "countries": COUNTRIES,
        }

    def _complete(self, asked: Asked) -> Told:
        fields = asked.fields
        only(fields, "account", "country", "networks", "methods", "code")
        account = fields.get("account")
        if not isinstance(account, dict):
            raise BadField("account", 'account: expected {"name", "password"}')
        only(account, "name", "password")
        wanted = Wanted(account.get("name"), account.get("password"), self._changes(fields), text(fields, "code", "", 64))
        return entered(self._accounts.setup.complete(wanted, asked.visit, self._preferences))

    def _changes(self, fields: Mapping[str, Any]) -> dict[str, Mapping[str, object]]:
        """The wizard's answers as changes of settings; what was left out stays as it is."""
        changes: dict[str, Mapping[str, object]] = {}
        country = text(fields, "country", "", 2)
        if country and country not in COUNTRIES:
            raise BadField("country", 'country: expected a code such as "DE"')
        if country:
            changes["portal.mobile"] = {"country": country}
        if "methods" in fields:
            changes["portal"] = {"methods": self._chosen(fields)}
        for name, title in self._titles(fields).items():
            changes[f"guest.{name}.portal"] = {"title": title}
        return changes

    def _chosen(self, fields: Mapping[str, Any]) -> list[str]:
        chosen = texts(fields, "methods", len(self._methods))
        unknown = [name for name in chosen if name not in self._methods]
        if unknown or len(set(chosen)) != len(chosen):
            raise BadField("methods", "methods: expected some of " + ", ".join(self._methods) + ", each once")
        return chosen

    def _titles(self, fields: Mapping[str, Any]) -> Mapping[str, str]:
        titles = fields.get("networks", {})
        names = [network.name for network in self._preferences.settings.guest]
        if not isinstance(titles, dict) or any(name not in names for name in titles):
            raise BadField("networks", "networks: expected a title for each of " + (", ".join(names) or "no network"))
        return {name: text(titles, name, most=TITLE_MOST).strip() for name in titles}

    def _sign_in(self, asked: Asked) -> Told:
        fields = asked.fields
        only(fields, "name", "password", "code")
        name, password, code = text(fields, "name"), text(fields, "password"), text(fields, "code", "", 64)
        return entered(self._accounts.entry.sign_in(name, password, code, asked.visit, asked.token))
