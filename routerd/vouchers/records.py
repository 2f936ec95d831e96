"""The vouchers' table. Nobody but vouchers imports this."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import peewee

from routerd.core.errors import Conflict
from routerd.vouchers.model import Voucher, folded

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


def _values(voucher: Voucher) -> tuple[Any, ...]:
    return (folded(voucher.username), *(getattr(voucher, name) for name in _NAMES[1:]))
