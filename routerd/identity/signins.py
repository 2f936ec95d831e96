"""The log of sign-ins at the admin page: who came, who was refused, who left, from where.

Attempts that were not even looked at, because their sender has to pause, leave no row: a flood cannot wash the log out. It never
holds a password or a code.
"""

from typing import Any

from routerd.core.clock import Clock
from routerd.identity.model import AGENT_MOST, NAME_MOST, Visit
from routerd.identity.records import SigninRow
from routerd.store.database import Store

SETUP, SIGN_IN, SIGN_OUT, REFUSED, CODE_REFUSED = "setup", "sign-in", "sign-out", "refused", "code-refused"

ROWS_MOST = 20_000
AGE_S_MOST = 365 * 86_400


class Signins:
    """The log.

    Args:
        store: where it is kept.
        clock: dates the rows.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def note(self, event: str, name: str, visit: Visit) -> None:
        """Put something on record; joins the store's transaction."""
        row = {"at": int(self._clock.now()), "event": event, "name": name[:NAME_MOST]}
        row |= {"address": visit.address[:45], "agent": visit.agent[:AGENT_MOST]}
        self._store.write(lambda: SigninRow.insert(**row).execute(self._store.db))

    def rows(self, before: int | None = None, most: int = 100) -> dict[str, Any]:
        """The newest rows: ``{"total": all rows, "rows": [...]}``; only those older than the id `before` when it is given."""
        rows = SigninRow.select().order_by(SigninRow.id.desc()).limit(most)
        if before is not None:
            rows = rows.where(SigninRow.id < before)
        return {"total": SigninRow.select().count(self._store.db), "rows": list(rows.dicts().execute(self._store.db))}

    def prune(self) -> None:
        """Forget what is beyond the bounds."""

        def work() -> None:
            newest = SigninRow.select(SigninRow.id).order_by(SigninRow.id.desc()).limit(1).tuples().execute(self._store.db)
            over = next((number for (number,) in newest), 0) - ROWS_MOST
            SigninRow.delete().where((SigninRow.id <= over) | (SigninRow.at < self._clock.now() - AGE_S_MOST)).execute(self._store.db)

        self._store.write(work)
