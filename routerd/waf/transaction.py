"""One request on its way through the phases. The edge hands it what it has, as it comes, and does what each verdict says.

A transaction is of one thread. Nothing that is in a request makes it raise.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from routerd.waf.asking import Ask, Chain
from routerd.waf.bodies.body import Limits, Parsed
from routerd.waf.bodies.catalogue import parse
from routerd.waf.budget import ASKING, Budget, Over
from routerd.waf.link import Link
from routerd.waf.operators.operator import Hit
from routerd.waf.request import Response, field
from routerd.waf.selection import Looked, Part, without
from routerd.waf.settings import Mode
from routerd.waf.state import State
from routerd.waf.variables.response import content_type
from routerd.waf.verdict import Match, Verdict

if TYPE_CHECKING:
    from routerd.waf.engine import RuleSet

HEADERS, BODY, RESPONSE_HEADERS, RESPONSE_BODY, LOGGING = range(1, 6)

CAPTURES = 10
"""TX.0 to TX.9."""

_TOO_LARGE = 413
_REFUSED = 403

Watch: TypeAlias = Callable[[Link, bytes, bytes, bool], None]
"""Told of each value that a rule looks at: rule, name of the variable, value after transformations, whether it matched."""


class Transaction:
    """Judges one request.

    Attributes:
        state: what is known of it.
        matches: rules that have matched, in order.
        verdict: what ended the request, if anything has.
        detected: what would have ended it first, had the engine been on.
        exceeded: limits that it went over.
        cost: work done so far; see `budget`.
    """

    def __init__(self, rules: "RuleSet", state: State, budget: Budget, watch: Watch | None = None) -> None:
        self.state = state
        self.matches: list[Match] = []
        self.verdict: Verdict | None = None
        self.detected: Verdict | None = None
        self.exceeded: list[str] = []
        self.cost = 0
        self._rules = rules
        self._budget = budget
        self._watch = watch
        self._allowed = ""
        self._looked: Looked = {}
        self._changed: dict[Chain, dict[bytes, bytes]] = {}
        self._masks: dict[int, int] = {}
        self._fresh = True
        self._removed = 0
        self._gone: set[Link] = set()
        self._less: dict[Link, tuple[Part, ...]] = {}

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
            self._over(f"more than {self.state.settings.arguments_most} arguments", self._budget.arguments_over, HEADERS)
        return self._phase(HEADERS)

    def body(self, body: bytes = b"") -> Verdict | None:
        """Phase 2: the body of the request, empty if it has none. It is to be called in any case.

        Args:
            body: whole; whoever collects it may stop one octet after SecRequestBodyLimit.
        """
        state = self.state
        if self.verdict is None and self.wants_body:
            most = state.settings.body_most
            if len(body) > most:
                state.inbound_data_error = True
                if not state.settings.body_partial:
                    self._decide(Verdict("deny", _TOO_LARGE, phase=BODY, message=b"a body of more than %d octets" % most))
            self._take_apart(body[:most])
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
                self._decide(Verdict("deny", _REFUSED, phase=RESPONSE_BODY, message=b"a response of more than %d octets" % most))
        state.response_body = body[:most]
        return self._phase(RESPONSE_BODY)

    def log(self) -> None:
        """Phase 5: the request is over, whatever became of it. Nothing is decided any more."""
        decided, self.verdict = self.verdict, None
        detected = self.detected
        self._phase(LOGGING)
        self.verdict, self.detected = decided, detected

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

    def _phase(self, phase: int) -> Verdict | None:
        if self.verdict is not None:
            return self.verdict
        if self.state.mode is Mode.OFF or self._is_allowed(phase):
            return None
        self._looked.clear()
        self._masks.clear()
        rules = self._rules.phases[phase]
        at, most = 0, len(rules.links)
        while at < most:
            link = rules.links[at]
            at += 1
            if not self._matches(link):
                continue
            at += link.skip
            at = rules.jumps.get(link, at) if link.skip_after else at
            if self.verdict is not None or self._allowed:
                break
        self.state.rule = None
        return self.verdict

    def _is_allowed(self, phase: int) -> bool:
        if self._allowed == "all" and phase != LOGGING:
            return True
        if self._allowed == "request" and phase <= BODY:
            return True
        self._allowed = ""
        return False

    def _matches(self, rule: Link) -> bool:
        """Whether a rule and all that are chained to it match; does what they say if so."""
        state = self.state
        if self.cost > self._budget.cost_most:
            return self._exhausted(rule.phase)
        if len(state.removals) != self._removed:
            self._remove()
        if rule in self._gone:
            return False
        state.rule = rule
        self._fresh = True
        if not self._link(rule, self._less.get(rule, rule.parts)):
            return False
        for link in rule.chained:
            if not self._link(link, link.parts):
                return False
        for link in (*reversed(rule.chained), rule):
            for step in link.after:
                step.run(state)
        self._record(rule)
        return True

    def _remove(self) -> None:
        """Takes out what ``ctl`` has said since the last time."""
        for removal in self.state.removals[self._removed :]:
            for rule in self._rules.meant(removal):
                if removal.gone is None:
                    self._gone.add(rule)
                else:
                    self._less[rule] = without(self._less.get(rule, rule.parts), removal.collection, removal.gone)
        self._removed = len(self.state.removals)

    def _link(self, link: Link, parts: Sequence[Part]) -> bool:
        """Whether any value matches; all are asked, for each that matches may set something."""
        ask = link.ask
        if ask is None:
            for step in link.each:
                step.run(self.state)
            return True
        if link.multi or self._watch is not None:
            return self._slowly(link, ask, parts)
        if link.group and ask.bit and not self._mask(link) & ask.bit:
            self._forget()
            return False
        return self._quickly(link, ask, parts)

    def _quickly(self, link: Link, ask: Ask, parts: Sequence[Part]) -> bool:
        """Each value is asked once; what is made of it is remembered for the next rule with these transformations."""
        state, looked, match, chain, cost = self.state, self._looked, ask.match, link.chain, 0
        known = None if chain.idle else self._changed.setdefault(chain, {})
        found = False
        for part in parts:
            for name, value in part.members(state, looked):
                if known is not None:
                    changed = known.get(value)
                    if changed is None:
                        changed = known[value] = chain.applied(value)
                        cost += len(value)
                else:
                    changed = value
                cost += ASKING + len(changed)
                hit = match(changed) if match is not None else ask.hit(state, changed)
                if hit is not None:
                    found = True
                    self._hit(link, hit, part.full_name(name), changed)
        self.cost += cost
        if not found:
            self._forget()
        return found

    def _mask(self, link: Link) -> int:
        """Which operators could match any of the values that a rule looks at; found out once a phase for all that look at the same."""
        found = self._masks.get(link.group)
        if found is not None:
            return found
        gate, chain = self._rules.gate, link.chain
        if gate is None:
            return -1
        found, known = 0, self._changed.setdefault(chain, {})
        for part in link.parts:
            for _, value in part.members(self.state, self._looked):
                changed = known.get(value)
                if changed is None:
                    changed = known[value] = chain.applied(value)
                self.cost += ASKING + len(value)
                found |= gate.mask(changed)
        self._masks[link.group] = found
        return found

    def _slowly(self, link: Link, ask: Ask, parts: Sequence[Part]) -> bool:
        """The same for a rule that looks at each value several times, and for whoever watches."""
        found = False
        for part in parts:
            for name, value in part.members(self.state, self._looked):
                for changed in link.chain.stages(value) if link.multi else (link.chain.applied(value),):
                    self.cost += ASKING + len(value) + len(changed)
                    hit = ask.hit(self.state, changed)
                    if self._watch is not None:
                        self._watch(link, part.full_name(name), changed, hit is not None)
                    if hit is not None:
                        found = True
                        self._hit(link, hit, part.full_name(name), changed)
        if not found:
            self._forget()
        return found

    def _hit(self, link: Link, hit: Hit, name: bytes, value: bytes) -> None:
        state = self.state
        if self._fresh:
            state.matched.clear()
            self._fresh = False
        state.matched.append((name, value))
        state.matched_name, state.matched_value = name, value
        if link.capture:
            for number, text in enumerate(hit.captures[:CAPTURES]):
                state.tx.put(b"%d" % number, text)
        for member, found in hit.found:
            state.geo.put(member, found)
        for step in link.each:
            step.run(state)

    def _forget(self) -> None:
        if self.state.matched:
            self.state.matched.clear()
        self.state.matched_name = self.state.matched_value = b""

    def _record(self, rule: Link) -> None:
        state, meta, decision = self.state, rule.meta, rule.decision
        if meta.severity is not None:
            state.highest_severity = min(state.highest_severity, meta.severity)
        match = Match(
            rule=rule.id,
            phase=rule.phase,
            message=meta.message.expand(state),
            data=meta.data.expand(state),
            tags=tuple(tag.expand(state) for tag in meta.tags),
            severity=meta.severity,
            name=state.matched_name,
            value=state.matched_value,
            file=rule.place.file,
            line=rule.place.line,
            rev=meta.rev,
            version=meta.version,
            maturity=meta.maturity,
            accuracy=meta.accuracy,
            action=decision.action,
            logged=rule.logged,
            audited=rule.audited,
        )
        self.matches.append(match)
        if decision.action == "allow":
            if state.mode is Mode.ON:
                self._allowed = decision.scope or "all"
        elif decision.action != "pass":
            self._decide(Verdict(decision.action, decision.status, decision.url.expand(state), rule.id, rule.phase, match.message))

    def _decide(self, verdict: Verdict) -> None:
        if self.state.mode is Mode.ON:
            self.verdict = self.verdict or verdict
        else:
            self.detected = self.detected or verdict

    def _exhausted(self, phase: int) -> bool:
        self._over("more work than a request may make", self._budget.cost_over, phase)
        return False

    def _over(self, limit: str, over: Over, phase: int) -> None:
        if limit not in self.exceeded:
            self.exceeded.append(limit)
        if over is Over.BLOCK:
            self._decide(Verdict("deny", _REFUSED, phase=phase, message=limit.encode()))
