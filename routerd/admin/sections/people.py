"""The accounts of the page, for owners: who there is, new ones, roles, passwords, their sessions."""

from collections.abc import Sequence
from typing import Any

from routerd.admin.section import Asked, Route, only
from routerd.identity.accounts import Accounts
from routerd.identity.model import Person


class PeopleSection:
    """GET and POST /people, and what is below.

    Args:
        accounts: people and how they get in.
    """

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._people = accounts.people

    def routes(self) -> Sequence[Route]:
        return (
            Route("GET", "/people", self._list),
            Route("POST", "/people", self._add),
            Route("POST", "/people/<id:int>", self._change),
            Route("DELETE", "/people/<id:int>", self._remove),
        )

    def _list(self, _asked: Asked) -> dict[str, Any]:
        rows = [self._row(person) for person in self._people.all()]
        return {"total": len(rows), "rows": rows}

    def _add(self, asked: Asked) -> dict[str, Any]:
        fields = asked.fields
        only(fields, "name", "password", "role")
        return self._row(self._people.add(fields.get("name"), fields.get("password"), fields.get("role"), asked.actor))

    def _change(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "role", "password", "totp", "sessions")
        return self._row(self._accounts.change(int(asked.path["id"]), asked.fields, asked.actor))

    def _remove(self, asked: Asked) -> None:
        self._people.remove(int(asked.path["id"]), asked.actor)

    def _row(self, person: Person) -> dict[str, Any]:
        return {
            "id": person.id,
            "name": person.name,
            "role": person.role,
            "totp": person.totp,
            "created_at": person.created_at,
            "last_login": person.last_login,
            "sessions": len(self._accounts.sessions.of(person.id)),
        }
