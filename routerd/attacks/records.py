"""The attack log's table. Nobody but attacks imports this. What changes rows is called inside `Store.write` only."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import peewee

from routerd.attacks.model import Attack, Filter, Found, Group, Top


class AttackRow(peewee.Model):
    """One request that was refused, or would have been."""

    id = peewee.AutoField()
    at = peewee.IntegerField(index=True)
    site = peewee.CharField(max_length=64)
    method = peewee.CharField(max_length=32)
    url = peewee.TextField()
    host = peewee.CharField(max_length=255)
    client_ip = peewee.CharField(max_length=45, index=True)
    rule_id = peewee.CharField(max_length=64, index=True)
    rule_name = peewee.TextField()
    attack_type = peewee.CharField(max_length=32)
    action = peewee.CharField(max_length=16)
    status = peewee.IntegerField()
    variable = peewee.TextField()
    value = peewee.TextField()
    request_head = peewee.TextField()
    request_id = peewee.CharField(max_length=32)
    score = peewee.IntegerField()
    found = peewee.TextField()

    class Meta:
        table_name = "attack"


_NAMES = tuple(name for name in Attack.__dataclass_fields__ if name != "id")
_ADD = f"INSERT INTO attack ({', '.join(_NAMES)}) VALUES ({', '.join('?' * len(_NAMES))})"  # noqa: S608 - column names
_COLUMNS = [getattr(AttackRow, name) for name in (*_NAMES, "id")]
_TOP_MOST = 10

FORGOTTEN_AT_ONCE = 10_000
"""Rows that one change deletes at most: others who write wait no longer than a tenth of a second."""


def add(db: peewee.SqliteDatabase, attacks: Iterable[Attack]) -> None:
    """Keep entries; their `id` is ignored."""
    connection = db.connection()
    connection.executemany(_ADD, map(_values, attacks))


def page(db: peewee.SqliteDatabase, wanted: Filter, most: int, offset: int = 0) -> list[Attack]:
    """Entries, newest first."""
    query = AttackRow.select(*_COLUMNS).where(*_conditions(wanted)).order_by(AttackRow.id.desc()).limit(most).offset(offset)
    return [_attack(row) for row in query.tuples().execute(db)]


def after(db: peewee.SqliteDatabase, wanted: Filter, number: int, most: int) -> list[Attack]:
    """Entries with a higher number than this, oldest first."""
    query = AttackRow.select(*_COLUMNS).where(AttackRow.id > number, *_conditions(wanted)).order_by(AttackRow.id).limit(most)
    return [_attack(row) for row in query.tuples().execute(db)]


def find(db: peewee.SqliteDatabase, number: int) -> Attack | None:
    """One entry."""
    rows = AttackRow.select(*_COLUMNS).where(AttackRow.id == number).tuples().execute(db)
    return next((_attack(row) for row in rows), None)


def count(db: peewee.SqliteDatabase, wanted: Filter) -> int:
    """How many there are."""
    return int(AttackRow.select(peewee.fn.COUNT(AttackRow.id)).where(*_conditions(wanted)).scalar(db))


def top(db: peewee.SqliteDatabase, wanted: Filter) -> tuple[Top, ...]:
    """The rules that were named most often."""
    many = peewee.fn.COUNT(AttackRow.id)
    query = AttackRow.select(AttackRow.rule_id, peewee.fn.MAX(AttackRow.rule_name), many).where(*_conditions(wanted))
    return tuple(Top(*row) for row in query.group_by(AttackRow.rule_id).order_by(many.desc()).limit(_TOP_MOST).tuples().execute(db))


def groups(db: peewee.SqliteDatabase, wanted: Filter, most: int, offset: int) -> list[Group]:
    """Addresses, those with most entries first."""
    many, fn = peewee.fn.COUNT(AttackRow.id), peewee.fn
    query = AttackRow.select(AttackRow.client_ip, many, fn.MIN(AttackRow.at), fn.MAX(AttackRow.at), fn.COUNT(AttackRow.host.distinct()))
    query = query.where(*_conditions(wanted)).group_by(AttackRow.client_ip).order_by(many.desc(), AttackRow.client_ip)
    return [Group(*row) for row in query.limit(most).offset(offset).tuples().execute(db)]


def delete(db: peewee.SqliteDatabase, ids: Sequence[int]) -> int:
    """Delete some entries; returns how many there were."""
    return sum(AttackRow.delete().where(AttackRow.id.in_(some)).execute(db) for some in peewee.chunked(ids, 500))


def delete_oldest(db: peewee.SqliteDatabase, wanted: Filter) -> int:
    """Delete up to FORGOTTEN_AT_ONCE entries; returns how many there were."""
    oldest = AttackRow.select(AttackRow.id).where(*_conditions(wanted)).order_by(AttackRow.id).limit(FORGOTTEN_AT_ONCE)
    return int(AttackRow.delete().where(AttackRow.id.in_(oldest)).execute(db))


def forget(db: peewee.SqliteDatabase, rows_most: int, oldest: int) -> int:
    """Delete what is beyond the newest `rows_most` entries or before `oldest`, up to FORGOTTEN_AT_ONCE; returns how many."""
    beyond = AttackRow.select(AttackRow.id).order_by(AttackRow.id.desc()).limit(1).offset(rows_most).scalar(db) or 0
    old = AttackRow.select(AttackRow.id).where((AttackRow.id <= beyond) | (AttackRow.at < oldest)).limit(FORGOTTEN_AT_ONCE)
    return int(AttackRow.delete().where(AttackRow.id.in_(old)).execute(db))


def _conditions(wanted: Filter) -> list[Any]:
    row = AttackRow
    equal = ((getattr(row, name), getattr(wanted, name)) for name in ("host", "client_ip", "method", "rule_id", "site", "attack_type"))
    conditions: list[Any] = [column == value for column, value in equal if value]
    conditions += [row.action.in_(wanted.actions)] if wanted.actions else []
    conditions += [row.at >= wanted.since] if wanted.since is not None else []
    conditions += [row.at <= wanted.until] if wanted.until is not None else []
    return conditions or [row.id > 0]


def _values(attack: Attack) -> tuple[object, ...]:
    found = [(each.rule_id, each.message, each.variable, each.value, each.observed) for each in attack.found]
    return (*(getattr(attack, name) for name in _NAMES[:-1]), msgspec.json.encode(found).decode())


def _attack(row: tuple[Any, ...]) -> Attack:
    found = tuple(Found(*each) for each in msgspec.json.decode(row[-2]))
    return Attack(*(*row[:-2], found, row[-1]))
