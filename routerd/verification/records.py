"""Tables of the verification domain. Only this package reads or writes them."""

from collections.abc import Sequence

import peewee

from routerd.verification.model import Challenge


class ChallengeRow(peewee.Model):
    """A code that was sent."""

    id = peewee.AutoField()
    purpose = peewee.CharField(16)
    mac = peewee.CharField(17)
    recipient = peewee.CharField(254)
    code_print = peewee.CharField(64)
    ticket_print = peewee.CharField(64)
    carried = peewee.TextField()
    issued_at = peewee.IntegerField()
    expires_at = peewee.IntegerField()
    tries = peewee.IntegerField()

    class Meta:
        table_name = "challenge"
        indexes = ((("purpose", "mac"), True),)


class DispatchRow(peewee.Model):
    """One count of one message."""

    id = peewee.AutoField()
    channel = peewee.CharField(8)
    scope = peewee.CharField(16)
    holder = peewee.CharField(64)
    at = peewee.IntegerField()

    class Meta:
        table_name = "dispatch"
        indexes = ((("channel", "scope", "holder", "at"), False),)


class HoldingRow(peewee.Model):
    """A device that may use a holder's grant."""

    id = peewee.AutoField()
    purpose = peewee.CharField(16)
    holder = peewee.CharField(254)
    mac = peewee.CharField(17)
    starts_at = peewee.IntegerField()

    class Meta:
        table_name = "holding"
        indexes = ((("purpose", "holder", "mac"), True),)


C, D, H = ChallengeRow, DispatchRow, HoldingRow


def challenge(db: peewee.SqliteDatabase, purpose: str, mac: str) -> Challenge | None:
    """The newest challenge of a device."""
    rows = C.select(*(getattr(C, name) for name in Challenge.__slots__)).where(C.purpose == purpose, C.mac == mac).tuples().execute(db)
    return next((Challenge(*row) for row in rows), None)


def put_challenge(db: peewee.SqliteDatabase, **columns: object) -> int:
    """Keep a challenge in place of the device's former one; returns its number."""
    return int(C.insert(**columns).on_conflict("REPLACE").execute(db))


def drop_challenge(db: peewee.SqliteDatabase, number: int) -> bool:
    """Forget a challenge; False when it was not there."""
    return int(C.delete().where(C.id == number).execute(db)) == 1


def missed(db: peewee.SqliteDatabase, number: int) -> None:
    """One more wrong answer."""
    C.update(tries=C.tries + 1).where(C.id == number).execute(db)


def dispatched(db: peewee.SqliteDatabase, channel: str, scope: str, holder: str, since: int) -> list[int]:
    """When messages were sent after a moment, oldest first."""
    query = D.select(D.at).where(D.channel == channel, D.scope == scope, D.holder == holder, D.at > since).order_by(D.at)
    return [row[0] for row in query.tuples().execute(db)]


def note_dispatch(db: peewee.SqliteDatabase, rows: list[dict[str, object]]) -> None:
    """Count a message once for each scope."""
    D.insert_many(rows).execute(db)


def holding_since(db: peewee.SqliteDatabase, purpose: str, holder: str) -> int | None:
    """When the holder's newest grant began."""
    query = H.select(H.starts_at).where(H.purpose == purpose, H.holder == holder).order_by(H.starts_at.desc()).limit(1)
    return next((row[0] for row in query.tuples().execute(db)), None)


def device_since(db: peewee.SqliteDatabase, purpose: str, holder: str, mac: str) -> int | None:
    """When the grant began that the device last used as this holder."""
    query = H.select(H.starts_at).where(H.purpose == purpose, H.holder == holder, H.mac == mac)
    return next((row[0] for row in query.tuples().execute(db)), None)


def put_holding(db: peewee.SqliteDatabase, purpose: str, holder: str, mac: str, starts_at: int) -> None:
    """The device uses the holder's grant that began then."""
    H.insert(purpose=purpose, holder=holder, mac=mac, starts_at=starts_at).on_conflict("REPLACE").execute(db)


def forget_old(db: peewee.SqliteDatabase, now: int, dispatches_before: int, holdings_before: int) -> None:
    """Delete what no longer counts."""
    C.delete().where(C.expires_at < now).execute(db)
    D.delete().where(D.at < dispatches_before).execute(db)
    H.delete().where(H.starts_at < holdings_before).execute(db)


def forget_person(db: peewee.SqliteDatabase, names: Sequence[str], macs: Sequence[str]) -> None:
    """Delete what is kept of addresses and numbers, and of devices."""
    C.delete().where(C.recipient.in_(list(names)) | C.mac.in_(list(macs))).execute(db)
    H.delete().where(H.holder.in_(list(names)) | H.mac.in_(list(macs))).execute(db)
    D.delete().where(D.scope == "device", D.holder.in_(list(macs))).execute(db)
