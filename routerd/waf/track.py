"""The way that a request takes through a phase as long as no rule that looks at it has anything to say about TX.

Rules that TX alone decides (`constant`) are judged once, when a rule set is first used, on a request that says nothing; what they set and
what they leave behind them is kept, place by place. A request on this way only looks up what has become of TX. Each phase has one track
for every sequence of phases that can come before it. Called by `walk`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from routerd.waf import constant
from routerd.waf.actions.control import Control
from routerd.waf.gate.gate import Gate
from routerd.waf.judging import Judge, Meant
from routerd.waf.link import Link, Phase
from routerd.waf.profile import Profile, Profiles, Question
from routerd.waf.request import Request
from routerd.waf.ruling import Ruling
from routerd.waf.selection import Part
from routerd.waf.settings import Settings
from routerd.waf.state import Removal, State, begun
from routerd.waf.uri import split
from routerd.waf.verdict import Match


@dataclass(frozen=True, slots=True)
class Event:
    """A constant rule matches.

    Attributes:
        place: of the rule within the phase.
        match: what is taken down.
        controls: its ``ctl``, to be carried out.
        members: TX afterwards.
        severity: HIGHEST_SEVERITY is no greater afterwards.
    """

    place: int
    match: Match
    controls: tuple[Control, ...]
    members: Mapping[bytes, tuple[bytes, bytes]]
    severity: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What tracks of a rule set have in common.

    Attributes:
        phases: 1 to 5; number 0 is empty.
        settings: of the rule set.
        meant: finds the rules of a removal.
        gate: spares questions.
        constant: rules that TX alone decides.
        leaving: rules after whose match these may come out otherwise.
    """

    phases: tuple[Phase, ...]
    settings: Settings
    meant: Meant
    gate: Gate
    constant: frozenset[Link]
    leaving: frozenset[Link]


def start(phases: tuple[Phase, ...], settings: Settings, meant: Meant, gate: Gate) -> "Start | None":
    """Where every request starts; None when rules look back at each other's matches, so that each has to be judged in its turn."""
    rules = [link for phase in phases for link in phase.links]
    if any(map(constant.looks_back, rules)):
        return None
    fixed = frozenset(filter(constant.is_constant, rules))
    names = reduce(or_, map(constant.goes_by, fixed), frozenset[bytes]())
    names |= {member for rule in rules if rule.ask and constant.is_pure_but_for_tx(rule) for _, member in rule.ask.reads}
    firm = fixed.union(rule for rule in rules if any(part.count for part in rule.parts))
    leaving = frozenset(rule for rule in rules if rule not in fixed and constant.leaves(rule, names, firm))
    return Start(Rules(phases, settings, meant, gate, fixed, leaving))


class Start:
    """Before the first phase."""

    def __init__(self, rules: Rules, members: Mapping[bytes, tuple[bytes, bytes]] | None = None, removals: Sequence[Removal] = ()) -> None:
        self._rules = rules
        self._members = members or {}
        self._removals = removals
        self._next: dict[int, Track] = {}

    def to(self, phase: int) -> "Track":
        """The track of the phase that comes next."""
        found = self._next.get(phase)
        if found is None:
            found = self._next[phase] = Track(self._rules, phase, self._members, self._removals)
        return found


class Track(Start):
    """The way through one phase; places are bits, that of the first rule is the lowest.

    Attributes:
        events: constant rules that match, in order.
        matches: those of the events.
        undecided: rules on the way that have to be judged in their turn.
        known: rules on the way of which `profiles` says whether they match.
        filled: likewise, as long as TX is as it is on this way.
        profiles: what is asked beforehand.
        leaving: rules after whose match the way may be another one.
        all: every rule of the phase.
    """

    def __init__(self, rules: Rules, phase: int, members: Mapping[bytes, tuple[bytes, bytes]], removals: Sequence[Removal]) -> None:
        self._links = rules.phases[phase].links
        self.phase = rules.phases[phase]
        self.undecided = self.known = self.filled = self.leaving = 0
        self.all = (1 << len(self._links)) - 1
        self._found: dict[Part, Profile] = {}
        self._state = _nobody(rules.settings, members, removals)
        self.events = tuple(self._walk(rules))
        self.matches = tuple(event.match for event in self.events)
        self.profiles = Profiles(self._found.values(), rules.gate)
        super().__init__(rules, self._state.tx.settled(), tuple(self._state.removals))

    def _walk(self, rules: Rules) -> list[Event]:
        events: list[Event] = []
        judge = Judge(self._state, Ruling(lambda: rules.settings.mode), rules.meant)
        at = 0
        while at < len(self._links):
            link, place = self._links[at], at
            at += 1
            if judge.is_gone(link):
                continue
            if link not in rules.constant:
                self._expect(link, judge.parts(link), 1 << place, leaves=link in rules.leaving)
            elif judge.rule(link):
                events.append(self._event(link, place, judge.matches[-1]))
                at = self.phase.after(link, at)
        return events

    def _expect(self, link: Link, parts: Sequence[Part], bit: int, *, leaves: bool) -> None:
        """A rule on the way that goes by the request."""
        self.leaving |= bit if leaves else 0
        if constant.is_pure(link):
            self.known |= bit
        elif constant.is_pure_but_for_tx(link):
            self.filled |= bit
        else:
            self.undecided |= bit
            return
        self._ask(link, parts, bit)

    def _ask(self, link: Link, parts: Sequence[Part], bit: int) -> None:
        ask = link.ask
        if ask is None:
            return
        operator = ask.settled(self._state)
        question = Question(bit, ask.bit, operator.match if operator else _nothing, ask.negated)
        for part in parts:
            if part not in self._found:
                self._found[part] = Profile(part)
            self._found[part].add(link.chain, question, multi=link.multi)

    def _event(self, link: Link, place: int, match: Match) -> Event:
        controls = tuple(step for each in (*reversed(link.chained), link) for step in each.after if isinstance(step, Control))
        return Event(place, match, controls, dict(self._state.tx.settled()), self._state.highest_severity)


def _nothing(value: bytes) -> None:
    """An operator that cannot use its argument."""
    del value


def _nobody(settings: Settings, members: Mapping[bytes, tuple[bytes, bytes]], removals: Sequence[Removal]) -> State:
    """A request that says nothing; rules that only look at TX do not look at it."""
    request = Request(b"GET", b"/")
    state = begun(request, settings, split(request.target), 0.0, b"")
    state.tx.rest_on(members)
    state.removals.extend(removals)
    return state
