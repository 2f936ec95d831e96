"""The overview: GET /overview and its charts."""

from collections.abc import Sequence
from typing import Any

from routerd.admin.board import Board
from routerd.admin.section import Asked, BadField, Route
from routerd.telemetry.model import SPANS
from routerd.telemetry.service import Telemetry


class Overview:
    """GET /overview and /overview/traffic.

    Args:
        board: how things stand.
        telemetry: how they stood.
    """

    def __init__(self, board: Board, telemetry: Telemetry) -> None:
        self._board = board
        self._telemetry = telemetry

    def routes(self) -> Sequence[Route]:
        return (Route("GET", "/overview", self._show), Route("GET", "/overview/traffic", self._chart))

    def _show(self, _asked: Asked) -> dict[str, Any]:
        return self._board.now()

    def _chart(self, asked: Asked) -> dict[str, Any]:
        span = asked.fields.get("span", "day")
        if span not in SPANS:
            raise BadField("span", f"span: expected {' or '.join(SPANS)}")
        samples = self._telemetry.traffic.series(span)
        return {
            "span": span,
            "step_s": SPANS[span][0],
            "at": [each.at for each in samples],
            "down": [each.down_octets for each in samples],
            "up": [each.up_octets for each in samples],
            "online": [each.online for each in samples],
        }
