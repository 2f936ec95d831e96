"""The live stream: GET /live. What the page shows changes by itself."""

from collections.abc import Mapping, Sequence
from typing import Any

import bottle

from routerd.admin.board import Board
from routerd.admin.section import Asked, BadField, File, Route
from routerd.admin.sections.jobs import shown, whose
from routerd.admin.streams import Event, Streams, Topic
from routerd.admin.table import COLUMNS, Table
from routerd.core.errors import Denied
from routerd.core.jobs import Job, Jobs
from routerd.identity.actor import OWNER, STAFF

TOPICS = ("overview", "guests", "jobs")

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Live:
    """GET /live.

    Args:
        streams: keeps them in bounds.
        board: the overview.
        table: the guests.
        jobs: long work.
    """

    def __init__(self, streams: Streams, board: Board, table: Table, jobs: Jobs) -> None:
        self._streams = streams
        self._board = board
        self._table = table
        self._jobs = jobs
        jobs.told(lambda _job: streams.poke())

    def routes(self) -> Sequence[Route]:
        return (Route("GET", "/live", self._listen, STAFF),)

    def _listen(self, asked: Asked) -> File:
        names = [name for name in str(asked.fields.get("topics", "")).split(",") if name]
        if not names or set(names) - set(TOPICS):
            raise BadField("topics", f"topics: expected one or more of {', '.join(TOPICS)}, with commas between")
        if asked.actor.role != OWNER and names != ["jobs"]:
            raise Denied("the front desk may listen to jobs only", "role")
        left = bottle.request.environ.get("waitress.client_disconnected", bool)
        topics = [self._topic(name, asked) for name in dict.fromkeys(names)]
        return File("text/event-stream", self._streams.stream(topics, asked.alive, left), headers=_HEADERS)

    def _topic(self, name: str, asked: Asked) -> Topic:
        if name == "overview":
            return Overviews(self._board)
        return Rows(self._table) if name == "guests" else Moves(self._jobs, whose(asked))


class Overviews:
    """The overview, and alerts by themselves, when they differ from what was sent."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._sent: Mapping[str, Any] = {}
        self._alerts: Sequence[Mapping[str, Any]] = ()

    def news(self) -> Sequence[Event]:
        overview = self._board.now()
        events: list[Event] = []
        if overview is not self._sent and {**overview, "at": 0} != {**self._sent, "at": 0}:
            events.append(("overview", overview))
            self._sent = overview
        if [each["id"] for each in overview["alerts"]] != [each["id"] for each in self._alerts]:
            events.append(("alert", {"rows": overview["alerts"]}))
            self._alerts = overview["alerts"]
        return events


class Rows:
    """Rows of the guests' table that differ from what was sent."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._revision = 0

    def news(self) -> Sequence[Event]:
        delta = self._table.since(self._revision)
        self._revision = delta.revision
        if not (delta.reset or delta.rows or delta.gone):
            return ()
        head = {"columns": COLUMNS} if delta.reset else {}
        return (("guests", {"reset": delta.reset, **head, "rows": delta.rows, "gone": delta.gone}),)


class Moves:
    """Jobs that moved since they were sent."""

    def __init__(self, jobs: Jobs, by: str | None) -> None:
        self._jobs = jobs
        self._by = by
        self._sent: dict[int, Job] = {}

    def news(self) -> Sequence[Event]:
        now = {job.id: job for job in self._jobs.list(self._by)}
        moved = [job for number, job in reversed(now.items()) if self._sent.get(number) is not job]
        self._sent = now
        return [("job", shown(job)) for job in moved]
