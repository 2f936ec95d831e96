"""Tells the servers who came, how much they used, and who went (RFC 2866). What is still to be told is rows of the store.

A session's row is written in the transaction that opens it and marked in the one that ends it, whether or not a server can be
reached, so signing in never waits for accounting and nothing is forgotten over a restart. A thread of its own sends what is due. A
Stop waits until the kernel's last count is in. An Interim that nobody took is not sent late: the next one says more.

Guests stay online while the daemon restarts, so Accounting-On and -Off, which end every session of the box at the server, are
sent only when none is open.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from routerd.core.clock import Clock
from routerd.core.errors import BadInput, NotFound, Unavailable
from routerd.core.events import LoggedIn, SessionEnded
from routerd.core.terms import Device
from routerd.radius import model, packets, records
from routerd.radius.client import Servers
from routerd.radius.nas import Nas
from routerd.radius.ports import Online, Session, Sessions
from routerd.radius.records import R, Report
from routerd.store.database import Store

log = logging.getLogger(__name__)

START, STOP, INTERIM, ON, OFF = 1, 2, 3, 7, 8
"""Acct-Status-Type (RFC 2866, 5.1)."""

AUTHENTIC_RADIUS = 1

AT_ONCE = 200
"""Reports sent before what was acknowledged is written down; after a crash so many at most are told twice."""

UNDELIVERED_S = 7 * 86_400
"""A Stop that nobody took for a week is given up: the row must not stay for ever."""

PERMISSION_S = 366 * 86_400
"""Permissions are kept for as long as a grant can live."""

OFF_S = 1.0
"""The daemon's end waits for Accounting-Off no longer than this."""


class Accounting:
    """Keeps the rows and sends what is due.

    Args:
        servers: accounting servers; None when nothing is to be reported: rows are kept only for as long as a session is open.
        interim_s: for a session whose permission is not known any more.
    """

    def __init__(self, servers: Servers | None, store: Store, sessions: Sessions, nas: Nas, clock: Clock, interim_s: int) -> None:
        self._servers = servers
        self._store = store
        self._sessions = sessions
        self._nas = nas
        self._clock = clock
        self._interim_s = interim_s
        self._on_due = False

    def logged_in(self, event: LoggedIn) -> None:
        """A session was opened; called inside the transaction."""
        if event.kind != model.KIND:
            return
        now, device = int(self._clock.now()), event.device
        known = records.permission_of(self._store.db, device.mac, device.network, event.subject) or {}
        report = Report(
            session_id=event.session_id,
            acct_session_id=f"{now:08X}{event.session_id:08X}",
            user_name=event.subject,
            classes=known.get("classes", ""),
            interim_s=known.get("interim_s", self._interim_s),
            total_octets=known.get("total_octets"),
            server=known.get("server", ""),
            mac=device.mac,
            network=device.network,
            address=device.address,
            started_at=now,
            ends_at=self._sessions.get(event.session_id).grant.ends_at,
            announced=0,
            ended=0,
            due_at=now,
        )
        records.add(self._store.db, report)

    def session_ended(self, event: SessionEnded) -> None:
        """A session was closed; called inside the transaction."""
        if event.kind == model.KIND:
            records.end(self._store.db, [event.session_id], int(self._clock.now()))

    def begin(self) -> None:
        """Look for sessions that ended while nobody listened; called once, after sessions have been adopted."""
        kept = records.find(self._store.db)
        open_ids = {online.session.id for online in self._sessions.online()} if kept else set()
        gone = [each.session_id for each in kept if not each.ended and each.session_id not in open_ids]
        if gone:
            self._store.write(lambda: records.end(self._store.db, gone, int(self._clock.now())))
        self._on_due = not kept

    def finish(self) -> None:
        """Say that the box goes away, unless guests stay online without the daemon."""
        if self._servers is None or self._on_due or records.find(self._store.db, most=1):
            return
        try:
            self._send_box(self._servers, OFF, within_s=OFF_S)
        except Unavailable as error:
            log.info("Accounting-Off was not acknowledged: %s", error)

    def round(self) -> float | None:
        """Send what is due; returns seconds until there is more, None for when the next round is due anyway.

        Raises:
            Unavailable: no server answers; what is left is sent in a later round.
        """
        now = int(self._clock.now())
        if self._servers is None:
            self._forget_ended()
            return None
        if self._on_due:
            self._send_box(self._servers, ON)
            self._on_due = False
        due = records.find(self._store.db, R.due_at <= now, most=AT_ONCE)
        return self._send(self._servers, due) if due else None

    def prune(self) -> None:
        """Give up what nobody took, and forget permissions that have run out."""
        now = int(self._clock.now())
        lost = self._store.write(lambda: records.prune(self._store.db, now - PERMISSION_S, now - UNDELIVERED_S))
        if lost:
            log.warning("%d sessions' Stop was not taken by any accounting server for a week; given up", lost)

    def _forget_ended(self) -> None:
        ended = [each.session_id for each in records.find(self._store.db, R.ended == 1)]
        if ended:
            self._store.write(lambda: records.drop(self._store.db, ended))

    def _send(self, servers: Servers, due: Sequence[Report]) -> float | None:
        live = {online.session.id: online for online in self._sessions.online()} if any(not each.ended for each in due) else {}
        sent: list[Report] = []
        over: list[int] = []
        try:
            for report in due:
                try:
                    self._send_one(servers, report, live, sent, over)
                except BadInput as error:  # it would stand in everybody's way for ever
                    log.error("session %s cannot be reported: %s", report.acct_session_id, error)  # noqa: TRY400 - it says all
                    over.append(report.session_id)
        finally:
            if sent or over:
                self._store.write(lambda: self._note(sent, over))
        more = len(due) == AT_ONCE or any(each.ended for each in sent)
        return 0.0 if more and (sent or over) else None

    def _note(self, sent: Sequence[Report], over: Sequence[int]) -> None:
        records.advance(self._store.db, sent)
        records.drop(self._store.db, over)

    def _send_one(self, servers: Servers, report: Report, live: Mapping[int, Online], sent: list[Report], over: list[int]) -> None:
        now = int(self._clock.now())
        if not report.announced:
            self._tell(servers, report, START, report.started_at, {})
            sent.append(replace(report, announced=1, due_at=now + report.interim_s))
        elif report.ended:
            try:
                final = self._sessions.final(report.session_id)
            except NotFound:
                over.append(report.session_id)
                return
            if final is not None:
                self._tell(servers, report, STOP, final.ended_at or now, _ending(final))
                over.append(report.session_id)
        elif report.session_id in live:
            online = live[report.session_id]
            counted = _used(now - report.started_at, online.down_octets, online.up_octets)
            device = online.session.device
            self._tell(servers, replace(report, address=device.address), INTERIM, now, counted)
            sent.append(replace(report, due_at=now + report.interim_s))

    def _tell(self, servers: Servers, report: Report, status: int, at: int, more: packets.Attributes) -> None:
        device = Device(report.mac, report.address, report.network)
        said: packets.Attributes = {
            "Acct-Status-Type": (status,),
            "Acct-Session-Id": (report.acct_session_id,),
            "User-Name": (report.user_name,),
            "Acct-Authentic": (AUTHENTIC_RADIUS,),
            **({"Class": report.class_values} if report.classes else {}),
            **self._nas.place(device),
            "Event-Timestamp": (at,),
            **more,
        }
        delay = {"Acct-Delay-Time": (max(0, int(self._clock.now()) - at),)}
        host = report.server.rpartition(":")[0].strip("[]")
        servers.ask(lambda secret, own: packets.accounting(secret, {**said, **own, **delay}), prefer=host)

    def _send_box(self, servers: Servers, status: int, within_s: float = 10.0) -> None:
        said = {"Acct-Status-Type": (status,), **self._nas.itself(), "Event-Timestamp": (int(self._clock.now()),), "Acct-Delay-Time": (0,)}
        said["Acct-Session-Id"] = (f"{int(self._clock.now()):08X}",)
        servers.ask(lambda secret, own: packets.accounting(secret, {**said, **own}), within_s=within_s)


def _used(seconds: int, down_octets: int, up_octets: int) -> packets.Attributes:
    input_low, input_high = model.words(up_octets)
    output_low, output_high = model.words(down_octets)
    return {
        "Acct-Session-Time": (max(0, seconds),),
        "Acct-Input-Octets": (input_low,),
        "Acct-Input-Gigawords": (input_high,),
        "Acct-Output-Octets": (output_low,),
        "Acct-Output-Gigawords": (output_high,),
    }


def _ending(final: Session) -> packets.Attributes:
    cause = model.CAUSES.get(final.end_reason or "", model.OTHER_CAUSE)
    seconds = (final.ended_at or final.started_at) - final.started_at
    return {**_used(seconds, final.down_octets, final.up_octets), "Acct-Terminate-Cause": (cause,)}
