"""The audit trail: who changed what, when, from where, what it was before and what it is after.

Every change that somebody makes on the admin page is noted here inside the same `Store.write`, so that a change without its row
does not exist, nor a row without its change. Secrets are masked by the names of their fields; rows are bounded in size, number and
age. It never edits a row.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from routerd.core.clock import Clock
from routerd.identity.actor import Actor
from routerd.identity.records import AuditRow
from routerd.store.database import Store

ROWS_MOST = 50_000
"""About 20 MB at the usual 400 octets a row: years of a busy site."""

AGE_S_MOST = 2 * 365 * 86_400

VALUE_OCTETS_MOST = 8_192
"""Of `before` or `after` as JSON; what is longer is told by its size alone."""

MASK = "•••"
SECRET_WORDS = ("password", "passcode", "passphrase", "secret", "token", "key", "code")
"""A field whose name ends in one of these is masked unless it is empty, which is worth knowing."""

DEPTH_MOST = 20
"""Nesting that is followed; nothing of ours goes as deep."""


class Audit:
    """The trail.

    Args:
        store: where it is kept.
        clock: dates the rows.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def note(self, actor: Actor, action: str, target: str, before: object = None, after: object = None) -> None:
        """Put one change on record; call it inside the change's own `Store.write`.

        Args:
            actor: who did it.
            action: subject and verb, such as ``voucher.revoke``.
            target: what it was done to, in words that its owner knows.
            before: what there was, anything that msgspec writes as JSON; None when there was nothing.
            after: what there is now.
        """
        row = {
            "at": int(self._clock.now()),
            "name": actor.name[:64],
            "role": actor.role,
            "address": actor.address[:45],
            "action": action[:64],
            "target": target[:255],
            "was": _written(before),
            "is_now": _written(after),
        }
        self._store.write(lambda: AuditRow.insert(**row).execute(self._store.db))

    def rows(self, before: int | None = None, most: int = 100) -> dict[str, Any]:
        """The newest rows.

        Args:
            before: an id: only rows older than that.
            most: how many at most.

        Returns:
            ``{"total": all rows, "rows": [...]}``; a row has id, at, name, role, address, action, target, before, after.
        """
        rows = AuditRow.select().order_by(AuditRow.id.desc()).limit(most)
        if before is not None:
            rows = rows.where(AuditRow.id < before)
        total = AuditRow.select().count(self._store.db)
        return {"total": total, "rows": [_shown(row) for row in rows.dicts().execute(self._store.db)]}

    def prune(self) -> None:
        """Forget what is beyond the bounds."""

        def work() -> None:
            newest = AuditRow.select(AuditRow.id).order_by(AuditRow.id.desc()).limit(1).tuples().execute(self._store.db)
            over = next((number for (number,) in newest), 0) - ROWS_MOST
            old = self._clock.now() - AGE_S_MOST
            AuditRow.delete().where((AuditRow.id <= over) | (AuditRow.at < old)).execute(self._store.db)

        self._store.write(work)


def masked(value: Any, depth: int = 0) -> Any:
    """A JSON-able value with its secrets covered."""
    if depth > DEPTH_MOST:
        return MASK
    if isinstance(value, Mapping):
        return {name: _covered(str(name), inner, depth) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [masked(inner, depth + 1) for inner in value]
    return value


def _covered(name: str, value: Any, depth: int) -> Any:
    secret = name.lower().endswith(SECRET_WORDS) and not isinstance(value, bool)
    return MASK if secret and value not in (None, "") else masked(value, depth + 1)


def _written(value: object) -> str:
    text = msgspec.json.encode(masked(msgspec.to_builtins(value, str_keys=True)), enc_hook=str)
    if len(text) > VALUE_OCTETS_MOST:
        text = msgspec.json.encode({"octets": len(text)})
    return text.decode()


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    before, after = row.pop("was"), row.pop("is_now")
    return row | {"before": msgspec.json.decode(before), "after": msgspec.json.decode(after)}
