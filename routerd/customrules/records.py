"""The custom rules' table. Nobody but customrules imports this."""

import json
import logging
from collections.abc import Iterator

import peewee

from routerd.core.errors import BadInput
from routerd.customrules import model
from routerd.customrules.model import Rule

log = logging.getLogger(__name__)


class CustomRuleRow(peewee.Model):
    """One rule."""

    rule_id = peewee.CharField(max_length=8, primary_key=True)
    number = peewee.IntegerField()
    name = peewee.CharField(max_length=120)
    document = peewee.TextField()
    enabled = peewee.BooleanField()
    changed_at = peewee.IntegerField()

    class Meta:
        table_name = "custom_rule"


def everything(db: peewee.SqliteDatabase) -> Iterator[Rule]:
    """All rules, in their order."""
    query = CustomRuleRow.select(CustomRuleRow.rule_id, CustomRuleRow.document).order_by(CustomRuleRow.number, CustomRuleRow.rule_id)
    for rule_id, text in query.tuples().execute(db):
        try:
            yield Rule(str(rule_id), model.read(json.loads(text)))
        except BadInput as error:
            log.warning("custom rule %s is kept in a form that is not known here, and left out: %s", rule_id, error)


def find(db: peewee.SqliteDatabase, rule_id: str) -> Rule | None:
    """One rule; None when there is none of that number."""
    query = CustomRuleRow.select(CustomRuleRow.document).where(CustomRuleRow.rule_id == rule_id)
    return next((Rule(rule_id, model.read(json.loads(row[0]))) for row in query.tuples().execute(db)), None)


def keep(db: peewee.SqliteDatabase, rule: Rule, now: int) -> None:
    """Keep a rule, in the place of the one of its number, or behind all others."""
    there = CustomRuleRow.select(CustomRuleRow.number).where(CustomRuleRow.rule_id == rule.rule_id).scalar(db)
    last = int(CustomRuleRow.select(peewee.fn.MAX(CustomRuleRow.number)).scalar(db) or 0)
    CustomRuleRow.insert(
        rule_id=rule.rule_id,
        number=last + 1 if there is None else there,
        name=rule.new.name,
        document=json.dumps(model.document(rule), ensure_ascii=False),
        enabled=rule.enabled,
        changed_at=now,
    ).on_conflict("REPLACE").execute(db)


def remove(db: peewee.SqliteDatabase, rule_id: str) -> None:
    """Forget a rule."""
    CustomRuleRow.delete().where(CustomRuleRow.rule_id == rule_id).execute(db)


def count(db: peewee.SqliteDatabase) -> int:
    """How many rules there are."""
    return int(CustomRuleRow.select().count(db))
