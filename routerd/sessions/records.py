"""The tables of grants and sessions. Nobody but sessions imports this.

Functions that change rows are called inside `Store.write` only; they never decide anything.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import peewee

from routerd.core.terms import Device, Terms
from routerd.sessions.model import Grant, Octets, Session


class GrantRow(peewee.Model):
    """What somebody holds."""

    id = peewee.AutoField()
    kind = peewee.CharField(max_length=16)
    subject = peewee.CharField(max_length=128)
    login = peewee.CharField(max_length=128)
    starts_at = peewee.IntegerField()
    ends_at = peewee.IntegerField(null=True)
    down_limit_octets = peewee.BigIntegerField(null=True)
    up_limit_octets = peewee.BigIntegerField(null=True)
    down_kbit = peewee.IntegerField()
    up_kbit = peewee.IntegerField()
    devices = peewee.IntegerField()
    idle_timeout_s = peewee.IntegerField()
    down_used_octets = peewee.BigIntegerField()
    up_used_octets = peewee.BigIntegerField()
    revoked_at = peewee.IntegerField(null=True)
    extra_s = peewee.IntegerField(default=0)
    extra_octets = peewee.BigIntegerField(default=0)

    class Meta:
        table_name = "access_grant"


class SessionRow(peewee.Model):
    """One device's use of a grant."""

    id = peewee.AutoField()
    grant = peewee.ForeignKeyField(GrantRow, column_name="grant_id")
    mac = peewee.CharField(max_length=17)
    address = peewee.CharField(max_length=45)
    network = peewee.CharField(max_length=32)
    mark = peewee.IntegerField()
    started_at = peewee.IntegerField()
    down_octets = peewee.BigIntegerField()
    up_octets = peewee.BigIntegerField()
    counted_at = peewee.IntegerField()
    ended_at = peewee.IntegerField(null=True)
    end_reason = peewee.CharField(max_length=16, null=True)
    settled = peewee.IntegerField()

    class Meta:
        table_name = "session"


S, G = SessionRow, GrantRow
OPEN = S.ended_at.is_null()
UNSETTLED = (S.settled == 0) & S.ended_at.is_null(False)


def _columns_of(alias: str, names: Iterable[str]) -> str:
    return ", ".join(f'"{alias}"."{name}"' for name in names)


_GRANT_COLUMNS = Grant.__struct_fields__
_SESSION_COLUMNS = (
    "id",
    "mac",
    "address",
    "network",
    "mark",
    "started_at",
    "down_octets",
    "up_octets",
    "counted_at",
    "ended_at",
    "end_reason",
)
# As text: of all that a sign-in does, having peewee spell out twenty-seven columns again and again took the longest. peewee calls the
# table that is selected from t1 and the one that is joined t2.
_SESSIONS = peewee.SQL(f"{_columns_of('t1', _SESSION_COLUMNS)}, {_columns_of('t2', _GRANT_COLUMNS)}")
_GRANTS = peewee.SQL(_columns_of("t1", _GRANT_COLUMNS))


def held_by(kind: str, subject: str) -> Any:
    """Condition: grants of this holder."""
    return (G.kind == kind) & (G.subject == subject)


def same_login(login: str) -> Any:
    """Condition: grants shown under this login; ASCII letters in either case."""
    return (G.login == login) | (peewee.fn.LOWER(G.login) == login.lower())


def find(db: peewee.SqliteDatabase, *where: Any, newest: int | None = None) -> list[Session]:
    """Sessions with their grants, oldest first.

    Args:
        db: the store's.
        where: conditions on `S` and `G`.
        newest: when given, only the newest so many, newest first.
    """
    query = S.select(_SESSIONS).join(G, on=(S.grant == G.id))
    query = query.where(*where) if where else query
    query = query.order_by(S.id) if newest is None else query.order_by(S.id.desc()).limit(newest)
    # The rows as SQLite has them: numbers and texts alone, so there is nothing that peewee would have to convert.
    return [_session(row) for row in db.execute(query).fetchall()]


def find_ids(db: peewee.SqliteDatabase, ids: Iterable[int], *where: Any) -> list[Session]:
    """Those of the sessions `ids` that fulfil `where`."""
    found: list[Session] = []
    for chunk in peewee.chunked(list(ids), 500):
        found += find(db, S.id.in_(list(chunk)), *where)
    return found


def unsettled_of(db: peewee.SqliteDatabase, grant_ids: Iterable[int]) -> list[Session]:
    """All sessions of these grants that the kernel may still hold: the open ones, and those ended but not settled."""
    found: list[Session] = []
    for chunk in peewee.chunked(list(grant_ids), 500):
        found += find(db, S.grant.in_(list(chunk)), S.settled == 0)
    return found


def _session(row: tuple[Any, ...]) -> Session:
    return Session(row[0], Grant(*row[11:]), Device(row[1], row[2], row[3]), *row[4:11])


def grants(db: peewee.SqliteDatabase, *where: Any) -> list[Grant]:
    """Grants, newest first.

    Args:
        db: the store's.
        where: conditions on `G`.
    """
    query = G.select(_GRANTS).where(*where).order_by(G.id.desc())
    return [Grant(*row) for row in query.tuples().execute(db)]


def add_grant(db: peewee.SqliteDatabase, terms: Terms) -> int:
    """Keep a new grant; returns its number."""
    return int(G.insert(**_columns(terms), down_used_octets=0, up_used_octets=0).execute(db))


def change_grant(db: peewee.SqliteDatabase, grant_id: int, terms: Terms) -> None:
    """Bring a grant to new terms; what was used stays."""
    G.update(**_columns(terms)).where(G.id == grant_id).execute(db)


def extend_grant(db: peewee.SqliteDatabase, grant_id: int, add_s: int, add_octets: int) -> None:
    """Add time and data to a grant, now and whenever its method's terms are set anew; what is unlimited stays so."""
    G.update(
        ends_at=G.ends_at + add_s,
        down_limit_octets=G.down_limit_octets + add_octets,
        up_limit_octets=G.up_limit_octets + add_octets,
        extra_s=G.extra_s + add_s,
        extra_octets=G.extra_octets + add_octets,
    ).where(G.id == grant_id).execute(db)


def adjust_grants(db: peewee.SqliteDatabase, ids: Sequence[int], ends_at: int | None, down: int | None, up: int | None) -> None:
    """Set end and data limits of grants."""
    G.update(ends_at=ends_at, down_limit_octets=down, up_limit_octets=up).where(G.id.in_(list(ids))).execute(db)


def forget_holders(db: peewee.SqliteDatabase, names: Sequence[str], now: int) -> None:
    """Take names out of the grants that were held under them, and withdraw those."""
    named = G.subject.in_(list(names)) | G.login.in_(list(names))
    nameless = peewee.fn.PRINTF("forgotten %d", G.id)
    G.update(subject=nameless, login="", revoked_at=peewee.fn.COALESCE(G.revoked_at, now)).where(named).execute(db)


def forget_devices(db: peewee.SqliteDatabase, macs: Sequence[str], reason: str) -> None:
    """Take the device out of settled sessions of these devices, and out of those that ended for `reason`."""
    S.update(mac="", address="").where(S.settled == 1, S.mac != "", S.mac.in_(list(macs)) | (S.end_reason == reason)).execute(db)


def count_open(db: peewee.SqliteDatabase) -> int:
    """How many sessions are open."""
    return int(S.select().where(OPEN).count(db))


def _columns(terms: Terms) -> dict[str, Any]:
    return {name: getattr(terms, name) for name in Terms.__dataclass_fields__}


def revoke(db: peewee.SqliteDatabase, ids: Sequence[int], now: int) -> None:
    """Withdraw grants."""
    G.update(revoked_at=now).where(G.id.in_(list(ids)), G.revoked_at.is_null()).execute(db)


def add_session(db: peewee.SqliteDatabase, grant_id: int, device: Device, mark: int, now: int) -> int:
    """Keep a new open session; returns its number."""
    row = {"grant": grant_id, "mac": device.mac, "address": device.address, "network": device.network, "mark": mark}
    return int(S.insert(**row, started_at=now, down_octets=0, up_octets=0, counted_at=now, settled=0).execute(db))


def move(db: peewee.SqliteDatabase, session_id: int, address: str) -> None:
    """Remember the address that a session's device has now."""
    S.update(address=address).where(S.id == session_id).execute(db)


def touch(db: peewee.SqliteDatabase, ids: Sequence[int], now: int) -> None:
    """Start the idle time of open sessions anew."""
    _many(db, "UPDATE session SET counted_at = ? WHERE id = ? AND ended_at IS NULL", [(now, each) for each in ids])


def count(db: peewee.SqliteDatabase, counts: Iterable[tuple[int, Octets]], now: int) -> None:
    """Write down what open sessions have used; a count never shrinks."""
    statement = (
        "UPDATE session SET down_octets = MAX(down_octets, ?), up_octets = MAX(up_octets, ?), counted_at = ? "
        "WHERE id = ? AND ended_at IS NULL"
    )
    _many(db, statement, [(octets.down, octets.up, now, each) for each, octets in counts])


def end(db: peewee.SqliteDatabase, ended: Sequence[Session]) -> None:
    """Close open sessions with the counts and reasons that they carry, and add the counts to their grants."""
    statement = "UPDATE session SET down_octets = ?, up_octets = ?, ended_at = ?, end_reason = ? WHERE id = ? AND ended_at IS NULL"
    _many(db, statement, [(s.down_octets, s.up_octets, s.ended_at, s.end_reason, s.id) for s in ended])
    _use(db, [(s.down_octets, s.up_octets, s.grant.id) for s in ended])


def settle(db: peewee.SqliteDatabase, finals: Sequence[tuple[Session, Octets]]) -> None:
    """Write down the last counts of ended sessions, and add what came on top to their grants."""
    statement = "UPDATE session SET down_octets = ?, up_octets = ?, settled = 1 WHERE id = ?"
    _many(db, statement, [(octets.down, octets.up, s.id) for s, octets in finals])
    _use(db, [(octets.down - s.down_octets, octets.up - s.up_octets, s.grant.id) for s, octets in finals])


def _use(db: peewee.SqliteDatabase, rows: Iterable[tuple[int, int, int]]) -> None:
    statement = "UPDATE access_grant SET down_used_octets = down_used_octets + ?, up_used_octets = up_used_octets + ? WHERE id = ?"
    _many(db, statement, [row for row in rows if row[0] or row[1]])


def _many(db: peewee.SqliteDatabase, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        db.cursor().executemany(statement, rows)


def marks(db: peewee.SqliteDatabase, first: int, last: int) -> set[int]:
    """Marks in use from `first` to `last`."""
    query = S.select(S.mark).where(S.settled == 0, S.mark.between(first, last))
    return {row[0] for row in query.tuples().execute(db)}


def newest_mark(db: peewee.SqliteDatabase) -> int:
    """The mark given out last; 0 before the first."""
    return next((row[0] for row in S.select(S.mark).order_by(S.id.desc()).limit(1).tuples().execute(db)), 0)


def forget_sessions(db: peewee.SqliteDatabase, before: int, newest: int, most: int) -> int:
    """Delete settled sessions that ended before a moment or are not among the newest; returns how many went.

    Args:
        db: the store's.
        before: seconds since the epoch.
        newest: how many rows may stay at most.
        most: delete no more than so many now.
    """
    last = S.select(peewee.fn.MAX(S.id)).scalar(db) or 0
    old = S.select(S.id).where(S.settled == 1, (S.ended_at < before) | (S.id <= last - newest)).limit(most)
    return int(S.delete().where(S.id.in_(old)).execute(db))


def forget_grants(db: peewee.SqliteDatabase, before: int, most: int) -> int:
    """Delete grants that ended or were withdrawn before a moment and that no session names; returns how many went."""
    named = S.select(S.id).where(S.grant == G.id)
    old = G.select(G.id).where((G.ends_at < before) | (G.revoked_at < before), ~peewee.fn.EXISTS(named)).limit(most)
    return int(G.delete().where(G.id.in_(old)).execute(db))
