"""The access lists' table. Nobody but acl imports this."""

from collections.abc import Iterable, Iterator
from typing import Any

import peewee

from routerd.acl.model import Rule


class AclRow(peewee.Model):
    """One rule."""

    id = peewee.AutoField()
    position = peewee.IntegerField()
    type = peewee.CharField(max_length=8)
    host = peewee.CharField(max_length=253)
    rule_type = peewee.CharField(max_length=16)
    pattern = peewee.TextField()
    action = peewee.CharField(max_length=8)
    enabled = peewee.BooleanField()
    description = peewee.CharField(max_length=255)
    created_at = peewee.IntegerField()

    class Meta:
        table_name = "acl_rule"


_COLUMNS = tuple(getattr(AclRow, name) for name in Rule.__dataclass_fields__)
ROWS_A_STATEMENT = 80


def everything(db: peewee.SqliteDatabase) -> Iterator[Rule]:
    """All rules, in their order."""
    rows = AclRow.select(*_COLUMNS).order_by(AclRow.position, AclRow.id).tuples().execute(db)
    return (Rule(*row) for row in rows)


def find(db: peewee.SqliteDatabase, number: int) -> Rule | None:
    """One rule; None when there is none of that number."""
    rows = AclRow.select(*_COLUMNS).where(AclRow.id == number).tuples().execute(db)
    return next((Rule(*row) for row in rows), None)


def count(db: peewee.SqliteDatabase) -> int:
    """How many rules there are."""
    return int(AclRow.select().count(db))


def last_position(db: peewee.SqliteDatabase) -> int:
    """The highest position in use; 0 when there are no rules."""
    return int(AclRow.select(peewee.fn.MAX(AclRow.position)).scalar(db) or 0)


def add(db: peewee.SqliteDatabase, rules: Iterable[dict[str, Any]]) -> None:
    """Keep rules."""
    for chunk in peewee.chunked(rules, ROWS_A_STATEMENT):
        AclRow.insert_many(list(chunk)).execute(db)


def newest(db: peewee.SqliteDatabase, many: int) -> list[Rule]:
    """The rules that were added last, the oldest of them first."""
    rows = AclRow.select(*_COLUMNS).order_by(AclRow.id.desc()).limit(many).tuples().execute(db)
    return [Rule(*row) for row in rows][::-1]


def change(db: peewee.SqliteDatabase, number: int, **values: Any) -> None:
    """Set columns of a rule."""
    AclRow.update(**values).where(AclRow.id == number).execute(db)


def make_room(db: peewee.SqliteDatabase, position: int) -> None:
    """Move every rule from this position on by one."""
    AclRow.update(position=AclRow.position + 1).where(AclRow.position >= position).execute(db)


def remove(db: peewee.SqliteDatabase, number: int) -> None:
    """Forget a rule."""
    AclRow.delete().where(AclRow.id == number).execute(db)
