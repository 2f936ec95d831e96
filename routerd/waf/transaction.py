"""One request on its way through the phases. The edge hands it what it has, as it comes, and does what each verdict says.

A transaction is of one thread. Nothing that is in a request makes it raise.
"""

from typing import TYPE_CHECKING

from routerd.waf.bodies.body import Limits, Parsed
from routerd.waf.bodies.catalogue import parse
from routerd.waf.budget import Budget, Meter
from routerd.waf.judging import Judge, Watch
from routerd.waf.request import Response, field
from routerd.waf.ruling import REFUSED, Ruling
from routerd.waf.settings import Mode
from routerd.waf.state import State
from routerd.waf.variables.response import content_type
from routerd.waf.verdict import Match, Verdict
from routerd.waf.walk import Walk

if TYPE_CHECKING:
    from routerd.waf.engine import RuleSet

HEADERS, BODY, RESPONSE_HEADERS, RESPONSE_BODY, LOGGING = range(1, 6)

_TOO_LARGE = 413


class Transaction:
    """Judges one request.

    Attributes:
        state: what is known of it.
    """

    def __init__(self, rules: "RuleSet", state: State, budget: Budget, watch: Watch | None = None) -> None:
        self.state = state
        self._rules = rules
        self._budget = budget
        self._ruling = Ruling(lambda: state.mode)
        self._meter = Meter(budget.cost_most)
        self._judge = Judge(state, self._ruling, self._meter, rules.meant, rules.gate, watch)
        self._walk = Walk(state, self._judge, self._ruling, self._meter, budget.cost_over, rules.start if watch is None else None)

    @property
    def matches(self) -> list[Match]:
        """Rules that have matched, in order."""
        return self._judge.matches

    @matches.setter
    def matches(self, matches: list[Match]) -> None:
        self._judge.matches = matches

    @property
    def verdict(self) -> Verdict | None:
        """What ended the request, if anything has."""
        return self._ruling.verdict

    @property
    def detected(self) -> Verdict | None:
        """What would have ended it first, had the engine been on."""
        return self._ruling.detected

    @property
    def exceeded(self) -> list[str]:
        """Limits that it went over."""
        return self._ruling.exceeded

    @property
    def cost(self) -> int:
        """Work done so far; see `budget`."""
        return self._meter.spent

    @property
    def wants_body(self) -> bool:
        """Whether the body is to be collected and handed to `body`."""
        return self.state.mode is not Mode.OFF and self.state.body_access

    @property
    def wants_response_body(self) -> bool:
        """Whether the body of the response is to be collected; asked after `response_headers`."""
        state = self.state
        return state.mode is not Mode.OFF and state.response_access and content_type(state).lower() in state.settings.response_types

    @property
    def audited(self) -> bool:
        """Whether the request belongs into the audit log."""
        if self.state.audit != "relevantonly":
            return self.state.audit == "on"
        return any(match.audited for match in self.matches)

    def headers(self) -> Verdict | None:
        """Phase 1: the head of the request."""
        if self.state.limits_exceeded:
            self._ruling.over(f"more than {self.state.settings.arguments_most} arguments", self._budget.arguments_over, HEADERS)
        return self._phase(HEADERS)

    def body(self, body: bytes = b"", trouble: str = "") -> Verdict | None:
        """Phase 2: the body of the request, empty if it has none. It is to be called in any case.

        Args:
            body: whole; whoever collects it may stop one octet after SecRequestBodyLimit.
            trouble: why it could not be made readable, for REQBODY_ERROR; empty: it could.
        """
        state = self.state
        if self.verdict is None and self.wants_body:
            most = state.settings.body_most
            if len(body) > most:
                state.inbound_data_error = True
                if not state.settings.body_partial:
                    self._ruling.decide(Verdict("deny", _TOO_LARGE, phase=BODY, message=b"a body of more than %d octets" % most))
            self._meter.allow(min(len(body), most), self._budget.cost_most)
            self._take_apart(body[:most])
            state.body_error = state.body_error or trouble
        return self._phase(BODY)

    def response_headers(self, response: Response) -> Verdict | None:
        """Phase 3: the head of the response."""
        self.state.response = response
        return self._phase(RESPONSE_HEADERS)

    def response_body(self, body: bytes = b"") -> Verdict | None:
        """Phase 4: the body of the response; nothing happens unless `wants_response_body`."""
        state = self.state
        if self.verdict is not None or not self.wants_response_body:
            return self.verdict
        most = state.settings.response_most
        if len(body) > most:
            state.outbound_data_error = True
            if not state.settings.response_partial:
                self._ruling.decide(Verdict("deny", REFUSED, phase=RESPONSE_BODY, message=b"a response of more than %d octets" % most))
        self._meter.allow(min(len(body), most), self._budget.cost_most)
        state.response_body = body[:most]
        return self._phase(RESPONSE_BODY)

    def log(self) -> None:
        """Phase 5: the request is over, whatever became of it. Nothing is decided any more."""
        ruling = self._ruling
        decided, detected, ruling.verdict = ruling.verdict, ruling.detected, None
        self._phase(LOGGING)
        ruling.verdict, ruling.detected = decided, detected

    def _take_apart(self, body: bytes) -> None:
        state = self.state
        settings = state.settings
        state.body = body
        processor = state.processor.decode(errors="replace")
        kind = field(state.request.headers, b"content-type") or b""
        if not processor or (processor == "JSON" and not body):
            return
        if processor == "MULTIPART" or len(body) <= settings.body_no_files_most:
            limits = Limits(
                arguments=settings.arguments_most, depth=settings.depth_most, files=settings.files_most, separator=settings.separator
            )
            state.parsed = parse(processor, body, kind, limits)
            state.body_error = state.parsed.error
        if len(body) - sum(len(file.content) for file in state.parsed.files) > settings.body_no_files_most:
            state.parsed = state.parsed if state.parsed.error else Parsed(flags=state.parsed.flags)
            state.body_error = "Request body excluding files is bigger than the maximum expected."
            state.inbound_data_error = True
        state.body_hidden = processor == "XML" and not (state.body_forced or state.body_error)

    def _phase(self, phase: int) -> Verdict | None:
        if self.verdict is not None:
            return self.verdict
        if self.state.mode is Mode.OFF or self._is_allowed(phase):
            return None
        self._walk.through(phase, self._rules.phases[phase])
        return self.verdict

    def _is_allowed(self, phase: int) -> bool:
        allowed = self._ruling.allowed
        if allowed == "all" and phase != LOGGING:
            return True
        if allowed == "request" and phase <= BODY:
            return True
        self._ruling.allowed = ""
        return False
