"""System: versions and health, backup and restore, the log, services, time zone, check for updates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol
from zoneinfo import available_timezones

from routerd.admin.reading import flag, number, text
from routerd.admin.section import Asked, BadField, Route, only
from routerd.core.errors import NotFound
from routerd.core.jobs import Jobs
from routerd.identity.audit import Audit
from routerd.preferences.service import Preferences
from routerd.upkeep.archive import PASSPHRASE_MOST
from routerd.upkeep.logs import LEVELS, Ring
from routerd.upkeep.machine import Machine
from routerd.upkeep.service import PIECE_OCTETS_MOST, Backups
from routerd.upkeep.updates import Updates

LINES_MOST = 500


@dataclass(frozen=True, slots=True)
class Service:
    """Something that runs on the box.

    Attributes:
        id: ``daemon``, ``portal``, ``dns:<network>``.
        restart: starts it anew; None: cannot be.
    """

    id: str
    title: str
    state: str
    restart: Callable[[], None] | None = None


class Box(Protocol):
    """The machine as `app` knows it."""

    @property
    def backups(self) -> Backups: ...

    @property
    def logs(self) -> Ring: ...

    @property
    def updates(self) -> Updates: ...

    def machine(self) -> Machine: ...

    def facts(self) -> Mapping[str, Any]:
        """``now``, ``started_at``, ``store``, and the time zone's ``offset_s``."""
        ...

    def services(self) -> Sequence[Service]: ...

    def restart(self) -> None:
        """Start everything anew, after the answer."""
        ...


class SystemSection:
    """GET /system and below.

    Args:
        box: the machine.
        preferences: keeps time zone and updates.
        audit: is told of everything that is done.
        jobs: make backups.
    """

    def __init__(self, box: Box, preferences: Preferences, audit: Audit, jobs: Jobs) -> None:
        self._box = box
        self._preferences = preferences
        self._audit = audit
        self._jobs = jobs

    def routes(self) -> Sequence[Route]:
        return (
            Route("GET", "/system", self._show),
            Route("POST", "/system/backup", self._back_up),
            Route("POST", "/system/restore/upload/<offset:int>", self._upload, raw=PIECE_OCTETS_MOST),
            Route("POST", "/system/restore/check", self._check),
            Route("POST", "/system/restore", self._restore),
            Route("DELETE", "/system/restore", self._discard),
            Route("GET", "/system/logs", self._logs),
            Route("POST", "/system/restart", self._restart),
            Route("GET", "/system/timezones", self._zones),
            Route("POST", "/system/timezone", self._zone),
            Route("POST", "/system/updates", self._update),
        )

    def _show(self, _asked: Asked) -> dict[str, Any]:
        facts, settings = dict(self._box.facts()), self._preferences.settings.system
        last, known = self._box.backups.exchange.last(), self._box.updates.known()
        source = next(field["source"] for field in self._preferences.section("system")["fields"] if field["key"] == "time_zone")
        zone = {"name": settings.time_zone, "source": source, "offset_s": facts.pop("offset_s")}
        services = [
            {"id": each.id, "title": each.title, "state": each.state, "restartable": each.restart is not None}
            for each in self._box.services()
        ]
        updates = asdict(known) | {"on": settings.update_check, "url": settings.update_url}
        shown = asdict(self._box.machine()) | facts | {"time_zone": zone, "services": services, "updates": updates}
        return shown | {"restored": asdict(last) if last else None, "applying": self._preferences.state()["applying"]}

    def _back_up(self, asked: Asked) -> dict[str, int]:
        work = self._box.backups.made(_passphrase(asked))
        job = self._jobs.submit("backup", asked.actor.name, work)
        self._audit.note(asked.actor, "system.backup", "the whole box")
        return {"job": job}

    def _upload(self, asked: Asked) -> dict[str, int]:
        return {"octets": self._box.backups.receive(int(asked.path["offset"]), asked.body)}

    def _check(self, asked: Asked) -> dict[str, Any]:
        return asdict(self._box.backups.check(_passphrase(asked)))

    def _restore(self, asked: Asked) -> dict[str, Any]:
        summary = self._box.backups.stage(_passphrase(asked))
        self._audit.note(asked.actor, "system.restore", "the whole box", None, {"made_at": summary.made_at, "hostname": summary.hostname})
        self._box.restart()
        return asdict(summary) | {"restarting": True}

    def _discard(self, _asked: Asked) -> None:
        self._box.backups.discard()

    def _logs(self, asked: Asked) -> dict[str, Any]:
        level, search = text(asked.fields, "level", "debug"), text(asked.fields, "search", "", 200)
        if level not in LEVELS:
            raise BadField("level", f"level: expected one of {', '.join(LEVELS)}")
        before = number(asked.fields, "before", least=1) if "before" in asked.fields else None
        lines, more = self._box.logs.newest(
            level=level, search=search, before=before, most=number(asked.fields, "most", 100, 1, LINES_MOST)
        )
        return {"rows": lines, "more": more}

    def _restart(self, asked: Asked) -> dict[str, str]:
        only(asked.fields, "service")
        wanted = text(asked.fields, "service", most=64)
        service = next((each for each in self._box.services() if each.id == wanted), None)
        if service is None or service.restart is None:
            raise NotFound(f"there is no service '{wanted}' that could be started anew")
        self._audit.note(asked.actor, "system.restart", service.id)
        service.restart()
        return {"restarting": service.id}

    def _zones(self, _asked: Asked) -> dict[str, list[str]]:
        return {"rows": sorted(name for name in available_timezones() if "/" in name or name == "UTC")}

    def _zone(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "name")
        self._preferences.set("system", {"time_zone": text(asked.fields, "name", most=64) or None}, asked.actor)
        return self._show(asked)

    def _update(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "on", "url")
        changes: dict[str, Any] = {}
        if "on" in asked.fields:
            changes["update_check"] = flag(asked.fields, "on")
        if "url" in asked.fields:
            changes["update_url"] = text(asked.fields, "url", most=512) or None
        self._preferences.set("system", changes, asked.actor)
        return self._show(asked)


def _passphrase(asked: Asked) -> str:
    only(asked.fields, "passphrase")
    return text(asked.fields, "passphrase", most=PASSPHRASE_MOST)
