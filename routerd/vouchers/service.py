"""Vouchers: made, listed, removed, and turned into terms when a guest redeems one.

Called by the portal's voucher method, the action API and the command line. It never opens a session and never learns of one: who
removes a voucher also ends its grant (kind ``voucher``, subject: the voucher's id), inside the same `Store.write`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from routerd.core import tokens
from routerd.core.clock import Clock
from routerd.core.errors import BadInput, Conflict, Denied, NotFound, Unavailable
from routerd.core.events import Bus, VoucherAdded, VoucherRemoved
from routerd.core.grants import LIMIT_MB_MOST
from routerd.core.settings import VoucherSettings
from routerd.core.terms import MIB, Terms
from routerd.store.database import Store
from routerd.vouchers import model, records
from routerd.vouchers.model import Batch, Listed, NewVoucher, Voucher, Wanted

KIND = "voucher"

USERNAME_LENGTH = 6
"""Random usernames: 31**6 = 9e8 of them. They need not be secret, only short to type."""

PASSCODE_LENGTH = 8
"""Random passcodes: 31**8 = 8e11; at five tries in five minutes a guess takes longer than any voucher lives."""

SINGLE_LENGTH = 10
"""Random codes that are username and passcode in one: 31**10 = 8e14, so that one is guessed no sooner than a passcode."""

BATCH_COUNT_MOST = 10_000
"""Vouchers made in one go: a print run of a big hotel, and still one transaction of well under a second."""

TRIES = 20
"""Random usernames drawn before giving up; each hits a taken one with a chance of (vouchers / 9e8)."""


class Vouchers:
    """The verbs of vouchers.

    Args:
        store: where they are kept.
        clock: tells the time.
        bus: hears of vouchers added and removed.
        settings: presets, and which clock `valid_for` runs by.
    """

    def __init__(self, store: Store, clock: Clock, bus: Bus, settings: VoucherSettings) -> None:
        self._store = store
        self._clock = clock
        self._bus = bus
        self._settings = settings

    def create(self, new: NewVoucher) -> Voucher:
        """Make a voucher; it is durable when this returns.

        Raises:
            BadInput: a value is out of bounds; the message names it.
            Conflict: the username is taken ("Username already exists").
        """
        wanted = _completed(self._draft(new), single=new.single)
        return self._store.write(lambda: self._add(wanted))

    def create_many(self, count: int, template: NewVoucher) -> list[Voucher]:
        """Make `count` vouchers alike, each with a username and passcode of its own, all or none.

        Raises:
            BadInput: as `create`; also when the template names a username, or `count` is not 1..BATCH_COUNT_MOST.
        """
        if not 1 <= count <= BATCH_COUNT_MOST:
            raise BadInput(f"count is {count}; expected 1 to {BATCH_COUNT_MOST}")
        drafted = self._draft(template)
        if drafted.username:
            raise BadInput("username cannot be given for many vouchers; each gets a random one")
        wanted = [_completed(drafted, single=template.single) for _ in range(count)]
        return self._store.write(lambda: self._add_many(wanted))

    def remove(self, username: str) -> Voucher:
        """Forget a voucher and return what it was; its sessions are the caller's to end.

        Raises:
            NotFound: "Username doesn't exist".
        """
        return self._store.write(lambda: self._remove(username))

    def listing(self) -> list[Voucher]:
        """All vouchers, oldest first."""
        return list(records.everything(self._store.db))

    def get(self, username: str) -> Voucher:
        """The voucher of that name.

        Raises:
            NotFound: "Username doesn't exist".
        """
        found = records.find(self._store.db, username)
        if found is None:
            raise NotFound("Username doesn't exist")
        return found

    def search(self, wanted: Wanted) -> Iterator[Listed]:
        """The vouchers that are wanted, in order.

        Raises:
            BadInput: there is no such state or order.
        """
        model.known("state", wanted.state or model.STATES[0], model.STATES)
        model.known("sort", wanted.sort.removeprefix("-"), model.SORTS)
        return records.search(self._store.db, wanted, self._settings.clock, int(self._clock.now()))

    def count(self, wanted: Wanted) -> int:
        """How many are wanted, leaving offset and most aside."""
        return records.count(self._store.db, wanted, self._settings.clock, int(self._clock.now()))

    def batches(self) -> list[Batch]:
        """All batches, the newest first."""
        return records.batches(self._store.db, self._settings.clock, int(self._clock.now()))

    def some(self, ids: Sequence[int] = (), batch: str = "", most: int = BATCH_COUNT_MOST) -> list[Voucher]:
        """Vouchers by their numbers, or those of a batch; oldest first.

        Raises:
            NotFound: there is none of them.
            BadInput: more than `most`.
        """
        found = records.of_batch(self._store.db, batch, most + 1) if batch else records.by_ids(self._store.db, ids)
        if not found:
            raise NotFound("there are no such vouchers")
        if len(found) > most:
            raise BadInput(f"these are more than {most} vouchers; expected {most} at most")
        return found

    def listed(self, voucher: Voucher) -> Listed:
        """A voucher with its end and state."""
        until = model.until(voucher, self._settings.clock)
        return Listed(voucher, until, model.state(until, voucher, int(self._clock.now())))

    def extend(self, ids: Sequence[int], add_s: int = 0, add_mb: int = 0) -> list[tuple[Voucher, Terms | None]]:
        """Give vouchers more time and data; one that is over gets its time from now on.

        Returns:
            Each as it is now, and what it grants from now on (None while it is unused): the caller brings running grants to it, in
            the same `Store.write`.

        Raises:
            NotFound: there is none of them.
            BadInput: a value is out of bounds.
        """
        model.bounded("add_s", add_s, 0, model.EXTENSION_S_MOST, 0)
        model.bounded("add_mb", add_mb, 0, LIMIT_MB_MOST, 0)
        return self._store.write(lambda: [self._extend(voucher, add_s, add_mb) for voucher in self.some(ids)])

    def remove_many(self, vouchers: Sequence[Voucher]) -> None:
        """Forget vouchers; their sessions are the caller's to end."""

        def change() -> None:
            records.remove_many(self._store.db, [voucher.id for voucher in vouchers])
            for voucher in vouchers:
                self._bus.publish(VoucherRemoved(voucher.id, voucher.username))

        self._store.write(change)

    def forget_devices(self, macs: Sequence[str]) -> None:
        """Forget that these devices used vouchers."""
        self._store.write(lambda: records.forget_devices(self._store.db, macs))

    def taken(self, usernames: Sequence[str]) -> set[str]:
        """Which of these usernames exist, folded."""
        return records.taken(self._store.db, usernames)

    def create_all(self, wanted: Sequence[NewVoucher]) -> list[Voucher]:
        """Make these vouchers, all or none.

        Raises:
            BadInput: a value is out of bounds.
            Conflict: a username is taken.
        """
        completed = [_completed(self._draft(new), single=new.single) for new in wanted]
        return self._store.write(lambda: [self._add(each) for each in completed])

    def redeem(self, username: str, passcode: str) -> Terms:
        """Check a guest's credentials, start the voucher's clock at its first use, and say what it grants.

        Rates of 0, and the idle timeout, are the guest network's to fill in. Called inside the `Store.write` that also opens the
        session, so that a sign-in that fails does not start the clock.

        Raises:
            Denied: ``no-such-voucher`` (the username is unknown or the passcode is wrong: nobody can tell which),
                ``not-yet-valid``, ``expired``.
        """
        return self._store.write(lambda: self._redeem(username, passcode))

    def note_login(self, voucher_id: int, mac: str) -> None:
        """Remember the device that a voucher was last used on."""
        now = int(self._clock.now())
        self._store.write(lambda: records.change(self._store.db, voucher_id, mac=mac, last_login=now, last_modified=now))

    def _draft(self, new: NewVoucher) -> Voucher:
        now = int(self._clock.now())
        return Voucher(
            id=0,
            username=model.credential("username", new.username, model.USERNAME_MOST),
            passcode=model.credential("passcode", new.passcode, model.PASSCODE_MOST),
            fullname=model.text("fullname", new.fullname, model.FULLNAME_MOST),
            valid_for=model.validity(new.valid_for, self._settings.valid_for),
            valid_from=model.start(new.valid_from, now),
            download_limit_mb=model.limit_mb(new.download_limit_mb),
            upload_limit_mb=model.limit_mb(new.upload_limit_mb),
            down_kbit=model.bounded("down_kbit", new.down_kbit, 0, model.KBIT_MOST, 0),
            up_kbit=model.bounded("up_kbit", new.up_kbit, 0, model.KBIT_MOST, 0),
            devices=model.bounded("devices", new.devices, 1, model.DEVICES_MOST, self._settings.devices),
            comment=model.text("comment", new.comment, model.COMMENT_MOST),
            batch=model.text("batch", new.batch, model.BATCH_MOST),
            created_at=now,
            last_modified=now,
        )

    def _add(self, wanted: Voucher) -> Voucher:
        for _ in range(TRIES):
            named = _named(wanted, wanted.username or tokens.readable(USERNAME_LENGTH if wanted.passcode else SINGLE_LENGTH))
            try:
                added = replace(named, id=records.add(self._store.db, named))
            except Conflict:
                if wanted.username:
                    raise
                continue
            self._bus.publish(VoucherAdded(added.id, added.username))
            return added
        raise Unavailable("no free random username was found; give one")

    def _add_many(self, wanted: list[Voucher]) -> list[Voucher]:
        newest = records.newest(self._store.db)
        usernames = self._free_usernames(len(wanted), USERNAME_LENGTH if wanted[0].passcode else SINGLE_LENGTH)
        records.add_all(self._store.db, [_named(each, name) for each, name in zip(wanted, usernames, strict=True)])
        added = list(records.everything(self._store.db, after=newest))
        for voucher in added:
            self._bus.publish(VoucherAdded(voucher.id, voucher.username))
        return added

    def _free_usernames(self, count: int, length: int) -> list[str]:
        free: dict[str, None] = {}
        for _ in range(TRIES):
            drawn = [tokens.readable(length) for _ in range(count - len(free))]
            used = records.taken(self._store.db, drawn)
            free.update((username, None) for username in drawn if username not in used)
            if len(free) == count:
                return list(free)
        raise Unavailable("not enough free random usernames were found")

    def _extend(self, voucher: Voucher, add_s: int, add_mb: int) -> tuple[Voucher, Terms | None]:
        now, clock = int(self._clock.now()), self._settings.clock
        longer = model.extended(voucher, add_s, add_mb, model.until(voucher, clock), now)
        changed = {name: getattr(longer, name) for name in ("extra_s", "download_limit_mb", "upload_limit_mb", "last_modified")}
        records.change(self._store.db, voucher.id, **changed)
        if longer.first_login is None:
            return longer, None
        return longer, _terms(longer, *model.window(longer, longer.first_login, clock))

    def _remove(self, username: str) -> Voucher:
        voucher = self.get(username)
        records.remove(self._store.db, voucher.id)
        self._bus.publish(VoucherRemoved(voucher.id, voucher.username))
        return voucher

    def _redeem(self, username: str, passcode: str) -> Terms:
        voucher = records.find(self._store.db, _typed(username))
        # Compared even when there is no such user, so that neither answer takes longer than the other.
        entered = model.folded(_typed(passcode)) if voucher and voucher.single else model.plain(_typed(passcode))
        kept = model.folded(voucher.passcode) if voucher and voucher.single else voucher.passcode if voucher else "x" * PASSCODE_LENGTH
        right = tokens.same(entered, kept)
        if voucher is None or not right:
            raise Denied("There is no such voucher. Check the username and the passcode.", "no-such-voucher")
        now = int(self._clock.now())
        if now < voucher.valid_from:
            raise Denied(f"This voucher is valid from {_local(voucher.valid_from)}.", "not-yet-valid", voucher.valid_from)
        first_login = voucher.first_login if voucher.first_login is not None else now
        starts_at, ends_at = model.window(voucher, first_login, self._settings.clock)
        if ends_at is not None and ends_at <= now:
            raise Denied("This voucher's time is over.", "expired")
        records.change(self._store.db, voucher.id, first_login=first_login, last_login=now, last_modified=now)
        return _terms(voucher, starts_at, ends_at)


def _terms(voucher: Voucher, starts_at: int, ends_at: int | None) -> Terms:
    return Terms(
        kind=KIND,
        subject=str(voucher.id),
        login=voucher.username,
        starts_at=starts_at,
        ends_at=ends_at,
        down_limit_octets=voucher.download_limit_mb * MIB or None,
        up_limit_octets=voucher.upload_limit_mb * MIB or None,
        down_kbit=voucher.down_kbit,
        up_kbit=voucher.up_kbit,
        devices=voucher.devices,
    )


def _completed(drafted: Voucher, *, single: bool) -> Voucher:
    """The draft with what it leaves open chosen at random, but for the username, which must be free.

    The passcode of a single code stays empty until the username is chosen.
    """
    return replace(
        drafted,
        passcode="" if single else drafted.passcode or tokens.readable(PASSCODE_LENGTH),
        fullname=drafted.fullname or f"Guest {tokens.readable(USERNAME_LENGTH)}",
    )


def _named(wanted: Voucher, username: str) -> Voucher:
    return replace(wanted, username=username, passcode=wanted.passcode or username)


def _typed(entered: str) -> str:
    """What a guest typed, cut and made encodable: nothing that long or odd was ever kept."""
    return entered[: 4 * model.USERNAME_MOST].encode("utf-8", "replace").decode()


def _local(moment: int) -> str:
    """A moment as the house's clocks show it."""
    return datetime.fromtimestamp(moment, tz=UTC).astimezone().strftime("%Y-%m-%d %H:%M")
