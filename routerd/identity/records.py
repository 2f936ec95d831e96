"""Identity's table. Nobody but identity imports this."""

import peewee


class ApiAccessRow(peewee.Model):
    """The one row (id 1) of the action API's switches and key."""

    id = peewee.IntegerField(primary_key=True)
    post_enabled = peewee.IntegerField()
    get_enabled = peewee.IntegerField()
    key_fingerprint = peewee.CharField(max_length=64)
    key_sealed = peewee.TextField()
    rotated_at = peewee.IntegerField(null=True)

    class Meta:
        table_name = "api_access"
