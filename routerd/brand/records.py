"""Brand's tables. Nobody but brand imports this."""

import peewee


class BrandRow(peewee.Model):
    """One network's brand; the empty name stands for all networks."""

    network = peewee.CharField(max_length=32, primary_key=True)
    document = peewee.TextField()
    changed_at = peewee.IntegerField()

    class Meta:
        table_name = "brand"


class PictureRow(peewee.Model):
    """One picture, as it is sent to browsers."""

    id = peewee.CharField(max_length=64, primary_key=True)
    kind = peewee.CharField(max_length=16)
    media_type = peewee.CharField(max_length=32)
    width = peewee.IntegerField()
    height = peewee.IntegerField()
    content = peewee.BlobField()
    created_at = peewee.IntegerField()

    class Meta:
        table_name = "picture"
