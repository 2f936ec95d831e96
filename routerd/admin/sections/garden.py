"""The walled garden: what guests reach before they sign in."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from routerd.admin.reading import text
from routerd.admin.section import Asked, Route, only
from routerd.identity.audit import Audit
from routerd.network.garden import ENTRIES_MOST, Entry, WalledGarden, is_prefix
from routerd.store.database import Store

TARGET_MOST = 255


class GardenSection:
    """GET, POST and DELETE /garden.

    Args:
        garden: the entries.
        audit: is told of every change.
        store: for changes with their audit in one.
    """

    def __init__(self, garden: WalledGarden, audit: Audit, store: Store) -> None:
        self._garden = garden
        self._audit = audit
        self._store = store

    def routes(self) -> Sequence[Route]:
        return (
            Route("GET", "/garden", self._list),
            Route("POST", "/garden", self._add),
            Route("DELETE", "/garden", self._remove),
        )

    def _list(self, _asked: Asked) -> dict[str, Any]:
        entries = self._garden.list()
        return {"total": len(entries), "rows": [_row(entry) for entry in entries], "most": ENTRIES_MOST}

    def _add(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "target")
        wanted = text(asked.fields, "target", most=TARGET_MOST)

        def work() -> Entry:
            entry = self._garden.add(wanted)
            self._audit.note(asked.actor, "garden.add", entry.target, None, {"target": entry.target})
            return entry

        return _row(self._store.write(work))

    def _remove(self, asked: Asked) -> None:
        only(asked.fields, "target")
        wanted = text(asked.fields, "target", most=TARGET_MOST)

        def work() -> None:
            self._garden.remove(wanted)
            self._audit.note(asked.actor, "garden.remove", wanted, {"target": wanted}, None)

        self._store.write(work)


def _row(entry: Entry) -> dict[str, Any]:
    return asdict(entry) | {"kind": "address" if is_prefix(entry.target) else "name"}
