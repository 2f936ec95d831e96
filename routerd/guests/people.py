"""People as sign-in methods know them: by e-mail address, social account, telephone number, or only by their device."""

from typing import Any

from routerd.core.clock import Clock
from routerd.guests.model import EmailUser, FbUser, FreeUser, MobileUser
from routerd.guests.records import EmailUserRow, FbUserRow, FreeUserRow, MobileUserRow
from routerd.store.database import Store


class People:
    """Lists people and remembers their visits.

    Args:
        store: where they are kept.
        clock: stamps visits.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def email_users(self) -> list[EmailUser]:
        """All, oldest first."""
        return self._all(EmailUserRow, EmailUser)

    def fb_users(self) -> list[FbUser]:
        """All, oldest first."""
        return self._all(FbUserRow, FbUser)

    def mobile_users(self) -> list[MobileUser]:
        """All, oldest first."""
        return self._all(MobileUserRow, MobileUser)

    def free_users(self) -> list[FreeUser]:
        """All, oldest first."""
        return self._all(FreeUserRow, FreeUser)

    def free_since(self, mac: str) -> int | None:
        """When the device's newest free grant began; None when it never had one."""
        query = FreeUserRow.select(FreeUserRow.grant_started_at).where(FreeUserRow.mac == mac)
        return next((row[0] for row in query.tuples().execute(self._store.db)), None)

    def note_free(self, mac: str, starts_at: int) -> None:
        """A free grant that began at `starts_at` (seconds since the epoch) is being used."""
        now = int(self._clock.now())
        first = FreeUserRow.insert(mac=mac, created_at=now, last_login=now, visits=1, last_modified=now, grant_started_at=starts_at)
        again = first.on_conflict(
            conflict_target=[FreeUserRow.mac],
            update={
                FreeUserRow.last_login: now,
                FreeUserRow.last_modified: now,
                FreeUserRow.visits: FreeUserRow.visits + 1,
                FreeUserRow.grant_started_at: starts_at,
            },
        )
        self._store.write(lambda: again.execute(self._store.db))

    def _all(self, model: Any, shape: Any) -> list[Any]:
        rows = model.select(*model._meta.sorted_fields).order_by(model.id).tuples()  # noqa: SLF001 - peewee's documented way
        return [shape(*row) for row in rows.execute(self._store.db)]
