"""The guests: GET /guests, and everything that an owner does with a device. The list's rows are `admin.table`'s."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from routerd.admin import reading
from routerd.admin.admission import Admission
from routerd.admin.section import Asked, BadField, Route, only
from routerd.admin.table import COLUMNS, Table
from routerd.core.errors import BadInput, Conflict
from routerd.core.grants import LIMIT_MB_MOST
from routerd.core.terms import MIB, mac_address
from routerd.guests.service import Guests
from routerd.identity.audit import Audit
from routerd.sessions.model import Session
from routerd.sessions.service import Sessions
from routerd.store.database import Store
from routerd.vouchers.service import KIND as VOUCHER
from routerd.vouchers.service import Vouchers

T = TypeVar("T")

MACS_MOST = 1000
HISTORY_MOST = 50
TIME_LEAST_S, TIME_MOST_S = 60, 31_536_000
TIME_PRESET_S = 3600
KBIT_MOST = 10_000_000


class GuestsSection:
    """GET /guests, and what is below.

    Args:
        store: makes a change and its note in the audit trail one.
        audit: the trail.
        table: the list.
        guests: the devices.
        sessions: who is online.
        vouchers: are extended with their guests.
        admission: lets devices in by hand.
    """

    def __init__(
        self, store: Store, audit: Audit, table: Table, guests: Guests, sessions: Sessions, vouchers: Vouchers, admission: Admission
    ) -> None:
        self._store = store
        self._audit = audit
        self._table = table
        self._guests = guests
        self._sessions = sessions
        self._vouchers = vouchers
        self._admission = admission

    def routes(self) -> Sequence[Route]:
        return (
            Route("GET", "/guests", self._list),
            Route("GET", "/guests/bypass", self._bypassed),
            Route("GET", "/guests/<mac>", self._show),
            Route("POST", "/guests/kick", self._kick),
            Route("POST", "/guests/block", self._block),
            Route("POST", "/guests/unblock", self._unblock),
            Route("POST", "/guests/extend", self._extend),
            Route("POST", "/guests/rename", self._rename),
            Route("POST", "/guests/signin", self._sign_in),
            Route("POST", "/guests/bypass", self._bypass),
        )

    def _list(self, _asked: Asked) -> dict[str, Any]:
        rows = self._table.all()
        return {"total": len(rows), "columns": COLUMNS, "rows": rows}

    def _show(self, asked: Asked) -> dict[str, Any]:
        mac = mac_address(asked.path["mac"])
        host = self._guests.host(mac)
        history = [_past(session) for session in self._sessions.history(mac, HISTORY_MOST)]
        more = {"addresses6": host.addresses6, "vendor_class": host.vendor_class, "sessions": history}
        return {"columns": COLUMNS, "row": self._table.row(mac), **more}

    def _kick(self, asked: Asked) -> dict[str, Any]:
        macs = _macs(asked)

        def change() -> int:
            ended = self._sessions.desk.end_devices(macs, "kicked")
            self._note(asked, "guests.kick", macs, {"ended": ended})
            return ended

        return {"ended": self._store.write(change)}

    def _block(self, asked: Asked) -> dict[str, Any]:
        macs = _macs(asked)

        def change() -> int:
            self._guests.block_many(macs)
            ended = self._sessions.desk.end_devices(macs, "kicked")
            self._note(asked, "guests.block", macs, {"ended": ended})
            return ended

        return {"blocked": len(macs), "ended": self._store.write(change)}

    def _unblock(self, asked: Asked) -> dict[str, Any]:
        macs = _macs(asked)

        def change() -> None:
            for mac in macs:
                self._guests.unblock(mac)
            self._note(asked, "guests.unblock", macs)

        self._store.write(change)
        return {"unblocked": len(macs)}

    def _extend(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "mac", "add_s", "add_mb")
        mac = _mac(asked)
        add_s = reading.number(asked.fields, "add_s", 0, TIME_LEAST_S, TIME_MOST_S)
        add_mb = reading.number(asked.fields, "add_mb", 0, 1, LIMIT_MB_MOST)
        if not add_s and not add_mb:
            raise BadInput("nothing to add; expected add_s, add_mb or both")

        def change() -> None:
            before = self._sessions.desk.open_of(mac)
            if before is not None and before.grant.kind == VOUCHER:
                self._extend_voucher(before, add_s, add_mb)
            else:
                self._sessions.desk.extend(mac, add_s, add_mb * MIB)
            self._note(asked, "guests.extend", [mac], {"add_s": add_s, "add_mb": add_mb})

        self._store.write(change)
        return self._standing(mac)

    def _extend_voucher(self, session: Session, add_s: int, add_mb: int) -> None:
        grant = session.grant
        if not (add_s and grant.ends_at is not None) and not (add_mb and grant.limited):
            raise Conflict("this guest has no such limit: there is nothing to extend")
        for _voucher, terms in self._vouchers.extend([int(grant.subject)], add_s, add_mb):
            if terms is not None:
                limits = (terms.ends_at, terms.down_limit_octets, terms.up_limit_octets)
                self._sessions.desk.adjust(VOUCHER, grant.subject, *limits)

    def _rename(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "mac", "name")
        mac, name = _mac(asked), reading.text(asked.fields, "name", most=256)

        def change() -> None:
            before = self._guests.rename(mac, name)
            self._audit.note(asked.actor, "guests.rename", mac, {"name": before}, {"name": name.strip()})

        _beside("name", lambda: self._store.write(change))
        return {"name": name.strip()}

    def _sign_in(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "mac", "valid_for_s", "down_kbit", "up_kbit")
        mac = _mac(asked)
        valid_for_s = reading.number(asked.fields, "valid_for_s", TIME_PRESET_S, TIME_LEAST_S, TIME_MOST_S)
        down, up = (reading.number(asked.fields, name, 0, 0, KBIT_MOST) for name in ("down_kbit", "up_kbit"))

        def change() -> Session:
            session = self._admission.sign_in(mac, valid_for_s, down, up)
            self._note(asked, "guests.signin", [mac], {"valid_for_s": valid_for_s, "down_kbit": down, "up_kbit": up})
            return session

        return {"until": self._store.write(change).grant.ends_at}

    def _bypass(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "mac", "on", "name")
        mac, on = _mac(asked), reading.flag(asked.fields, "on")
        name = reading.text(asked.fields, "name", "", 256)

        def change() -> None:
            before = self._guests.bypass.holds(mac)
            if on:
                self._guests.bypass.add(mac, asked.actor.name)
            else:
                self._guests.bypass.remove(mac)
                self._sessions.desk.end_grants("bypass", [mac], "removed")
            self._audit.note(asked.actor, "guests.bypass", mac, {"bypass": before}, {"bypass": on})

        if name:
            _beside("name", lambda: self._guests.label(mac, name))
        self._store.write(change)
        if on:
            self._admission.appeared(mac)
        return {"bypass": on}

    def _bypassed(self, _asked: Asked) -> dict[str, Any]:
        names = {host.mac: host.label or host.hostname for host in self._guests.known()}
        listed = self._guests.bypass.list()
        rows = [{"mac": e.mac, "name": names.get(e.mac, ""), "created_at": e.created_at, "created_by": e.created_by} for e in listed]
        return {"total": len(rows), "rows": rows}

    def _standing(self, mac: str) -> dict[str, Any]:
        session = self._sessions.desk.open_of(mac)
        if session is None:
            raise Conflict(f"{mac} has just left")
        online = self._sessions.status(session)
        return {"until": session.grant.ends_at, "down_left": online.down_left_octets, "up_left": online.up_left_octets}

    def _note(self, asked: Asked, action: str, macs: Sequence[str], after: object = None) -> None:
        target = macs[0] if len(macs) == 1 else f"{len(macs)} devices"
        self._audit.note(asked.actor, action, target, after=after if len(macs) == 1 else {"macs": list(macs), "done": after})


def _macs(asked: Asked) -> list[str]:
    only(asked.fields, "macs")
    listed = reading.texts(asked.fields, "macs", MACS_MOST, 32)
    return _beside("macs", lambda: list(dict.fromkeys(map(mac_address, listed))))


def _mac(asked: Asked) -> str:
    text = reading.text(asked.fields, "mac", most=32)
    return _beside("mac", lambda: mac_address(text))


def _beside(name: str, work: Callable[[], T]) -> T:
    """Have the page show what is wrong beside the field."""
    try:
        return work()
    except BadField:
        raise
    except BadInput as error:
        raise BadField(name, str(error)) from None


def _past(session: Session) -> dict[str, Any]:
    told = {"id": session.id, "login": session.grant.login, "kind": session.grant.kind}
    place = {"network": session.device.network, "address": session.device.address}
    times = {"started_at": session.started_at, "ended_at": session.ended_at, "reason": session.end_reason}
    return {**told, **place, **times, "down": session.down_octets, "up": session.up_octets}
