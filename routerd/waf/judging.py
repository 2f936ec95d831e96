"""One rule at a time: asks its operators, does what it says when it matches, and takes down that it has.

Which rules are judged, and in which order, is up to `walk`. Nothing that is in a request makes it raise.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from routerd.waf.asking import Ask
from routerd.waf.budget import ASKING, HITTING, LOOKING, Meter
from routerd.waf.gate.gate import Gate
from routerd.waf.link import Link
from routerd.waf.operators.operator import Hit
from routerd.waf.ruling import Ruling
from routerd.waf.selection import Looked, Part, without
from routerd.waf.state import Removal, State
from routerd.waf.values import Chain
from routerd.waf.verdict import Match, Verdict

CAPTURES = 10
"""TX.0 to TX.9."""

Watch: TypeAlias = Callable[[Link, bytes, bytes, bool], None]
"""Told of each value that a rule looks at: rule, name of the variable, value after transformations, whether it matched."""
Lessened: TypeAlias = Mapping[Link, tuple[Part, ...]]
"""What is left for rules to look at."""
Meant: TypeAlias = Callable[[Removal], Lessened]
"""The rules that a removal takes out, or what it leaves them."""


def lessened(removal: Removal, rules: Iterable[Link]) -> Lessened:
    """The rules that a removal means, each with what it leaves a rule that still looks at everything it is written to look at."""
    gone = removal.gone
    return {rule: () if gone is None else without(rule.parts, removal.collection, gone) for rule in rules if removal.rules(rule)}


class Judge:
    """Judges rules on one request.

    Attributes:
        matches: rules that have matched, in order.
        looked: members that were read in this phase.
        reached: how many links of the rule judged last have matched, the first that did not not counted.
    """

    def __init__(
        self, state: State, ruling: Ruling, meter: Meter, meant: Meant, gate: Gate | None = None, watch: Watch | None = None
    ) -> None:
        self.matches: list[Match] = []
        self.looked: Looked = {}
        self.reached = 0
        self._state = state
        self._ruling = ruling
        self._meter = meter
        self._meant = meant
        self._gate = gate
        self._watch = watch
        self._changed: dict[Chain, dict[bytes, bytes]] = {}
        self._masks: dict[int, int] = {}
        self._fresh = True
        self._removed = 0
        self._gone: set[Link] = set()
        self._less: dict[Link, tuple[Part, ...]] = {}

    def phase(self) -> None:
        """A phase begins: what was read before may have changed."""
        self.looked.clear()
        self._masks.clear()

    def rule(self, rule: Link, *, known: bool = False) -> bool:
        """Whether a rule and all that are chained to it match; does what they say if so.

        Args:
            rule: the first of the chain.
            known: whether it is known that this one will match, so that the gate need not be asked.
        """
        state = self._state
        self.reached, self._fresh = 0, True
        if self.is_gone(rule):
            return False
        state.rule = rule
        if not self._link(rule, self.parts(rule), known=known):
            return False
        for link in rule.chained:
            if not self._link(link, link.parts):
                return False
        for link in (*reversed(rule.chained), rule):
            for step in link.after:
                step.run(state)
        self._record(rule)
        return True

    def is_gone(self, rule: Link) -> bool:
        """Whether a rule has been taken out for this request."""
        if len(self._state.removals) != self._removed:
            self._remove()
        return rule in self._gone

    def parts(self, rule: Link) -> Sequence[Part]:
        """What a rule looks at in this request, without what has been taken out."""
        return self._less.get(rule, rule.parts)

    def _remove(self) -> None:
        """Takes out what ``ctl`` has said since the last time."""
        for removal in self._state.removals[self._removed :]:
            left = self._meant(removal)
            if removal.gone is None:
                self._gone.update(left)
            elif not self._less:
                self._less = dict(left)
            else:
                for rule, parts in left.items():
                    before = self._less.get(rule)
                    self._less[rule] = parts if before is None else without(before, removal.collection, removal.gone)
        self._removed = len(self._state.removals)

    def _link(self, link: Link, parts: Sequence[Part], *, known: bool = False) -> bool:
        """Whether any value matches; all are asked, for each that matches may set something."""
        ask = link.ask
        if ask is None:
            self.reached += 1
            for step in link.each:
                step.run(self._state)
            return True
        if link.multi or self._watch is not None:
            found = self._slowly(link, ask, parts)
        else:
            gated = self._gate is not None and not known and link.group and ask.bit and parts is link.parts
            found = not (gated and not self._mask(link) & ask.bit) and self._quickly(link, ask, parts)
        if found:
            self.reached += 1
        else:
            self._forget()
        return found

    def _quickly(self, link: Link, ask: Ask, parts: Sequence[Part]) -> bool:
        """Each value is asked once; what is made of it is remembered for the next rule with these transformations."""
        state, looked, match, chain, meter = self._state, self.looked, ask.match, link.chain, self._meter
        known = None if chain.idle else self._changed.setdefault(chain, {})
        found = False
        for part in parts:
            for name, value in part.members(state, looked):
                if known is not None:
                    changed = known.get(value)
                    if changed is None:
                        changed = known[value] = chain.applied(value)
                        meter.spent += chain.price(value)
                else:
                    changed = value
                meter.spent += ASKING + ask.price.of(changed)
                hit = match(changed) if match is not None else ask.hit(state, changed)
                if hit is not None:
                    self._hit(link, hit, part.full_name(name), changed)
                    found = True
                if meter.is_over:
                    return found
        return found

    def _mask(self, link: Link) -> int:
        """Which operators could match any of the values that a rule looks at; found out once a phase for all that look at the same."""
        found = self._masks.get(link.group)
        if found is not None:
            return found
        gate, chain = self._gate, link.chain
        if gate is None:
            return -1
        known = self._changed.setdefault(chain, {})
        for part in link.parts:
            for _, value in part.members(self._state, self.looked):
                if value not in known:
                    known[value] = chain.applied(value)
                    self._meter.spent += ASKING + LOOKING * len(value) + chain.price(value)
        values = {known[value] for part in link.parts for _, value in part.members(self._state, self.looked)}
        found = 0
        for mask in gate.masks(list(values)):
            found |= mask
        self._masks[link.group] = found
        return found

    def _slowly(self, link: Link, ask: Ask, parts: Sequence[Part]) -> bool:
        """The same for a rule that looks at each value several times, and for whoever watches."""
        found = False
        for part in parts:
            for name, value in part.members(self._state, self.looked):
                for changed in link.chain.stages(value) if link.multi else (link.chain.applied(value),):
                    self._meter.spent += ASKING + ask.price.of(changed)
                    hit = ask.hit(self._state, changed)
                    if self._watch is not None:
                        self._watch(link, part.full_name(name), changed, hit is not None)
                    if hit is not None:
                        self._hit(link, hit, part.full_name(name), changed)
                        found = True
        return found

    def _hit(self, link: Link, hit: Hit, name: bytes, value: bytes) -> None:
        state = self._state
        self._meter.spent += HITTING
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
        if self._state.matched:
            self._state.matched.clear()
        self._state.matched_name = self._state.matched_value = b""

    def _record(self, rule: Link) -> None:
        state, meta, decision = self._state, rule.meta, rule.decision
        if meta.severity is not None:
            state.highest_severity = min(state.highest_severity, meta.severity)
        match = Match(
            rule=rule.id,
            phase=rule.phase,
            message=meta.message.expand(state),
            data=meta.data.expand(state),
            tags=tuple(tag.expand(state) for tag in meta.tags),
            severity=meta.severity,
            name=b"" if self._fresh else state.matched_name,
            value=b"" if self._fresh else state.matched_value,
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
            self._ruling.allow(decision.scope or "all")
        elif decision.action != "pass":
            self._ruling.decide(Verdict(decision.action, decision.status, decision.url.expand(state), rule.id, rule.phase, match.message))
