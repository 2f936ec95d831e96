"""Tables of the guests domain. Only this package reads or writes them."""

import operator
from collections.abc import Sequence
from functools import reduce
from typing import Any

import peewee


class HostRow(peewee.Model):
    """A device that was seen on a guest network."""

    mac = peewee.CharField(17, primary_key=True)
    network = peewee.CharField(32)
    address = peewee.CharField(15)
    addresses6 = peewee.TextField()
    hostname = peewee.CharField(255)
    vendor = peewee.CharField(64)
    os_guess = peewee.CharField(32)
    requested_options = peewee.CharField(255)
    vendor_class = peewee.CharField(128)
    first_seen = peewee.IntegerField()
    last_seen = peewee.IntegerField()
    blocked = peewee.IntegerField()
    label = peewee.CharField(64, default="")

    class Meta:
        table_name = "host"


class BypassRow(peewee.Model):
    """A device that needs no portal."""

    mac = peewee.CharField(17, primary_key=True)
    created_at = peewee.IntegerField()
    created_by = peewee.CharField(64)

    class Meta:
        table_name = "bypass"


class EmailUserRow(peewee.Model):
    """Somebody who signed in with an e-mail address."""

    id = peewee.AutoField()
    email = peewee.CharField(254, unique=True)
    created_at = peewee.IntegerField()
    last_login = peewee.IntegerField(null=True)
    mac = peewee.CharField(17, null=True)
    visits = peewee.IntegerField()
    comments = peewee.CharField(255)
    comments1 = peewee.CharField(255)
    comments2 = peewee.CharField(255)
    last_modified = peewee.IntegerField()
    marketing = peewee.IntegerField()
    verified = peewee.IntegerField()

    class Meta:
        table_name = "email_user"


class FbUserRow(peewee.Model):
    """Somebody who signed in with a social account."""

    id = peewee.AutoField()
    provider = peewee.CharField(32)
    account = peewee.CharField(128)
    name = peewee.CharField(128)
    email = peewee.CharField(254)
    created_at = peewee.IntegerField()
    last_login = peewee.IntegerField(null=True)
    mac = peewee.CharField(17, null=True)
    visits = peewee.IntegerField()
    last_modified = peewee.IntegerField()

    class Meta:
        table_name = "fb_user"
        indexes = ((("provider", "account"), True),)


class MobileUserRow(peewee.Model):
    """Somebody who signed in with a telephone number."""

    id = peewee.AutoField()
    mobile = peewee.CharField(20, unique=True)
    created_at = peewee.IntegerField()
    last_login = peewee.IntegerField(null=True)
    mac = peewee.CharField(17, null=True)
    visits = peewee.IntegerField()
    last_modified = peewee.IntegerField()
    marketing = peewee.IntegerField()
    verified = peewee.IntegerField()

    class Meta:
        table_name = "mobile_user"


class FreeUserRow(peewee.Model):
    """A device that had free access."""

    id = peewee.AutoField()
    mac = peewee.CharField(17, unique=True)
    created_at = peewee.IntegerField()
    last_login = peewee.IntegerField(null=True)
    visits = peewee.IntegerField()
    last_modified = peewee.IntegerField()
    grant_started_at = peewee.IntegerField()

    class Meta:
        table_name = "free_user"


class LoginRow(peewee.Model):
    """One line of the login log."""

    id = peewee.AutoField()
    at = peewee.IntegerField()
    event = peewee.CharField(16)
    kind = peewee.CharField(16)
    login = peewee.CharField(128)
    mac = peewee.CharField(17)
    address = peewee.CharField(45)
    network = peewee.CharField(32)
    reason = peewee.CharField(255)
    session_id = peewee.IntegerField(null=True)
    down_octets = peewee.IntegerField()
    up_octets = peewee.IntegerField()

    class Meta:
        table_name = "login_log"


def newest_first(row: Any) -> Any:
    """All columns of people, whoever was here last first."""
    return row.select(*row._meta.sorted_fields).order_by(peewee.fn.COALESCE(row.last_login, row.created_at).desc(), row.id.desc())  # noqa: SLF001 - peewee's way


def contains(row: Any, names: Sequence[str], text: str) -> Any:
    """Condition: one of the columns has the text in it; true for an empty text."""
    if not text:
        return peewee.SQL("1")
    return reduce(operator.or_, (getattr(row, name).contains(text) for name in names))
