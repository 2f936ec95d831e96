"""Tables of the social domain. Only this package reads or writes them."""

import peewee


class SocialGrantRow(peewee.Model):
    """Since when an account has its grant, and when it may have another."""

    holder = peewee.CharField(64, primary_key=True)
    starts_at = peewee.IntegerField()
    over_at = peewee.IntegerField(index=True)

    class Meta:
        table_name = "social_grant"


R = SocialGrantRow


def running_since(db: peewee.SqliteDatabase, holder: str, now: int) -> int | None:
    """When the holder's grant that is not over began."""
    query = R.select(R.starts_at).where(R.holder == holder, R.over_at > now)
    return next((row[0] for row in query.tuples().execute(db)), None)


def hold(db: peewee.SqliteDatabase, holder: str, starts_at: int, over_at: int) -> None:
    """The holder has a grant from then until then."""
    R.insert(holder=holder, starts_at=starts_at, over_at=over_at).on_conflict("REPLACE").execute(db)


def forget_over(db: peewee.SqliteDatabase, now: int) -> None:
    """Delete what is over."""
    R.delete().where(R.over_at <= now).execute(db)
