"""The tunnel's table: the box's name. Nobody but tunnel imports this."""

import peewee


class TunnelRow(peewee.Model):
    """The one row (id 1)."""

    id = peewee.IntegerField(primary_key=True)
    name = peewee.CharField(max_length=32)
    named_at = peewee.IntegerField()

    class Meta:
        table_name = "tunnel"
