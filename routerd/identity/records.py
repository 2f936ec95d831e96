"""Identity's tables. Nobody but identity imports this."""

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


class PersonRow(peewee.Model):
    """Somebody with an account on the admin page."""

    id = peewee.AutoField()
    name = peewee.CharField(64)
    folded = peewee.CharField(128, unique=True)
    role = peewee.CharField(16)
    password = peewee.CharField(160)
    language = peewee.CharField(8)
    totp_sealed = peewee.TextField()
    totp_pending = peewee.TextField()
    totp_step = peewee.IntegerField()
    device_key = peewee.CharField(64)
    created_at = peewee.IntegerField()
    last_login = peewee.IntegerField(null=True)

    class Meta:
        table_name = "person"


class RecoveryCodeRow(peewee.Model):
    """A code that stands in for the second factor once."""

    fingerprint = peewee.CharField(64, primary_key=True)
    person_id = peewee.IntegerField(index=True)

    class Meta:
        table_name = "recovery_code"


class StaffSessionRow(peewee.Model):
    """A browser that is signed in."""

    fingerprint = peewee.CharField(64, primary_key=True)
    person_id = peewee.IntegerField(index=True)
    created_at = peewee.IntegerField()
    seen_at = peewee.IntegerField()
    address = peewee.CharField(45)
    agent = peewee.CharField(255)

    class Meta:
        table_name = "staff_session"


class FamiliarPlaceRow(peewee.Model):
    """Where somebody signed in from."""

    id = peewee.AutoField()
    person_id = peewee.IntegerField()
    place = peewee.CharField(45)
    seen_at = peewee.IntegerField()

    class Meta:
        table_name = "familiar_place"
        indexes = ((("person_id", "place"), True),)


class SigninRow(peewee.Model):
    """A row of the log of sign-ins."""

    id = peewee.AutoField()
    at = peewee.IntegerField()
    event = peewee.CharField(16)
    name = peewee.CharField(64)
    address = peewee.CharField(45)
    agent = peewee.CharField(255)

    class Meta:
        table_name = "signin"


class AuditRow(peewee.Model):
    """A row of the audit trail."""

    id = peewee.AutoField()
    at = peewee.IntegerField()
    name = peewee.CharField(64)
    role = peewee.CharField(16)
    address = peewee.CharField(45)
    action = peewee.CharField(64)
    target = peewee.CharField(255)
    was = peewee.TextField()
    is_now = peewee.TextField()

    class Meta:
        table_name = "audit"


class SetupRow(peewee.Model):
    """The one row (id 1) that says that the setup is over."""

    id = peewee.IntegerField(primary_key=True)
    closed_at = peewee.IntegerField()

    class Meta:
        table_name = "setup"
