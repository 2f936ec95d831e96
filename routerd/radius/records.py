"""The tables of the RADIUS client. Nobody but radius imports this. Functions that change rows are called inside `Store.write` only."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import peewee

from routerd.radius.model import Permission


class PermissionRow(peewee.Model):
    """The newest permission of a device."""

    mac = peewee.CharField(max_length=17)
    network = peewee.CharField(max_length=32)
    user_name = peewee.CharField(max_length=128)
    classes = peewee.TextField()
    interim_s = peewee.IntegerField()
    total_octets = peewee.BigIntegerField(null=True)
    server = peewee.CharField(max_length=64)
    granted_at = peewee.IntegerField()

    class Meta:
        table_name = "radius_permission"
        primary_key = peewee.CompositeKey("mac", "network")


class ReportRow(peewee.Model):
    """A session of which something is still to be reported."""

    session_id = peewee.IntegerField(primary_key=True)
    acct_session_id = peewee.CharField(max_length=32, unique=True)
    user_name = peewee.CharField(max_length=128)
    classes = peewee.TextField()
    interim_s = peewee.IntegerField()
    total_octets = peewee.BigIntegerField(null=True)
    server = peewee.CharField(max_length=64)
    mac = peewee.CharField(max_length=17)
    network = peewee.CharField(max_length=32)
    address = peewee.CharField(max_length=45)
    started_at = peewee.IntegerField()
    ends_at = peewee.IntegerField(null=True)
    announced = peewee.IntegerField()
    ended = peewee.IntegerField()
    due_at = peewee.IntegerField(index=True)

    class Meta:
        table_name = "radius_session"


@dataclass(frozen=True, slots=True)
class Report:
    """A row of `ReportRow`; columns as there, `classes` as text."""

    session_id: int
    acct_session_id: str
    user_name: str
    classes: str
    interim_s: int
    total_octets: int | None
    server: str
    mac: str
    network: str
    address: str
    started_at: int
    ends_at: int | None
    announced: int
    ended: int
    due_at: int

    @property
    def class_values(self) -> tuple[bytes, ...]:
        """The Class attributes."""
        return tuple(bytes.fromhex(each) for each in self.classes.split())


P, R = PermissionRow, ReportRow
_COLUMNS = [getattr(R, name) for name in Report.__dataclass_fields__]


def keep_permission(db: peewee.SqliteDatabase, mac: str, network: str, permission: Permission) -> None:
    """Remember what a device was granted, in place of what it was before."""
    row = {
        "mac": mac,
        "network": network,
        "user_name": permission.terms.subject,
        "classes": " ".join(each.hex() for each in permission.classes),
        "interim_s": permission.interim_s,
        "total_octets": permission.total_octets,
        "server": permission.server,
        "granted_at": permission.terms.starts_at,
    }
    P.insert(**row).on_conflict_replace().execute(db)


def permission_of(db: peewee.SqliteDatabase, mac: str, network: str, user_name: str) -> dict[str, Any] | None:
    """A device's newest permission, if that is still this user's."""
    query = P.select().where(P.mac == mac, P.network == network, P.user_name == user_name).dicts()
    return next(iter(query.execute(db)), None)


def add(db: peewee.SqliteDatabase, report: Report) -> None:
    """Keep a session that has begun."""
    R.insert(**asdict(report)).execute(db)


def end(db: peewee.SqliteDatabase, session_ids: Iterable[int], now: int) -> None:
    """These have ended: their Stop is due."""
    for chunk in peewee.chunked(list(session_ids), 500):
        R.update(ended=1, due_at=now).where(R.session_id.in_(list(chunk)), R.ended == 0).execute(db)


def advance(db: peewee.SqliteDatabase, reports: Sequence[Report]) -> None:
    """These were sent: the next is due when the rows given say; a session that has ended in the meantime stays due at once."""
    for each in reports:
        due_at = peewee.Case(None, ((R.ended == 1, R.due_at),), each.due_at)
        R.update(announced=1, due_at=due_at).where(R.session_id == each.session_id).execute(db)


def change(db: peewee.SqliteDatabase, session_id: int, *, ends_at: int | None, interim_s: int, total_octets: int | None) -> None:
    """The server has changed its mind about a session."""
    R.update(ends_at=ends_at, interim_s=interim_s, total_octets=total_octets).where(R.session_id == session_id).execute(db)


def drop(db: peewee.SqliteDatabase, session_ids: Iterable[int]) -> None:
    """Nothing is left to be said of these."""
    for chunk in peewee.chunked(list(session_ids), 500):
        R.delete().where(R.session_id.in_(list(chunk))).execute(db)


def find(db: peewee.SqliteDatabase, *where: Any, most: int = 100_000) -> list[Report]:
    """Sessions that fulfil conditions on `R`, those that are due first in front."""
    query = R.select(*_COLUMNS).where(*where) if where else R.select(*_COLUMNS)
    return [Report(*row) for row in query.order_by(R.due_at, R.session_id).limit(most).tuples().execute(db)]


def prune(db: peewee.SqliteDatabase, before: int, undelivered_before: int) -> int:
    """Forget permissions granted before a moment, and reports of sessions that nobody took for too long; returns the latter's number."""
    P.delete().where(P.granted_at < before).execute(db)
    return int(R.delete().where(R.ended == 1, R.due_at < undelivered_before).execute(db))
