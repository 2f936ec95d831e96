"""The table of samples. Nobody but telemetry imports this."""

from collections.abc import Iterator

import peewee

from routerd.telemetry.model import HOUR_S, HOURS_KEPT_S, MINUTE_S, MINUTES_KEPT_S, Sample


class SampleRow(peewee.Model):
    """What passed in one step."""

    id = peewee.AutoField()
    step_s = peewee.IntegerField()
    at = peewee.IntegerField()
    down_octets = peewee.BigIntegerField()
    up_octets = peewee.BigIntegerField()
    online = peewee.IntegerField()

    class Meta:
        table_name = "traffic_sample"
        indexes = ((("step_s", "at"), True),)


_ADD = """INSERT INTO traffic_sample (step_s, at, down_octets, up_octets, online) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (step_s, at) DO UPDATE SET down_octets = down_octets + excluded.down_octets, up_octets = up_octets + excluded.up_octets,
online = MAX(online, excluded.online)"""


def add(db: peewee.SqliteDatabase, sample: Sample) -> None:
    """Add a minute, or a part of one, to its minute and its hour."""
    values = (sample.down_octets, sample.up_octets, sample.online)
    db.execute_sql(_ADD, (MINUTE_S, sample.at, *values))
    db.execute_sql(_ADD, (HOUR_S, sample.at // HOUR_S * HOUR_S, *values))


def forget(db: peewee.SqliteDatabase, now: int) -> None:
    """Forget steps that no chart shows any more, and those that lie in the future: the clock was wrong."""
    for step_s, kept_s in ((MINUTE_S, MINUTES_KEPT_S), (HOUR_S, HOURS_KEPT_S)):
        outside = (SampleRow.at < now - kept_s) | (SampleRow.at > now + step_s)
        SampleRow.delete().where(SampleRow.step_s == step_s, outside).execute(db)


def series(db: peewee.SqliteDatabase, step_s: int, first: int) -> Iterator[Sample]:
    """The steps from `first` on, oldest first."""
    query = SampleRow.select(SampleRow.at, SampleRow.down_octets, SampleRow.up_octets, SampleRow.online)
    query = query.where(SampleRow.step_s == step_s, SampleRow.at >= first).order_by(SampleRow.at)
    return (Sample(*row) for row in query.tuples().execute(db))


def newest(db: peewee.SqliteDatabase) -> int | None:
    """When the newest minute began; None before the first."""
    found: int | None = SampleRow.select(peewee.fn.MAX(SampleRow.at)).where(SampleRow.step_s == MINUTE_S).scalar(db)
    return found
