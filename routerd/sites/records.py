"""Tables of the sites. Nobody but sites imports this."""

from collections.abc import Iterable

import peewee

from routerd.core.errors import NotFound


class CertificateRow(peewee.Model):
    """One certificate with its sealed key."""

    id = peewee.AutoField()
    name = peewee.CharField(max_length=128, unique=True)
    self_signed = peewee.BooleanField()
    chain = peewee.TextField()
    sealed_key = peewee.TextField()
    created_at = peewee.IntegerField()
    changed_at = peewee.IntegerField()

    class Meta:
        table_name = "certificate"


class SiteRow(peewee.Model):
    """One site that is not given in the file."""

    id = peewee.AutoField()
    name = peewee.CharField(max_length=64, unique=True)
    domain = peewee.TextField()
    target_url = peewee.TextField()
    enabled = peewee.BooleanField()
    mode = peewee.CharField(max_length=8)
    https = peewee.BooleanField()
    force_https = peewee.BooleanField()
    tls_min = peewee.CharField(max_length=4)
    hsts_s = peewee.IntegerField()
    http2_upstream = peewee.BooleanField()
    verify_upstream = peewee.BooleanField()
    sticky = peewee.BooleanField()
    health_path = peewee.TextField()
    health_every_s = peewee.IntegerField()
    certificate_id = peewee.IntegerField(null=True, index=True)
    created_at = peewee.IntegerField()
    changed_at = peewee.IntegerField()

    class Meta:
        table_name = "site"


C, S = CertificateRow, SiteRow


def certificates(db: peewee.SqliteDatabase) -> Iterable[CertificateRow]:
    """All of them, by name."""
    rows: Iterable[CertificateRow] = C.select().order_by(C.name).execute(db)
    return rows


def certificate(db: peewee.SqliteDatabase, number: int) -> CertificateRow:
    """One by its id.

    Raises:
        NotFound: there is none.
    """
    row = next(iter(C.select().where(C.id == number).execute(db)), None)
    if not isinstance(row, C):
        raise NotFound(f"there is no certificate {number}")
    return row


def certificate_named(db: peewee.SqliteDatabase, name: str) -> CertificateRow | None:
    """One by its name."""
    return next(iter(C.select().where(C.name == name).execute(db)), None)


def shown_by(db: peewee.SqliteDatabase) -> dict[int, tuple[str, ...]]:
    """Names of the sites that show each certificate that is shown, by its id."""
    found: dict[int, tuple[str, ...]] = {}
    rows = S.select(S.certificate_id, S.name).where(S.certificate_id.is_null(False)).order_by(S.name)
    for number, name in rows.tuples().execute(db):
        found[number] = (*found.get(number, ()), name)
    return found


def sites(db: peewee.SqliteDatabase) -> Iterable[SiteRow]:
    """All of them, in the order of their making."""
    rows: Iterable[SiteRow] = S.select().order_by(S.id).execute(db)
    return rows
