"""The network domain's table: what guests may reach before they sign in."""

import peewee


class GardenEntry(peewee.Model):
    """One name (with everything below it), address or prefix of the walled garden."""

    id = peewee.AutoField()
    target = peewee.CharField(max_length=255, unique=True)
    created_at = peewee.IntegerField()

    class Meta:
        table_name = "garden_entry"
