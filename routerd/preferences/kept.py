"""The stored documents: reading, writing, sealing, and what became of a change that the box was to start with.

A change that needs the box to start anew is `pending` until it has: 1 while it waits, 2 from the moment that a start is tried with
it. Who finds a 2 at the start knows that the last start did not come to its end, and puts back what was before. That holds through
crashes and power cuts alike.
"""

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from routerd.core.errors import RouterdError
from routerd.preferences.ports import Sealer
from routerd.preferences.records import FailureRow, PreferenceRow
from routerd.store.database import Store

PURPOSE = "preference"
PROVED, WAITING, TRIED = 0, 1, 2
SEALED = "sealed:"
"""Before a sealed document; a plain one begins with a brace."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Stored settings that did not work out.

    Attributes:
        at: seconds since the epoch.
        message: what went wrong.
        sections: which settings went back to what they were.
    """

    at: int
    message: str
    sections: tuple[str, ...]


class Kept:
    """The rows.

    Args:
        store: has the tables.
        box: seals sections that have secrets.
    """

    def __init__(self, store: Store, box: Sealer) -> None:
        self._store = store
        self._box = box

    def documents(self) -> tuple[dict[str, dict[str, Any]], set[str]]:
        """Section to its changed keys, and the sections that this box cannot open."""
        found: dict[str, dict[str, Any]] = {}
        closed = set()
        rows = PreferenceRow.select(PreferenceRow.section, PreferenceRow.document).order_by(PreferenceRow.section).tuples()
        for section, text in rows.execute(self._store.db):
            try:
                found[section] = self._opened(section, text)
            except (RouterdError, ValueError):
                closed.add(section)
        return found, closed

    def put(self, section: str, values: Mapping[str, Any], now: int, *, sealed: bool, pending: bool) -> None:
        """Keep a section's document, an empty one too while the box has to start without it; inside `Store.write`."""
        row = next(iter(PreferenceRow.select().where(PreferenceRow.section == section).dicts().execute(self._store.db)), None)
        waits = pending or bool(row and row["pending"])
        if not waits and not values:
            self.drop({section})
            return
        was = (row["was"] if row["pending"] else row["document"]) if row else None
        PreferenceRow.insert(
            section=section,
            document=self._closed(section, values, sealed=sealed),
            changed_at=now,
            pending=WAITING if waits else PROVED,
            was=was if waits else None,
        ).on_conflict("REPLACE").execute(self._store.db)

    def drop(self, sections: AbstractSet[str]) -> None:
        """Forget sections."""
        PreferenceRow.delete().where(PreferenceRow.section.in_(list(sections))).execute(self._store.db)

    def pending(self, state: int) -> list[str]:
        """Sections in that state."""
        rows = PreferenceRow.select(PreferenceRow.section).where(PreferenceRow.pending == state).tuples().execute(self._store.db)
        return [section for (section,) in rows]

    def turn(self, before: int, after: int) -> None:
        """Every section in one state gets into the other."""
        PreferenceRow.update(pending=after).where(PreferenceRow.pending == before).execute(self._store.db)

    def prove(self) -> bool:
        """What was tried has started; whether there was anything to prove."""
        tried = bool(self.pending(TRIED))
        PreferenceRow.update(pending=PROVED, was=None).where(PreferenceRow.pending == TRIED).execute(self._store.db)
        PreferenceRow.delete().where((PreferenceRow.pending == PROVED) & (PreferenceRow.document == "{}")).execute(self._store.db)
        return tried

    def put_back(self, state: int) -> list[str]:
        """Undo every section in that state; which ones."""
        undone = self.pending(state)
        here = PreferenceRow.pending == state
        PreferenceRow.delete().where(here & PreferenceRow.was.is_null()).execute(self._store.db)
        PreferenceRow.update(document=PreferenceRow.was, pending=PROVED, was=None).where(here).execute(self._store.db)
        return undone

    def failed(self, failure: Failure) -> None:
        """Remember a failure in place of the last one."""
        FailureRow.insert(id=1, at=failure.at, message=failure.message, sections=" ".join(failure.sections)).on_conflict("REPLACE").execute(
            self._store.db
        )

    def failure(self) -> Failure | None:
        """The last failure that nobody dismissed."""
        for row in FailureRow.select().dicts().execute(self._store.db):
            return Failure(row["at"], row["message"], tuple(row["sections"].split()))
        return None

    def dismiss(self) -> None:
        """Forget it."""
        FailureRow.delete().execute(self._store.db)

    def _closed(self, section: str, values: Mapping[str, Any], *, sealed: bool) -> str:
        text = json.dumps(values, separators=(",", ":"))
        return SEALED + self._box.seal(text, f"{PURPOSE}|{section}") if sealed and values else text

    def _opened(self, section: str, text: str) -> dict[str, Any]:
        if text.startswith(SEALED):
            text = self._box.open(text.removeprefix(SEALED), f"{PURPOSE}|{section}")
        value: dict[str, Any] = json.loads(text)
        return value
