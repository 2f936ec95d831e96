"""The counters' tables: rules, log, key. Nobody but cc imports this."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import peewee

from routerd.cc.model import Entry, Rule, RuleStat


class CcRuleRow(peewee.Model):
    """One rule."""

    id = peewee.AutoField()
    host = peewee.CharField(max_length=253)
    path = peewee.CharField(max_length=1024)
    threshold = peewee.IntegerField()
    window = peewee.IntegerField()
    ban_duration = peewee.IntegerField()
    action = peewee.CharField(max_length=16)
    enabled = peewee.BooleanField()
    hits = peewee.IntegerField()

    class Meta:
        table_name = "cc_rule"


class CcLogRow(peewee.Model):
    """One client that went over a rule."""

    id = peewee.AutoField()
    rule_id = peewee.IntegerField()
    client = peewee.CharField(max_length=45)
    host = peewee.CharField(max_length=253)
    path = peewee.CharField(max_length=1024)
    action = peewee.CharField(max_length=16)
    at = peewee.IntegerField(index=True)
    until = peewee.IntegerField()
    requests = peewee.IntegerField()

    class Meta:
        table_name = "cc_log"


class CcKeyRow(peewee.Model):
    """The key (id 1)."""

    id = peewee.IntegerField(primary_key=True)
    sealed = peewee.TextField()

    class Meta:
        table_name = "cc_key"


_RULE = tuple(getattr(CcRuleRow, name) for name in Rule.__dataclass_fields__)
_ENTRY = tuple(getattr(CcLogRow, name) for name in Entry.__dataclass_fields__)
ROWS_A_STATEMENT = 80


def rules(db: peewee.SqliteDatabase) -> Iterator[Rule]:
    """All rules, oldest first."""
    return (Rule(*row) for row in CcRuleRow.select(*_RULE).order_by(CcRuleRow.id).tuples().execute(db))


def find(db: peewee.SqliteDatabase, number: int) -> Rule | None:
    """One rule; None when there is none of that number."""
    rows = CcRuleRow.select(*_RULE).where(CcRuleRow.id == number).tuples().execute(db)
    return next((Rule(*row) for row in rows), None)


def add(db: peewee.SqliteDatabase, **values: Any) -> int:
    """Keep a rule; returns its number."""
    return int(CcRuleRow.insert(hits=0, **values).execute(db))


def change(db: peewee.SqliteDatabase, number: int, **values: Any) -> None:
    """Set columns of a rule."""
    CcRuleRow.update(**values).where(CcRuleRow.id == number).execute(db)


def remove(db: peewee.SqliteDatabase, number: int) -> None:
    """Forget a rule."""
    CcRuleRow.delete().where(CcRuleRow.id == number).execute(db)


def note(db: peewee.SqliteDatabase, entries: Sequence[Entry], most: int) -> None:
    """Write entries down (their `id` is ignored), count them to their rules, and forget the oldest beyond `most`."""
    rows = [tuple(getattr(entry, name) for name in Entry.__dataclass_fields__)[1:] for entry in entries]
    for chunk in peewee.chunked(rows, ROWS_A_STATEMENT):
        CcLogRow.insert_many(list(chunk), fields=list(_ENTRY[1:])).execute(db)
    for entry in entries:
        CcRuleRow.update(hits=CcRuleRow.hits + 1).where(CcRuleRow.id == entry.rule_id).execute(db)
    newest = int(CcLogRow.select(peewee.fn.MAX(CcLogRow.id)).scalar(db) or 0)
    CcLogRow.delete().where(CcLogRow.id <= newest - most).execute(db)


def logs(db: peewee.SqliteDatabase, offset: int, most: int) -> list[Entry]:
    """Entries, the newest first."""
    rows = CcLogRow.select(*_ENTRY).order_by(CcLogRow.id.desc()).offset(offset).limit(most).tuples().execute(db)
    return [Entry(*row) for row in rows]


def count(db: peewee.SqliteDatabase, since: float = 0) -> int:
    """How many entries there are since a moment."""
    return int(CcLogRow.select().where(CcLogRow.at >= since).count(db))


def forget(db: peewee.SqliteDatabase, ids: Iterable[int]) -> int:
    """Delete entries; returns how many there were."""
    chunks = (list(chunk) for chunk in peewee.chunked(list(ids), 500))
    return sum(int(CcLogRow.delete().where(CcLogRow.id.in_(chunk)).execute(db)) for chunk in chunks)


def forget_all(db: peewee.SqliteDatabase) -> int:
    """Delete every entry; returns how many there were."""
    return int(CcLogRow.delete().execute(db))


def top(db: peewee.SqliteDatabase, most: int) -> list[tuple[str, int]]:
    """Clients that are most often in the log, with how often."""
    times = peewee.fn.COUNT(CcLogRow.id)
    query = CcLogRow.select(CcLogRow.client, times).group_by(CcLogRow.client).order_by(times.desc(), CcLogRow.client).limit(most)
    return [(str(client), int(many)) for client, many in query.tuples().execute(db)]


def stats(db: peewee.SqliteDatabase) -> list[RuleStat]:
    """Each rule with its hits, the one with the most first."""
    query = CcRuleRow.select(CcRuleRow.id, CcRuleRow.host, CcRuleRow.path, CcRuleRow.hits)
    return [RuleStat(*row) for row in query.order_by(CcRuleRow.hits.desc(), CcRuleRow.id).tuples().execute(db)]


def key(db: peewee.SqliteDatabase) -> str:
    """The key, sealed; empty while there is none."""
    return next((str(row[0]) for row in CcKeyRow.select(CcKeyRow.sealed).where(CcKeyRow.id == 1).tuples().execute(db)), "")


def keep_key(db: peewee.SqliteDatabase, sealed: str) -> None:
    """Keep the key."""
    CcKeyRow.insert(id=1, sealed=sealed).on_conflict("REPLACE").execute(db)
