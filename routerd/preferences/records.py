"""Preferences' tables. Nobody but preferences imports this."""

import peewee


class PreferenceRow(peewee.Model):
    """One section's changed keys."""

    section = peewee.CharField(max_length=64, primary_key=True)
    document = peewee.TextField()
    changed_at = peewee.IntegerField()
    pending = peewee.IntegerField()
    was = peewee.TextField(null=True)

    class Meta:
        table_name = "preference"


class FailureRow(peewee.Model):
    """The last change that could not stay (id 1)."""

    id = peewee.IntegerField(primary_key=True)
    at = peewee.IntegerField()
    message = peewee.TextField()
    sections = peewee.TextField()

    class Meta:
        table_name = "preference_failure"
