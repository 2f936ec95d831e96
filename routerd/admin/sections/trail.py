"""The audit trail and the log of sign-ins, for owners."""

from collections.abc import Sequence
from typing import Any

from routerd.admin.reading import page
from routerd.admin.section import Asked, Route, only
from routerd.identity.audit import Audit
from routerd.identity.signins import Signins


class Trail:
    """GET /audit and /signins.

    Args:
        audit: the trail.
        signins: the log.
    """

    def __init__(self, audit: Audit, signins: Signins) -> None:
        self._audit = audit
        self._signins = signins

    def routes(self) -> Sequence[Route]:
        return (Route("GET", "/audit", self._changes), Route("GET", "/signins", self._visits))

    def _changes(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "before", "most")
        return self._audit.rows(*page(asked.fields))

    def _visits(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "before", "most")
        return self._signins.rows(*page(asked.fields))
