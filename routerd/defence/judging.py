"""A request that a rule set judges, through all its phases: the engine's verdicts become what the edge answers.

It keeps the rule set that it began with, whatever is loaded meanwhile. Made by `service`, which loads this module only when there
are rules.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from routerd.attacks.model import VALUE_MOST
from routerd.core.ruling import Ruling
from routerd.defence.bodies import asked, readable
from routerd.defence.model import Judged, Post
from routerd.defence.rulesets import Loaded
from routerd.defence.visit import CONDITIONS_OCTETS, Visit
from routerd.edge.head import Fields, Head
from routerd.edge.ports import Refusal
from routerd.waf.collections import number
from routerd.waf.request import Request, Response
from routerd.waf.settings import Mode
from routerd.waf.verdict import Match, Verdict

if TYPE_CHECKING:
    from routerd.defence.service import Desk

_ACTIONS = {"deny": "block", "redirect": "redirect", "drop": "drop"}
_INBOUND = (b"blocking_inbound_anomaly_score", b"inbound_anomaly_score", b"anomaly_score")
_OUTBOUND = (b"blocking_outbound_anomaly_score", b"outbound_anomaly_score")
_NOTED_MOST = 2_048
"""Octets of a match that is noted as it is."""

_PROTOCOL = b"HTTP/1.1"
"""Of responses: whatever an upstream speaks, the edge translates."""


class Judging(Visit):
    """A request that a rule set judges.

    Args:
        loaded: the rule set.
        desk: as of `Visit`, like all that follow.
    """

    __slots__ = ("_loaded", "_transaction")

    def __init__(
        self,
        loaded: Loaded,
        desk: "Desk",
        head: Head,
        site: str,
        post: Post,
        at: float,
        request_id: str,
        ruling: Ruling | None = None,
    ) -> None:
        super().__init__(desk, head, site, post, at, request_id, ruling)
        self._loaded = loaded
        request = Request(
            head.method, head.target, head.protocol, head.headers, head.client, head.client_port, head.server, head.server_port
        )
        self._transaction = loaded.rules.begin(request, at, request_id.encode())
        if post.mode == "detect" and self._transaction.state.mode is Mode.ON:
            self._transaction.state.mode = Mode.DETECTION_ONLY

    def headers(self) -> Refusal | None:
        """Phase 1."""
        verdict = self._transaction.headers()
        if verdict is not None:
            return self._answered(verdict)
        if self._transaction.wants_body:
            self.body_octets = self._loaded.rules.settings.body_most + 1
        elif self._desk.conditions is not None and self._desk.conditions.body_wanted:
            self.body_octets = CONDITIONS_OCTETS
        return None

    def body(self, body: bytes, whole: bool) -> Refusal | None:
        """Phase 2, custom rules first; on what the upstream would see of a body that is compressed."""
        refusal = super().body(body, whole) if self._desk.conditions is not None else None
        if refusal is not None:
            return refusal
        said, trouble = asked(body, self._head.headers, self._loaded.rules.settings.body_no_files_most + 1)
        verdict = self._transaction.body(said, trouble)
        return None if verdict is None else self._answered(verdict)

    def response(self, status: int, headers: Fields) -> Refusal | None:
        """Phase 3."""
        transaction = self._transaction
        verdict = transaction.response_headers(Response(status, _PROTOCOL, headers))
        if verdict is not None:
            return self._answered(verdict)
        if transaction.wants_response_body and self._loaded.response_rules:
            self.response_octets = self._loaded.rules.settings.response_most + 1
        return None

    def response_body(self, body: bytes, whole: bool) -> Refusal | None:
        """Phase 4, on what the client would see of a body that is compressed."""
        del whole
        if not self.response_octets:
            return None
        response = self._transaction.state.response
        verdict = self._transaction.response_body(readable(body, response.headers if response else (), self.response_octets))
        return None if verdict is None else self._answered(verdict)

    def done(self, status: int) -> None:
        """Phase 5."""
        transaction = self._transaction
        transaction.log()
        if transaction.matches or self._ruling is not None or transaction.exceeded:
            self._note()
        self._count(status)

    def malformed(self, reason: str) -> None:
        """Judges what could be read of a request that the edge refuses in any case, and notes it."""
        transaction = self._transaction
        if transaction.state.mode is Mode.ON:
            transaction.state.mode = Mode.DETECTION_ONLY
        transaction.headers()
        transaction.body()
        transaction.log()
        self._status = 400
        self._keep("block", transaction.detected, reason)

    def _answered(self, verdict: Verdict) -> Refusal:
        if verdict.action == "drop":
            self._status = 0
            return Refusal(0, close=True)
        if verdict.action == "redirect":
            self._status = verdict.status
            return Refusal(verdict.status, ((b"Location", _header_value(verdict.url)), (b"Cache-Control", b"no-store")))
        return self._refused(verdict.status)

    def _note(self) -> None:
        transaction = self._transaction
        refused = self._status >= 0
        if refused and transaction.verdict is not None:
            action = _ACTIONS.get(transaction.verdict.action, "block")
        elif refused:
            action = "block"
        else:
            watched = self._loaded.observed
            would = transaction.detected or self._ruling or (watched and any(each.rule in watched for each in transaction.matches))
            action = "detect" if would else ""
        self._keep(action, transaction.verdict or transaction.detected)

    def _keep(self, action: str, verdict: Verdict | None, reason: str = "") -> None:
        transaction = self._transaction
        matches = tuple([_short(match) for match in transaction.matches if match.logged])
        if not matches and not action and not transaction.exceeded:
            return
        bag = transaction.state.tx
        self._desk.journal.noted(
            Judged(
                self._head,
                self._site,
                self._at,
                self._request_id,
                action,
                max(self._status, 0),
                self._ruling,
                verdict,
                matches,
                self._loaded.observed,
                tuple(transaction.exceeded),
                next((number(found) for name in _INBOUND if (found := bag.get(name)) is not None), 0),
                next((number(found) for name in _OUTBOUND if (found := bag.get(name)) is not None), 0),
                reason,
            )
        )


def _short(match: Match) -> Match:
    """A match that may wait in a queue: values can be as long as bodies."""
    if len(match.value) + len(match.data) + len(match.message) <= _NOTED_MOST:
        return match
    return replace(match, value=match.value[:VALUE_MOST], data=b"", message=match.message[:VALUE_MOST])


def _header_value(url: bytes) -> bytes:
    """A URL that macros had a part in, without what would end the field or be no URL."""
    return b"".join(b"%c" % each if 0x20 < each < 0x7F else b"%%%02X" % each for each in url)
