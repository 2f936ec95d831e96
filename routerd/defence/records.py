"""Tables of exclusions and of rules that are not as they are written. Nobody but the defence imports this.

What changes rows is called inside `Store.write` only.
"""

from collections.abc import Iterable

import peewee

from routerd.defence.exclusions import Exclusion


class ExclusionRow(peewee.Model):
    """One exclusion."""

    id = peewee.AutoField()
    site = peewee.CharField(max_length=64)
    rule_id = peewee.IntegerField()
    variable = peewee.TextField()
    path = peewee.TextField()
    note = peewee.TextField()
    created_at = peewee.IntegerField()

    class Meta:
        table_name = "exclusion"


class RuleStateRow(peewee.Model):
    """A rule that is left out, or only watched."""

    site = peewee.CharField(max_length=64)
    rule_id = peewee.IntegerField()
    state = peewee.CharField(max_length=8)

    class Meta:
        table_name = "rule_state"
        primary_key = peewee.CompositeKey("site", "rule_id")


_COLUMNS = tuple(getattr(ExclusionRow, name) for name in Exclusion.__dataclass_fields__)


def add(db: peewee.SqliteDatabase, exclusion: Exclusion) -> int:
    """Keep an exclusion; returns its number."""
    values = {name: getattr(exclusion, name) for name in Exclusion.__dataclass_fields__ if name != "id"}
    return int(ExclusionRow.insert(values).execute(db))


def everything(db: peewee.SqliteDatabase) -> list[Exclusion]:
    """All exclusions, oldest first."""
    return [Exclusion(*row) for row in ExclusionRow.select(*_COLUMNS).order_by(ExclusionRow.id).tuples().execute(db)]


def delete(db: peewee.SqliteDatabase, numbers: Iterable[int]) -> int:
    """Forget exclusions; returns how many there were."""
    return int(ExclusionRow.delete().where(ExclusionRow.id.in_(list(numbers))).execute(db))


def states(db: peewee.SqliteDatabase) -> dict[tuple[str, int], str]:
    """Site and rule to state."""
    rows = RuleStateRow.select(RuleStateRow.site, RuleStateRow.rule_id, RuleStateRow.state).tuples().execute(db)
    return {(site, rule_id): state for site, rule_id, state in rows}


def set_state(db: peewee.SqliteDatabase, site: str, rule_ids: Iterable[int], state: str) -> None:
    """Have rules be in a state; empty: as they are written."""
    for rule_id in rule_ids:
        RuleStateRow.delete().where(RuleStateRow.site == site, RuleStateRow.rule_id == rule_id).execute(db)
        if state:
            RuleStateRow.insert(site=site, rule_id=rule_id, state=state).execute(db)
