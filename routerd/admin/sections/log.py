"""The login log: GET /log and its export."""

from collections.abc import Sequence
from typing import Any

from routerd.admin import reading
from routerd.admin.section import Asked, BadField, File, Route
from routerd.guests.logins import EVENTS, Logins, LogWanted
from routerd.guests.model import LoginEntry
from routerd.identity.audit import Audit
from routerd.web import spreadsheet
from routerd.web.moments import local

COLUMNS = ("id", "at", "event", "kind", "login", "mac", "address", "network", "reason", "down", "up")


class Log:
    """GET /log and /log/export.csv.

    Args:
        log: the login log.
        audit: is told who took the log away.
    """

    def __init__(self, log: Logins, audit: Audit) -> None:
        self._log = log
        self._audit = audit

    def routes(self) -> Sequence[Route]:
        return (Route("GET", "/log", self._list), Route("GET", "/log/export.csv", self._export))

    def _list(self, asked: Asked) -> dict[str, Any]:
        before, most = reading.page(asked.fields)
        found = self._log.search(_wanted(asked, before, most + 1))
        return {"rows": [dict(zip(COLUMNS, _row(entry), strict=True)) for entry in found[:most]], "more": len(found) > most}

    def _export(self, asked: Asked) -> File:
        wanted = _wanted(asked, None, 1)
        self._audit.note(asked.actor, "log.export", "login log")
        rows = ((entry.id, local(entry.at), *_row(entry)[2:]) for entry in self._log.everything(wanted))
        return File(spreadsheet.MEDIA_TYPE, spreadsheet.pieces(COLUMNS, rows), "logins.csv")


def _wanted(asked: Asked, before: int | None, most: int) -> LogWanted:
    fields = asked.fields
    event = reading.text(fields, "event", "", 16)
    if event and event not in EVENTS:
        raise BadField("event", f"event: expected one of {', '.join(EVENTS)}")
    texts = (reading.text(fields, name, "", 128) for name in ("search", "kind", "network"))
    search, kind, network = texts
    return LogWanted(search, event, kind, network, before, most)


def _row(entry: LoginEntry) -> tuple[object, ...]:
    told = (entry.id, entry.at, entry.event, entry.kind, entry.login, entry.mac, entry.address, entry.network, entry.reason)
    return (*told, entry.down_octets, entry.up_octets)
