"""Settings: every section that the page may change, described by the settings' own declarations; and messages that try mail and SMS."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from routerd.admin.reading import text
from routerd.admin.section import Asked, BadField, Route, only
from routerd.core.errors import Conflict
from routerd.identity.actor import Actor
from routerd.identity.audit import Audit
from routerd.preferences.service import Preferences

TO_MOST = 254


class Trial(Protocol):
    """Sends one message to try the settings."""

    def __call__(self, _to: str, /) -> None:
        """Returns when it was taken; raises Unavailable with what the other side said."""
        ...


class SettingsSection:
    """GET /settings and below.

    Args:
        preferences: what is set.
        audit: is told of trials.
        trials: ``mail`` and ``sms`` to what sends a message; those that are not set up are missing.
    """

    def __init__(self, preferences: Preferences, audit: Audit, trials: Callable[[str], Trial | None]) -> None:
        self._preferences = preferences
        self._audit = audit
        self._trials = trials

    def routes(self) -> Sequence[Route]:
        return (
            Route("GET", "/settings", self._list),
            Route("POST", "/settings/failed/dismiss", self._dismiss),
            Route("GET", "/settings/<section>", self._show),
            Route("POST", "/settings/<section>", self._change),
            Route("POST", "/settings/<service>/test", self._try),
        )

    def _list(self, _asked: Asked) -> dict[str, Any]:
        listed = {"sections": self._preferences.sections(), "methods": self._preferences.methods}
        return listed | self._preferences.state()

    def _show(self, asked: Asked) -> dict[str, Any]:
        return self._preferences.section(asked.path["section"])

    def _change(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "changes")
        section, changes = asked.path["section"], asked.fields.get("changes")
        if not isinstance(changes, dict):
            raise BadField("changes", "changes: expected an object of keys and values")
        self._preferences.set(section, changes, asked.actor)
        return self._preferences.section(section) | {"applying": self._preferences.state()["applying"]}

    def _dismiss(self, asked: Asked) -> None:
        only(asked.fields)
        self._preferences.dismiss()

    def _try(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "to")
        service, to = asked.path["service"], text(asked.fields, "to", most=TO_MOST)
        trial = self._trials(service)
        if trial is None:
            raise Conflict(f"nothing is set up that could send by {service[:16]}; store its settings first")
        trial(to)
        self._note(asked.actor, service, to)
        return {"sent": True}

    def _note(self, actor: Actor, service: str, to: str) -> None:
        self._audit.note(actor, "settings.test", service, None, {"to": to})
