"""Long work: /jobs. The front desk sees its own, the owner all."""

from collections.abc import Sequence
from typing import Any

from routerd.admin.section import Asked, File, Route
from routerd.core.jobs import Job, Jobs
from routerd.identity.actor import OWNER, STAFF


class JobsSection:
    """GET /jobs, and what is below.

    Args:
        jobs: long work.
    """

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def routes(self) -> Sequence[Route]:
        return (
            Route("GET", "/jobs", self._list, STAFF),
            Route("GET", "/jobs/<id:int>", self._show, STAFF),
            Route("DELETE", "/jobs/<id:int>", self._cancel, STAFF),
            Route("GET", "/jobs/<id:int>/result", self._result, STAFF),
        )

    def _list(self, asked: Asked) -> dict[str, Any]:
        rows = [shown(job) for job in self._jobs.list(whose(asked))]
        return {"total": len(rows), "rows": rows}

    def _show(self, asked: Asked) -> dict[str, Any]:
        return shown(self._jobs.get(int(asked.path["id"]), whose(asked)))

    def _cancel(self, asked: Asked) -> None:
        self._jobs.cancel(int(asked.path["id"]), whose(asked))

    def _result(self, asked: Asked) -> File:
        result = self._jobs.result(int(asked.path["id"]), whose(asked))
        return File(result.media_type, result.content, result.name)


def whose(asked: Asked) -> str | None:
    """Whose jobs somebody may see; None all."""
    return None if asked.actor.role == OWNER else asked.actor.name


def shown(job: Job) -> dict[str, Any]:
    """A job as documented."""
    problems = [{"line": each.line, "column": each.column, "found": each.found, "expected": each.expected} for each in job.problems]
    told = {name: getattr(job, name) for name in ("id", "kind", "by", "state", "done", "total", "words", "created_at", "ended_at", "error")}
    return {**told, "problems": problems, "result": _file(job)}


def _file(job: Job) -> dict[str, Any] | None:
    if job.result is None:
        return None
    return {"name": job.result.name, "media_type": job.result.media_type, "octets": len(job.result.content)}
