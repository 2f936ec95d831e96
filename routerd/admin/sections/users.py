"""People who signed in by e-mail, telephone, social account or for free: /users. Owners find, take out, and forget them."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from routerd.admin import reading
from routerd.admin.section import Asked, File, Route, only
from routerd.guests.register import Register, User
from routerd.identity.audit import Audit
from routerd.store.database import Store
from routerd.verification import traces
from routerd.web import spreadsheet
from routerd.web.moments import local

FIELDS = {
    "email": ("email", "comments", "comments1", "comments2", "marketing", "verified"),
    "mobile": ("mobile", "marketing", "verified"),
    "social": ("provider", "account", "name", "email"),
    "free": (),
}
"""What rows of a kind have besides what all have."""

_COMMON = ("id", "created_at", "last_login", "mac", "visits", "last_modified")
_FLAGS = ("marketing", "verified")
_MOMENTS = ("created_at", "last_login", "last_modified")


class Grants(Protocol):
    """`sessions.desk.Desk`."""

    def forget(self, names: Sequence[str], macs: Sequence[str]) -> int: ...


class Vouchers(Protocol):
    """`vouchers.service.Vouchers`."""

    def forget_devices(self, macs: Sequence[str]) -> None: ...


Erase = Callable[[Sequence[str], Sequence[str]], None]
"""Forgets names and devices; called inside `Store.write`."""


class Users:
    """GET /users/<kind>, and what is below.

    Args:
        store: makes forgetting one change.
        audit: keeps who did it.
        register: the people.
        grants: forgets their sessions.
        vouchers: forgets their devices.
        erase: has all other domains forget them.
    """

    def __init__(self, store: Store, audit: Audit, register: Register, grants: Grants, vouchers: Vouchers, erase: Erase) -> None:
        self._store = store
        self._audit = audit
        self._register = register
        self._grants = grants
        self._vouchers = vouchers
        self._erase = erase

    def routes(self) -> Sequence[Route]:
        return (
            Route("POST", "/users/forget", self._forget),
            Route("GET", "/users/<kind>", self._list),
            Route("GET", "/users/<kind>/export.csv", self._export),
            Route("DELETE", "/users/<kind>/<id:int>", self._delete),
        )

    def _list(self, asked: Asked) -> dict[str, Any]:
        kind, search = asked.path["kind"], reading.text(asked.fields, "search", "", 128)
        offset, most = reading.number(asked.fields, "offset", 0), reading.number(asked.fields, "most", 100, 1, reading.ROWS_MOST)
        rows = [_shown(kind, user) for user in self._register.search(kind, search, offset, most)]
        return {"total": self._register.count(kind, search), "rows": rows}

    def _export(self, asked: Asked) -> File:
        kind, search = asked.path["kind"], reading.text(asked.fields, "search", "", 128)
        total = self._register.count(kind, search)
        self._audit.note(asked.actor, "users.export", kind, after={"rows": total})
        columns = (*_COMMON, *FIELDS[kind])
        rows = (_told(columns, user) for user in self._register.everybody(kind, search))
        return File(spreadsheet.MEDIA_TYPE, spreadsheet.pieces(columns, rows), f"{kind}-users.csv")

    def _delete(self, asked: Asked) -> None:
        kind, number = asked.path["kind"], int(asked.path["id"])

        def change() -> None:
            self._register.delete(kind, number)
            self._audit.note(asked.actor, "users.delete", f"{kind} {number}")

        self._store.write(change)

    def _forget(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "kind", "id")
        kind, number = reading.text(asked.fields, "kind"), reading.number(asked.fields, "id", least=1)

        def change() -> int:
            known = self._register.traces(kind, number)
            ended = self._grants.forget(known.names, known.macs)
            self._vouchers.forget_devices(known.macs)
            traces.forget(self._store, known.names, known.macs)
            self._erase(known.names, known.macs)
            rows = self._register.forget(kind, number)
            # Not whom: the trail would be the last to remember.
            self._audit.note(asked.actor, "users.forget", f"{kind} {number}", after={"rows": rows, "sessions": ended})
            return rows

        return {"rows": self._store.write(change)}


def _shown(kind: str, user: User) -> dict[str, Any]:
    row = {name: getattr(user, name) for name in (*_COMMON, *FIELDS[kind])}
    return row | {name: bool(row[name]) for name in _FLAGS if name in row}


def _told(columns: Sequence[str], user: User) -> list[object]:
    values = {name: getattr(user, name) for name in columns}
    return [local(value) if name in _MOMENTS else value for name, value in values.items()]
