"""The way that a request takes through a phase as long as no rule that looks at it has anything to say about TX.

Rules that TX alone decides (`constant`) are judged once, when a rule set is first used, on a request that says nothing; what they set and
what they leave behind them is kept, place by place. A request on this way only looks up what has become of TX. Each phase has one track
for every sequence of phases that can come before it. Called by `walk`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sys import maxsize

from routerd.waf import constant
from routerd.waf.actions.control import Control
from routerd.waf.budget import Meter, Price
from routerd.waf.collections import Shared
from routerd.waf.gate.gate import NOTHING, Gate
from routerd.waf.judging import Judge, Meant
from routerd.waf.link import Link, Phase
from routerd.waf.profile import Profile, Profiles
from routerd.waf.questions import Question
from routerd.waf.request import Request
from routerd.waf.ruling import Ruling
from routerd.waf.selection import Part
from routerd.waf.settings import Settings
from routerd.waf.state import Removal, State, begun
from routerd.waf.uri import split
from routerd.waf.verdict import Match

_FREE = Price(0)
_WAYS = ((1, 2, 3, 4, 5), (1, 2, 3, 5), (1, 2, 5), (1, 5))
"""Phases that a request goes through, by whether its response is looked at, and whether it is refused by its head."""


@dataclass(frozen=True, slots=True)
class Event:
    """A constant rule does something.

    Attributes:
        place: of the rule within the phase.
        matches: how many rules of the phase have matched up to here.
        controls: its ``ctl``, to be carried out.
        members: TX afterwards.
        severity: HIGHEST_SEVERITY is no greater afterwards.
    """

    place: int
    matches: int
    controls: tuple[Control, ...]
    members: Shared
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
        unsettling: rules after which these may come out otherwise, as soon as so many links of one match.
        diverting: rules after which they may, when one matches as a whole.
    """

    phases: tuple[Phase, ...]
    settings: Settings
    meant: Meant
    gate: Gate
    constant: frozenset[Link]
    unsettling: Mapping[Link, int]
    diverting: frozenset[Link]


def start(phases: tuple[Phase, ...], settings: Settings, meant: Meant, gate: Gate) -> "Start | None":
    """Where every request starts; None when rules look back at each other's matches, so that each has to be judged in its turn."""
    rules = [link for phase in phases for link in phase.links]
    if any(map(constant.looks_back, rules)):
        return None
    fixed = frozenset(filter(constant.is_constant, rules))
    asked = [constant.asks_of(link) for rule in rules for link in constant.conditions(rule)]
    names = frozenset[bytes]().union(*asked, *map(constant.goes_by, fixed))
    firm = fixed.union(rule for rule in rules if any(part.count for part in rule.parts))
    others = [rule for rule in rules if rule not in fixed]
    unsettling = {rule: depth for rule in others if (depth := constant.unsettles(rule, names))}
    diverting = frozenset(rule for rule in others if constant.diverts(rule, firm))
    return Start(Rules(phases, settings, meant, gate, fixed, unsettling, diverting))


def wanted(phases: tuple[Phase, ...], settings: Settings, meant: Meant) -> tuple[int, int]:
    """Bits of a gate that are wanted of requests on their way, and of responses; all of them when there is no such way."""
    track = start(phases, settings, meant, NOTHING)
    if track is None:
        return -1, 0
    bits = []
    for phase in range(1, len(phases)):
        track = track.to(phase)
        bits.append(track.bits)
    request, body, headers, response, logging = bits
    return request | body | logging, headers | response


class Start:
    """Before the first phase."""

    def __init__(self, rules: Rules, members: Shared | None = None, removals: Sequence[Removal] = ()) -> None:
        self._rules = rules
        self._members = members or Shared()
        self._removals = removals
        self._next: dict[int, Track] = {}

    def prepare(self) -> None:
        """Makes the tracks that most requests take, so that the first request need not wait for them."""
        for way in _WAYS:
            track = self
            for phase in way:
                track = track.to(phase)

    def to(self, phase: int) -> "Track":
        """The track of the phase that comes next."""
        found = self._next.get(phase)
        if found is None:
            found = self._next[phase] = Track(self._rules, phase, self._members, self._removals)
        return found


class Track(Start):
    """The way through one phase; places are bits, that of the first rule is the lowest.

    Attributes:
        events: what constant rules do, in order.
        places: those of the events.
        controls: whether any of the events carries out a ``ctl``.
        matches: what is taken down of those that match, in order.
        undecided: rules on the way that have to be judged in their turn.
        known: rules on the way of which `profiles` says whether they match.
        filled: likewise, as long as TX is as it is on this way.
        profiles: what is asked beforehand.
        diverting: rules that lead off the way when one matches.
        unsettling: rules that do as soon as so many links of one match.
        usual: rules that skip others, and on the way do: it is left when one does not match.
        all: every rule of the phase.
        bits: of the gate, all that are wanted on this way.
    """

    def __init__(self, rules: Rules, phase: int, members: Shared, removals: Sequence[Removal]) -> None:
        self._links = rules.phases[phase].links
        self.phase = rules.phases[phase]
        self.unsettling = rules.unsettling
        self.undecided = self.known = self.filled = self.diverting = self.usual = self.bits = 0
        self.all = (1 << len(self._links)) - 1
        self._found: dict[Part, Profile] = {}
        self._all_of: dict[int, int] = {}
        self._last = 1 << len(self._links)
        self._state = _nobody(rules.settings, members, removals)
        self.matches: tuple[Match, ...] = ()
        self.events = tuple(self._walk(rules))
        self.places = [event.place for event in self.events]
        self.controls = any(event.controls for event in self.events)
        self.profiles = Profiles(self._found.values(), rules.gate, self._all_of)
        super().__init__(rules, Shared(self._state.tx.settled()), tuple(self._state.removals))

    def _walk(self, rules: Rules) -> list[Event]:
        events: list[Event] = []
        judge = Judge(self._state, Ruling(lambda: rules.settings.mode), Meter(maxsize), rules.meant)
        at = 0
        while at < len(self._links):
            link, place = self._links[at], at
            at += 1
            if judge.is_gone(link):
                continue
            if link not in rules.constant:
                usual = link not in rules.unsettling and constant.usually_skips(link)
                self.usual |= usual << place
                self.diverting |= (link in rules.diverting and not usual) << place
                self._expect(link, judge.parts(link), 1 << place)
                at = self.phase.after(link, at) if usual else at
                continue
            matched = judge.rule(link)
            if judge.reached:
                events.append(self._event(link, place, len(judge.matches), matched=matched))
            at = self.phase.after(link, at) if matched else at
        self.matches = tuple(judge.matches)
        return events

    def _expect(self, rule: Link, parts: Sequence[Part], bit: int) -> None:
        """A rule on the way that goes by the request."""
        asked: list[tuple[Link, Sequence[Part]]] = []
        conditions = constant.conditions(rule)
        for link in (rule, *conditions):
            self.bits |= link.ask.bit if link.ask else 0
        for link in conditions:
            looked_at = parts if link is rule else link.parts
            if not constant.is_told_by_tx(link):
                asked.append((link, looked_at))
            elif not self._is_met(link, looked_at):
                return
        if not asked:
            self.undecided |= bit
            return
        if all(map(constant.is_pure, conditions)):
            self.known |= bit
        else:
            self.filled |= bit
        self._ask(asked, bit)

    def _is_met(self, link: Link, parts: Sequence[Part]) -> bool:
        """Whether a link matches that TX alone decides."""
        values = [value for part in parts for _, value in part.members(self._state, {})]
        return any(link.ask is not None and link.ask.hit(self._state, link.chain.applied(value)) is not None for value in values)

    def _ask(self, conditions: Sequence[tuple[Link, Sequence[Part]]], bit: int) -> None:
        """Has questions asked beforehand; where there are several, the rule's bit is set when all of theirs are."""
        bits = [bit]
        for _ in conditions[1:]:
            self._last <<= 1
            bits.append(self._last)
        if len(bits) > 1:
            self._all_of[bit] = sum(bits)
        for (link, parts), each in zip(conditions, bits, strict=True):
            operator = link.ask.settled(self._state) if link.ask else None
            if link.ask is None or operator is None:
                question = Question(each, 0, _nothing, _FREE, negated=bool(link.ask and link.ask.negated))
            else:
                question = Question(each, link.ask.bit, operator.match, operator.price, link.ask.negated)
            for part in parts:
                if part not in self._found:
                    self._found[part] = Profile(part)
                self._found[part].add(link.chain, question, multi=link.multi)

    def _event(self, link: Link, place: int, matches: int, *, matched: bool) -> Event:
        steps = [step for each in (*reversed(link.chained), link) for step in each.after] if matched else []
        controls = tuple(step for step in steps if isinstance(step, Control))
        return Event(place, matches, controls, Shared(self._state.tx.settled()), self._state.highest_severity)


def _nothing(value: bytes) -> None:
    """An operator that cannot use its argument."""
    del value


def _nobody(settings: Settings, members: Shared, removals: Sequence[Removal]) -> State:
    """A request that says nothing; rules that only look at TX do not look at it."""
    request = Request(b"GET", b"/")
    state = begun(request, settings, split(request.target), 0.0, b"")
    state.tx.rest_on(members)
    state.removals.extend(removals)
    return state
