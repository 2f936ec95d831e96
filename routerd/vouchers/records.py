"""The vouchers' table. Nobody but vouchers imports this."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import peewee

from routerd.core.errors import Conflict
from routerd.vouchers.model import Batch, Listed, Voucher, Wanted, folded

ROWS_A_STATEMENT = 40
"""Rows that one INSERT carries: 19 values each stay below SQLite's oldest limit of 999."""


class VoucherRow(peewee.Model):
    """One voucher."""

    id = peewee.AutoField()
    username = peewee.CharField(max_length=64)
    folded = peewee.TextField(unique=True)
    passcode = peewee.CharField(max_length=64)
    fullname = peewee.CharField(max_length=128)
    valid_for = peewee.CharField(max_length=16)
    valid_from = peewee.IntegerField()
    download_limit_mb = peewee.IntegerField()
    upload_limit_mb = peewee.IntegerField()
    down_kbit = peewee.IntegerField()
    up_kbit = peewee.IntegerField()
    devices = peewee.IntegerField()
    comment = peewee.CharField(max_length=255)
    batch = peewee.CharField(max_length=64, index=True)
    created_at = peewee.IntegerField()
    last_modified = peewee.IntegerField()
    first_login = peewee.IntegerField(null=True)
    last_login = peewee.IntegerField(null=True)
    mac = peewee.CharField(max_length=17, null=True)
    extra_s = peewee.IntegerField(default=0)

    class Meta:
        table_name = "voucher"


_NAMES = tuple(Voucher.__dataclass_fields__)
_COLUMNS = peewee.SQL(", ".join(f'"t1"."{name}"' for name in _NAMES))
"""As text, which peewee need not make anew for each sign-in; t1 is what it calls the only table."""
_INSERTED = ("folded", *_NAMES[1:])
_INSERT = f"INSERT INTO voucher ({', '.join(_INSERTED)}) VALUES ({', '.join('?' * len(_INSERTED))})"  # noqa: S608 - column names


def add(db: peewee.SqliteDatabase, voucher: Voucher) -> int:
    """Keep a voucher (its `id` is ignored); returns its number.

    Raises:
        Conflict: the username is taken.
    """
    try:
        return int(db.execute_sql(_INSERT, _values(voucher)).lastrowid)
    except peewee.IntegrityError:
        raise Conflict("Username already exists") from None


def add_all(db: peewee.SqliteDatabase, vouchers: Sequence[Voucher]) -> None:
    """Keep many at once; their usernames must be free."""
    rows = [dict(zip(_INSERTED, _values(voucher), strict=True)) for voucher in vouchers]
    for chunk in peewee.chunked(rows, ROWS_A_STATEMENT):
        VoucherRow.insert_many(chunk).execute(db)


def find(db: peewee.SqliteDatabase, username: str) -> Voucher | None:
    """The voucher of that name, or None."""
    rows = VoucherRow.select(_COLUMNS).where(VoucherRow.folded == folded(username)).tuples().execute(db)
    return next((Voucher(*row) for row in rows), None)


def everything(db: peewee.SqliteDatabase, after: int = 0) -> Iterator[Voucher]:
    """All vouchers whose number is above `after`, oldest first."""
    query = VoucherRow.select(_COLUMNS).where(VoucherRow.id > after).order_by(VoucherRow.id)
    return (Voucher(*row) for row in query.tuples().execute(db))


def newest(db: peewee.SqliteDatabase) -> int:
    """The highest number in use; 0 when there are none."""
    return int(VoucherRow.select(peewee.fn.MAX(VoucherRow.id)).scalar(db) or 0)


def taken(db: peewee.SqliteDatabase, usernames: Iterable[str]) -> set[str]:
    """Which of these usernames exist, folded."""
    found: set[str] = set()
    for chunk in peewee.chunked([folded(username) for username in usernames], 500):
        rows = VoucherRow.select(VoucherRow.folded).where(VoucherRow.folded.in_(list(chunk))).tuples().execute(db)
        found.update(row[0] for row in rows)
    return found


def remove(db: peewee.SqliteDatabase, voucher_id: int) -> None:
    """Forget a voucher."""
    VoucherRow.delete().where(VoucherRow.id == voucher_id).execute(db)


def change(db: peewee.SqliteDatabase, voucher_id: int, **values: Any) -> None:
    """Set columns of a voucher."""
    VoucherRow.update(**values).where(VoucherRow.id == voucher_id).execute(db)


def by_ids(db: peewee.SqliteDatabase, ids: Iterable[int]) -> list[Voucher]:
    """Those of the vouchers that exist, oldest first."""
    found: list[Voucher] = []
    for chunk in peewee.chunked(sorted(set(ids)), 500):
        query = VoucherRow.select(_COLUMNS).where(VoucherRow.id.in_(list(chunk))).order_by(VoucherRow.id)
        found += [Voucher(*row) for row in query.tuples().execute(db)]
    return found


def of_batch(db: peewee.SqliteDatabase, batch: str, most: int) -> list[Voucher]:
    """The vouchers of a batch, oldest first."""
    query = VoucherRow.select(_COLUMNS).where(VoucherRow.batch == batch).order_by(VoucherRow.id).limit(most)
    return [Voucher(*row) for row in query.tuples().execute(db)]


def remove_many(db: peewee.SqliteDatabase, ids: Iterable[int]) -> None:
    """Forget many vouchers."""
    for chunk in peewee.chunked(list(ids), 500):
        VoucherRow.delete().where(VoucherRow.id.in_(list(chunk))).execute(db)


def forget_devices(db: peewee.SqliteDatabase, macs: Sequence[str]) -> None:
    """Forget that these devices used vouchers."""
    VoucherRow.update(mac=None).where(VoucherRow.mac.in_(list(macs))).execute(db)


_LASTS = """CASE WHEN t1.valid_for LIKE '% hour%' THEN CAST(t1.valid_for AS INTEGER) * 3600 + t1.extra_s
WHEN t1.valid_for LIKE '% day%' THEN CAST(t1.valid_for AS INTEGER) * 86400 + t1.extra_s END"""
"""How long a voucher lasts, in SQL; `Voucher.lasts_s` says the same."""

_UNTIL = {
    "first_login": f"(MAX(t1.first_login, t1.valid_from) + {_LASTS})",
    "valid_from": f"(t1.valid_from + {_LASTS})",
}
"""When a voucher ends, by the clock that runs; NULL while it does not run."""


def _state(clock: str, now: int) -> str:
    return f"""CASE WHEN {_UNTIL[clock]} <= {int(now)} THEN 'expired' WHEN t1.first_login IS NOT NULL THEN 'active'
    WHEN t1.valid_from > {int(now)} THEN 'later' ELSE 'unused' END"""


def search(db: peewee.SqliteDatabase, wanted: Wanted, clock: str, now: int) -> Iterator[Listed]:
    """The vouchers that are wanted, in order, with their ends and states."""
    where, values = _where(wanted, clock, now)
    falling = wanted.sort.startswith("-")
    name = wanted.sort.lstrip("-")
    key = _UNTIL[clock] if name == "until" else "t1.folded" if name == "username" else f"t1.{name}"
    order = f"{key} IS NULL, {key} {'DESC' if falling else 'ASC'}, t1.id {'DESC' if falling else 'ASC'}"
    columns = f"{_COLUMNS.sql}, {_UNTIL[clock]}, {_state(clock, now)}"
    most = -1 if wanted.most is None else wanted.most
    # Nothing in this text comes from outside: clock and sort are names of this module's, checked by the service.
    statement = f"SELECT {columns} FROM voucher AS t1 WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
    for row in db.execute_sql(statement, (*values, most, wanted.offset)):
        yield Listed(Voucher(*row[:-2]), row[-2], row[-1])


def count(db: peewee.SqliteDatabase, wanted: Wanted, clock: str, now: int) -> int:
    """How many there are, leaving offset and most aside."""
    where, values = _where(wanted, clock, now)
    return int(db.execute_sql(f"SELECT COUNT(*) FROM voucher AS t1 WHERE {where}", values).fetchone()[0])  # noqa: S608


def batches(db: peewee.SqliteDatabase, clock: str, now: int) -> list[Batch]:
    """All batches, the newest first."""
    state = _state(clock, now)
    statement = f"""SELECT t1.batch, COUNT(*), SUM({state} IN ('unused', 'later')), SUM({state} = 'active'), SUM({state} = 'expired'),
        MIN(t1.created_at) FROM voucher AS t1 WHERE t1.batch != '' GROUP BY t1.batch ORDER BY MAX(t1.id) DESC"""  # noqa: S608
    return [Batch(*row) for row in db.execute_sql(statement)]


def _where(wanted: Wanted, clock: str, now: int) -> tuple[str, tuple[Any, ...]]:
    conditions, values = ["1"], []
    if wanted.search:
        part = _part(wanted.search)
        conditions.append(
            "(t1.folded LIKE ? ESCAPE '!' OR t1.fullname LIKE ? ESCAPE '!' OR t1.comment LIKE ? ESCAPE '!' OR t1.mac LIKE ? ESCAPE '!')"
        )
        values += [_part(folded(wanted.search)), part, part, part]
    if wanted.batch:
        conditions.append("t1.batch = ?")
        values.append(wanted.batch)
    if wanted.state:
        conditions.append(f"({_state(clock, now)}) = ?")
        values.append(wanted.state)
    return " AND ".join(conditions), tuple(values)


def _part(text: str) -> str:
    """A LIKE pattern for what contains `text`."""
    for special in "!%_":
        text = text.replace(special, f"!{special}")
    return f"%{text}%"


def _values(voucher: Voucher) -> tuple[Any, ...]:
    return (folded(voucher.username), *(getattr(voucher, name) for name in _NAMES[1:]))
