"""Whoever is signed in, about themselves: who they are, password, second factor, language, sessions."""

import io
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from routerd.admin.reading import text
from routerd.admin.section import Asked, Route, Told, only
from routerd.identity.accounts import Accounts
from routerd.identity.actor import STAFF
from routerd.identity.entry import Entered
from routerd.identity.model import Person
from routerd.identity.standing import Standing, csrf_of


def about(person: Person, token: str) -> dict[str, Any]:
    """What the page has to know of who is signed in."""
    return {
        "person": {"id": person.id, "name": person.name, "role": person.role, "totp": person.totp, "language": person.language},
        "csrf": csrf_of(token),
        "version": version("routerd"),
    }


def entered(how: Entered) -> Told:
    """The answer to whoever has just got a new session."""
    return Told(about(how.person, how.token), how.token, how.device)


class Me:
    """GET /me and what is below it.

    Args:
        accounts: people and how they get in.
    """

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def routes(self) -> Sequence[Route]:
        return (
            Route("GET", "/me", self._show, STAFF),
            Route("POST", "/me/password", self._password, STAFF),
            Route("POST", "/me/language", self._language, STAFF),
            Route("POST", "/me/totp/start", self._start, STAFF),
            Route("POST", "/me/totp/confirm", self._confirm, STAFF),
            Route("POST", "/me/totp/off", self._off, STAFF),
            Route("POST", "/me/totp/codes", self._codes, STAFF),
            Route("GET", "/me/sessions", self._sessions, STAFF),
            Route("DELETE", "/me/sessions/<id>", self._end, STAFF),
            Route("POST", "/signout", self._sign_out, STAFF),
        )

    def _show(self, asked: Asked) -> dict[str, Any]:
        return about(self._person(asked), asked.token)

    def _password(self, asked: Asked) -> Told:
        only(asked.fields, "old", "new")
        old, new = text(asked.fields, "old"), text(asked.fields, "new")
        return entered(self._accounts.own.change_password(asked.person, old, new, asked.actor, asked.visit))

    def _language(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "language")
        self._accounts.people.set_language(asked.person, text(asked.fields, "language"), asked.actor)
        return self._show(asked)

    def _start(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "password")
        secret, uri = self._accounts.own.start_totp(asked.person, text(asked.fields, "password"), asked.visit)
        return {"secret": secret, "uri": uri, "qr_svg": _drawn(uri)}

    def _confirm(self, asked: Asked) -> Told:
        only(asked.fields, "code")
        codes, how = self._accounts.own.turn_totp_on(asked.person, text(asked.fields, "code", most=64), asked.actor, asked.visit)
        return Told(about(how.person, how.token) | {"recovery_codes": codes}, how.token, how.device)

    def _off(self, asked: Asked) -> Told:
        only(asked.fields, "password")
        return entered(self._accounts.own.turn_totp_off(asked.person, text(asked.fields, "password"), asked.actor, asked.visit))

    def _codes(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "password")
        return {"recovery_codes": self._accounts.own.new_codes(asked.person, text(asked.fields, "password"), asked.actor, asked.visit)}

    def _sessions(self, asked: Asked) -> dict[str, Any]:
        here = self._accounts.sessions.find(asked.token)
        rows = [_session(each, here) for each in self._accounts.sessions.of(asked.person)]
        return {"total": len(rows), "rows": rows}

    def _end(self, asked: Asked) -> None:
        self._accounts.end_session(asked.person, asked.path["id"], asked.actor)

    def _sign_out(self, asked: Asked) -> Told:
        self._accounts.entry.sign_out(self._person(asked), asked.token, asked.visit)
        return Told(None, session="")

    def _person(self, asked: Asked) -> Person:
        return self._accounts.people.there(asked.person)


def _session(session: Standing, here: Standing | None) -> dict[str, Any]:
    return {
        "id": session.id,
        "address": session.address,
        "agent": session.agent,
        "created_at": session.created_at,
        "seen_at": int(session.seen_at),
        "here": here is not None and session.id == here.id,
    }


def _drawn(uri: str) -> str:
    """A QR code as SVG."""
    import segno  # noqa: PLC0415 - loaded only when somebody sets a second factor up

    drawing = io.BytesIO()
    segno.make(uri, error="m").save(drawing, kind="svg", xmldecl=False, svgns=True, border=4, omitsize=True)
    return drawing.getvalue().decode()
