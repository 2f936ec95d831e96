"""One request under guard, as the edge drives it: fulfils `edge.ports.Visit`.

`Visit` is for requests that no rule set judges; `judging.Judging` adds one. This module does not load the engine.
"""

from typing import TYPE_CHECKING

from routerd.core.ruling import Ruling
from routerd.defence import pages
from routerd.defence.bodies import asked
from routerd.defence.model import Judged, Post
from routerd.edge.head import Fields, Head
from routerd.edge.ports import UNSEEN, Refusal

if TYPE_CHECKING:
    from routerd.defence.service import Desk

CONDITIONS_OCTETS = 65_536
"""Of a body that custom rules look at."""

_ERRORS = range(400, 500)


class Visit:
    """A request that no rule set judges.

    Args:
        desk: what the defence works with.
        head: of the request.
        site: name of its site.
        post: how that is guarded.
        at: when it began, seconds since the epoch.
        request_id: names it in pages and logs.
        ruling: what a protection would have refused it for, were anything refused here.
    """

    __slots__ = ("_at", "_desk", "_head", "_post", "_request_id", "_ruling", "_site", "_status", "body_octets", "response_octets")

    def __init__(self, desk: "Desk", head: Head, site: str, post: Post, at: float, request_id: str, ruling: Ruling | None = None) -> None:
        self._desk = desk
        self._head = head
        self._site = site
        self._post = post
        self._at = at
        self._request_id = request_id
        self._ruling = ruling
        self._status = -1
        """Of our refusal; -1: there has been none."""
        self.body_octets = 0
        self.response_octets = 0

    def headers(self) -> Refusal | None:
        """Phase 1: asks for the body if custom rules look at it."""
        conditions = self._desk.conditions
        if conditions is not None and conditions.body_wanted:
            self.body_octets = CONDITIONS_OCTETS
        else:
            self.body_octets = UNSEEN
        return None

    def body(self, body: bytes, whole: bool) -> Refusal | None:
        """Phase 2: custom rules that look at bodies."""
        del whole
        conditions = self._desk.conditions
        if conditions is None or self._ruling is not None or not conditions.body_wanted:
            return None
        ruling = conditions.judge_body(self._head, asked(body, self._head.headers, CONDITIONS_OCTETS)[0])
        if ruling is None or ruling.action == "allow":
            return None
        self._ruling = ruling
        return None if self._post.mode == "detect" else self._refused(403)

    def response(self, status: int, headers: Fields) -> Refusal | None:
        """Phase 3: nothing here looks at responses."""
        del status, headers
        return None

    def response_body(self, body: bytes, whole: bool) -> Refusal | None:
        """Phase 4."""
        del body, whole
        return None

    def done(self, status: int) -> None:
        """Phase 5: notes what there is to note, and counts what went wrong."""
        if self._ruling is not None:
            self._note()
        self._count(status)

    def _note(self) -> None:
        action = "detect" if self._status < 0 else "block"
        self._desk.journal.noted(
            Judged(self._head, self._site, self._at, self._request_id, action, max(self._status, 0), ruling=self._ruling)
        )

    def _count(self, status: int) -> None:
        if status in _ERRORS and self._desk.errors is not None:
            self._desk.errors.seen(self._head.client, status, direct=self._head.peer == self._head.client)

    def _refused(self, status: int) -> Refusal:
        self._status = status
        return pages.refused(status, self._request_id, self._head.headers)


class Allowed:
    """A request that an access list lets past everything: nothing looks at it, and nothing is counted."""

    __slots__ = ()

    body_octets = UNSEEN
    response_octets = 0

    def headers(self) -> None:
        """Nothing."""

    def body(self, body: bytes, whole: bool) -> None:
        """Nothing."""

    def response(self, status: int, headers: Fields) -> None:
        """Nothing."""

    def response_body(self, body: bytes, whole: bool) -> None:
        """Nothing."""

    def done(self, status: int) -> None:
        """Nothing."""
