"""The bans' table. Nobody but bans imports this."""

from collections.abc import Iterable, Iterator

import peewee

from routerd.bans.model import Ban
from routerd.core.ruling import Ruling


class BanRow(peewee.Model):
    """One ban."""

    client = peewee.CharField(max_length=45, primary_key=True)
    began = peewee.IntegerField()
    until = peewee.IntegerField()
    rule_id = peewee.CharField(max_length=64)
    rule_name = peewee.CharField(max_length=200)
    attack_type = peewee.CharField(max_length=32)
    direct = peewee.BooleanField()

    class Meta:
        table_name = "ban"


_COLUMNS = (BanRow.client, BanRow.began, BanRow.until, BanRow.rule_id, BanRow.rule_name, BanRow.attack_type, BanRow.direct)
ROWS_A_STATEMENT = 100


def everything(db: peewee.SqliteDatabase, now: float) -> Iterator[Ban]:
    """Those that are not over."""
    for client, began, until, rule_id, name, kind, direct in BanRow.select(*_COLUMNS).where(BanRow.until > now).tuples().execute(db):
        yield Ban(client, began, until, Ruling("block", rule_id, name, kind, "REMOTE_ADDR"), direct)


def keep(db: peewee.SqliteDatabase, bans: Iterable[Ban]) -> None:
    """Write bans down, over those of the same clients."""
    rows = [
        (ban.client, int(ban.began), int(ban.until), ban.why.rule_id, ban.why.rule_name, ban.why.attack_type, ban.direct) for ban in bans
    ]
    for chunk in peewee.chunked(rows, ROWS_A_STATEMENT):
        BanRow.insert_many(list(chunk), fields=list(_COLUMNS)).on_conflict("REPLACE").execute(db)


def remove(db: peewee.SqliteDatabase, clients: Iterable[str]) -> None:
    """Forget bans."""
    for chunk in peewee.chunked(list(clients), 500):
        BanRow.delete().where(BanRow.client.in_(list(chunk))).execute(db)


def remove_over(db: peewee.SqliteDatabase, now: float) -> None:
    """Forget those that are over."""
    BanRow.delete().where(BanRow.until <= now).execute(db)
