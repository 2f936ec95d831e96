"""People as sign-in methods know them: by e-mail address, social account, telephone number, or only by their device."""

from collections.abc import Mapping
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

    def note_email(self, email: str, mac: str, answers: Mapping[str, str], *, proven: bool) -> None:
        """Somebody signs in with an e-mail address, as a device.

        What was answered by whoever proved the address stands: nobody else changes it by typing that address.

        Args:
            email: normalised.
            mac: the device.
            answers: ``comments``, ``comments1``, ``comments2`` and ``marketing`` (``yes`` or empty), as far as they were asked for.
            proven: whether this device has shown that it receives the address's mail.
        """
        self._store.write(lambda: self._note(EmailUserRow, EmailUserRow.email, email, mac, answers, proven=proven, visits=1))

    def prove_email(self, email: str, mac: str, answers: Mapping[str, str]) -> None:
        """A visit that has been noted is proven now."""
        self._store.write(lambda: self._note(EmailUserRow, EmailUserRow.email, email, mac, answers, proven=True, visits=0))

    def note_mobile(self, mobile: str, mac: str, answers: Mapping[str, str]) -> None:
        """Somebody signs in with a number that was proven.

        Args:
            mobile: E.164 without the plus sign.
            mac: the device.
            answers: ``marketing`` (``yes`` or empty), if it was asked for.
        """
        self._store.write(lambda: self._note(MobileUserRow, MobileUserRow.mobile, mobile, mac, answers, proven=True, visits=1))

    def note_social(self, provider: str, account: str, name: str, email: str, mac: str) -> None:
        """Somebody signs in with an account that a provider has confirmed.

        Args:
            provider: its name.
            account: its lasting id of the account.
            name: as it tells; an empty one leaves the earlier.
            email: likewise.
            mac: the device.
        """
        now = int(self._clock.now())
        told = {field: text for field, text in ((FbUserRow.name, name), (FbUserRow.email, email)) if text}
        first = FbUserRow.insert(
            provider=provider, account=account, name=name, email=email, created_at=now, last_login=now, mac=mac, visits=1, last_modified=now
        )
        again = first.on_conflict(
            conflict_target=[FbUserRow.provider, FbUserRow.account],
            update={
                **told,
                FbUserRow.last_login: now,
                FbUserRow.last_modified: now,
                FbUserRow.mac: mac,
                FbUserRow.visits: FbUserRow.visits + 1,
            },
        )
        self._store.write(lambda: again.execute(self._store.db))

    def _note(
        self,
        row: type[EmailUserRow | MobileUserRow],
        key: Any,
        value: str,
        mac: str,
        answers: Mapping[str, str],
        *,
        proven: bool,
        visits: int,
    ) -> None:
        """Make or change the row of `value`; inside a transaction."""
        now, db = int(self._clock.now()), self._store.db
        known = next(iter(row.select().where(key == value).dicts().execute(db)), None)
        changes: dict[str, Any] = {"last_login": now, "last_modified": now, "mac": mac}
        if known is None or proven or not known["verified"]:
            changes |= told(answers, known, proven=proven)
        if known is None:
            blank = {"comments": "", "comments1": "", "comments2": ""} if row is EmailUserRow else {}
            first = {"marketing": 0, "created_at": now, "visits": max(visits, 1), "verified": int(proven), key.name: value}
            row.insert(**{**blank, **first, **changes}).execute(db)
        else:
            changes |= {"visits": known["visits"] + visits, "verified": int(proven or known["verified"])}
            row.update(**changes).where(key == value).execute(db)

    def _all(self, model: Any, shape: Any) -> list[Any]:
        rows = model.select(*model._meta.sorted_fields).order_by(model.id).tuples()  # noqa: SLF001 - peewee's documented way
        return [shape(*row) for row in rows.execute(self._store.db)]


def told(answers: Mapping[str, str], known: Mapping[str, Any] | None, *, proven: bool) -> dict[str, Any]:
    """What answers change in a person's row.

    An empty answer leaves an earlier one, and consent once given stays until the owner is told otherwise; but what was said before
    anybody had proven the address does not count as that person's word.

    Args:
        answers: as for `People.note_email`.
        known: the row; None a new one.
        proven: whether the person has shown to be the one.
    """
    earlier = known if known is not None and (known["verified"] or not proven) else {}
    changes: dict[str, Any] = {name: text for name, text in answers.items() if name != "marketing" and (text or not earlier)}
    if "marketing" in answers or (proven and not earlier):
        changes["marketing"] = int(answers.get("marketing") == "yes" or bool(earlier.get("marketing")))
    return changes
