"""Vouchers: /vouchers. Made, found, extended, withdrawn; what goes on paper is in `vouchersheets`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from routerd.admin import reading
from routerd.admin.section import Asked, BadField, File, Route, only
from routerd.core.clock import Clock
from routerd.core.durations import VALIDITIES
from routerd.core.errors import BadInput
from routerd.core.jobs import Jobs, Problem, Progress, Rejected, Result
from routerd.core.settings import VoucherSettings
from routerd.identity.actor import STAFF, Actor
from routerd.identity.audit import Audit
from routerd.sessions.service import Sessions
from routerd.store.database import Store
from routerd.vouchers import table
from routerd.vouchers.model import SORTS, STATES, Batch, Listed, NewVoucher, Voucher, Wanted, folded
from routerd.vouchers.service import BATCH_COUNT_MOST, KIND, Vouchers
from routerd.web import spreadsheet
from routerd.web.moments import local

IMPORT_OCTETS_MOST = 2_000_000
ROWS_A_PIECE = 500
IDS_MOST = 1000

TEXTS = ("username", "passcode", "fullname", "valid_for", "comment", "batch")
NUMBERS = {
    "valid_from": "valid_from",
    "down_limit_mb": "download_limit_mb",
    "up_limit_mb": "upload_limit_mb",
    "down_kbit": "down_kbit",
    "up_kbit": "up_kbit",
    "devices": "devices",
}
"""Field to the name that `NewVoucher` has for it."""


class VouchersSection:
    """GET and POST /vouchers, and what is below.

    Args:
        store: makes a change and its note in the audit trail one.
        clock: names batches.
        audit: the trail.
        vouchers: their service.
        sessions: end with their vouchers.
        jobs: imports.
        presets: for the form.
    """

    def __init__(
        self, store: Store, clock: Clock, audit: Audit, vouchers: Vouchers, sessions: Sessions, jobs: Jobs, presets: VoucherSettings
    ) -> None:
        self._store = store
        self._clock = clock
        self._audit = audit
        self._vouchers = vouchers
        self._sessions = sessions
        self._jobs = jobs
        self._presets = presets

    def routes(self) -> Sequence[Route]:
        return (
            Route("GET", "/vouchers", self._list, STAFF),
            Route("POST", "/vouchers", self._create, STAFF),
            Route("GET", "/vouchers/choices", self._choices, STAFF),
            Route("GET", "/vouchers/batches", self._batches, STAFF),
            Route("GET", "/vouchers/export.csv", self._export),
            Route("POST", "/vouchers/extend", self._extend),
            Route("POST", "/vouchers/revoke", self._revoke),
            Route("POST", "/vouchers/import", self._import, raw=IMPORT_OCTETS_MOST),
        )

    def _list(self, asked: Asked) -> dict[str, Any]:
        offset, most = reading.number(asked.fields, "offset", 0), reading.number(asked.fields, "most", 100, 1, reading.ROWS_MOST)
        wanted = _wanted(asked.fields, offset, most)
        rows = [shown(each) for each in self._vouchers.search(wanted)]
        return {"total": self._vouchers.count(wanted), "rows": rows}

    def _choices(self, _asked: Asked) -> dict[str, Any]:
        return {"valid_for": list(VALIDITIES), "presets": {"valid_for": self._presets.valid_for, "devices": self._presets.devices}}

    def _batches(self, _asked: Asked) -> dict[str, Any]:
        rows = [_batch(batch) for batch in self._vouchers.batches()]
        return {"total": len(rows), "rows": rows}

    def _create(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "count", "single", *TEXTS, *NUMBERS)
        count = reading.number(asked.fields, "count", 1, 1, BATCH_COUNT_MOST)
        new = self._new(asked.fields, count)

        def change() -> list[Voucher]:
            made = [self._vouchers.create(new)] if count == 1 else self._vouchers.create_many(count, new)
            named = made[0].username if count == 1 else f"{count} of {new.batch}"
            self._audit.note(asked.actor, "voucher.create", named, after=_noted(made[0]) | {"count": count})
            return made

        made = self._store.write(change)
        rows = [shown(self._vouchers.listed(each)) for each in made[: reading.ROWS_MOST]]
        return {"total": len(made), "batch": made[0].batch, "rows": rows}

    def _new(self, fields: Mapping[str, Any], count: int) -> NewVoucher:
        values: dict[str, Any] = {name: reading.text(fields, name, most=1024) for name in TEXTS if fields.get(name) not in (None, "")}
        values |= {kept: reading.number(fields, name) for name, kept in NUMBERS.items() if fields.get(name) is not None}
        values["single"] = reading.flag(fields, "single", default=False)
        if count > 1:
            if "username" in values:
                raise BadField("username", "username: cannot be given for many vouchers; each gets a random one")
            values.setdefault("batch", local(int(self._clock.now())))
        if values["single"] and "passcode" in values:
            raise BadField("passcode", "passcode: a single code has none of its own")
        return NewVoucher(**values)

    def _extend(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "ids", "add_s", "add_mb")
        ids, add_s, add_mb = numbers(asked.fields), reading.number(asked.fields, "add_s", 0), reading.number(asked.fields, "add_mb", 0)
        if not add_s and not add_mb:
            raise BadInput("nothing to add; expected add_s, add_mb or both")

        def change() -> int:
            changed = self._vouchers.extend(ids, add_s, add_mb)
            for voucher, terms in changed:
                if terms is not None:
                    limits = (terms.ends_at, terms.down_limit_octets, terms.up_limit_octets)
                    self._sessions.desk.adjust(KIND, str(voucher.id), *limits)
            self._audit.note(asked.actor, "voucher.extend", _names([v for v, _ in changed]), after={"add_s": add_s, "add_mb": add_mb})
            return len(changed)

        return {"changed": self._store.write(change)}

    def _revoke(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "ids", "batch")

        def change() -> dict[str, Any]:
            vouchers = chosen(self._vouchers, asked.fields, BATCH_COUNT_MOST)
            self._vouchers.remove_many(vouchers)
            ended = self._sessions.desk.end_grants(KIND, [str(voucher.id) for voucher in vouchers], "removed")
            self._audit.note(asked.actor, "voucher.revoke", _names(vouchers), before=[_noted(v) for v in vouchers[:20]])
            return {"revoked": len(vouchers), "ended": ended}

        return self._store.write(change)

    def _export(self, asked: Asked) -> File:
        wanted = _wanted(asked.fields, 0, None)
        self._audit.note(asked.actor, "voucher.export", "vouchers", after={"rows": self._vouchers.count(wanted)})
        listed = list(self._vouchers.search(wanted))  # a cursor that a slow download kept open would hold the log of the database
        return File(spreadsheet.MEDIA_TYPE, spreadsheet.pieces((*table.COLUMNS, *table.TOLD), map(_cells, listed)), "vouchers.csv")

    def _import(self, asked: Asked) -> dict[str, Any]:
        octets, actor = asked.body, asked.actor
        if not octets.strip():
            raise BadInput("the file is empty; expected CSV with the names of the columns in its first row")
        return {"job": self._jobs.submit("voucher-import", actor.name, lambda progress: self._take_in(octets, actor, progress))}

    def _take_in(self, octets: bytes, actor: Actor, progress: Progress) -> Result | None:
        progress.step(0, 3, "reading")
        found = table.read(octets, spreadsheet.plain)
        problems = [*found.problems, *self._taken(found)]
        if problems:
            count = len({problem.line for problem in problems})
            raise Rejected(f"nothing was imported: {count} row{'s are' if count > 1 else ' is'} wrong", sorted(problems, key=_line))
        if not found.wanted:
            raise BadInput("the file has no vouchers below its first row")
        progress.step(1, 3, f"making {len(found.wanted)} vouchers")

        def change() -> None:
            made = self._vouchers.create_all(found.wanted)
            self._audit.note(actor, "voucher.import", f"{len(made)} vouchers", after={"count": len(made)})

        self._store.write(change)
        progress.step(3, 3, f"{len(found.wanted)} vouchers were imported")
        return None

    def _taken(self, found: table.Read) -> Iterator[Problem]:
        named = [(line, new.username) for line, new in zip(found.lines, found.wanted, strict=True) if new.username]
        there = self._vouchers.taken([username for _line, username in named])
        expected = "one that no voucher has"
        yield from (Problem(line, "username", name[:100], expected) for line, name in named if folded(name) in there)


def shown(listed: Listed) -> dict[str, Any]:
    """A voucher as documented."""
    voucher = listed.voucher
    given = {
        name: getattr(voucher, name) for name in ("id", "username", "passcode", "fullname", "single", "valid_for", "valid_from", "lasts_s")
    }
    limits = {"down_limit_mb": voucher.download_limit_mb, "up_limit_mb": voucher.upload_limit_mb}
    rest = ("down_kbit", "up_kbit", "devices", "comment", "batch", "created_at", "first_login", "last_login", "mac")
    return {**given, **limits, **{name: getattr(voucher, name) for name in rest}, "until": listed.until, "state": listed.state}


def numbers(fields: Mapping[str, Any]) -> list[int]:
    """The vouchers' numbers that a request names."""
    ids = fields.get("ids")
    if not isinstance(ids, list) or not 1 <= len(ids) <= IDS_MOST or not all(type(each) is int and 0 < each < 2**53 for each in ids):
        raise BadField("ids", f"ids: expected a list of 1 to {IDS_MOST} numbers of vouchers")
    return ids


def chosen(vouchers: Vouchers, fields: Mapping[str, Any], most: int) -> list[Voucher]:
    """The vouchers that a request names, by their numbers or by their batch.

    Raises:
        NotFound: there are none.
        BadInput: there are more than `most`.
    """
    if batch := reading.text(fields, "batch", "", 128):
        return vouchers.some(batch=batch, most=most)
    return vouchers.some(numbers(fields), most=most)


def _wanted(fields: Mapping[str, Any], offset: int, most: int | None) -> Wanted:
    search, batch, state = (reading.text(fields, name, "", 128) for name in ("search", "batch", "state"))
    sort = reading.text(fields, "sort", "-created_at", 32)
    if state and state not in STATES:
        raise BadField("state", f"state: expected one of {', '.join(STATES)}")
    if sort.removeprefix("-") not in SORTS:
        raise BadField("sort", f"sort: expected one of {', '.join(SORTS)}, with - in front downwards")
    return Wanted(search, batch, state, sort, offset, most)


def _noted(voucher: Voucher) -> dict[str, Any]:
    """What the audit trail keeps of a voucher; it masks the passcode."""
    names = ("username", "valid_for", "download_limit_mb", "upload_limit_mb", "down_kbit", "up_kbit", "devices", "batch", "comment")
    return {name: getattr(voucher, name) for name in names}


def _batch(batch: Batch) -> dict[str, Any]:
    counts = {"total": batch.total, "unused": batch.unused, "active": batch.active, "expired": batch.expired}
    return {"batch": batch.batch, **counts, "created_at": batch.created_at}


def _names(vouchers: Sequence[Voucher]) -> str:
    first = ", ".join(voucher.username for voucher in vouchers[:5])
    return first if len(vouchers) <= 5 else f"{first} and {len(vouchers) - 5} more"


def _cells(listed: Listed) -> tuple[object, ...]:
    voucher = listed.voucher
    given = (voucher.username, voucher.passcode, voucher.fullname, voucher.valid_for, local(voucher.valid_from))
    limits = (voucher.download_limit_mb, voucher.upload_limit_mb, voucher.down_kbit, voucher.up_kbit, voucher.devices)
    told = (voucher.created_at, voucher.first_login, voucher.last_login, listed.until)
    return (*given, *limits, voucher.comment, voucher.batch, *map(local, told), listed.state, voucher.mac)


def _line(problem: Problem) -> int:
    return problem.line
