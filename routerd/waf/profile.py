"""What many rules ask of the same values, asked at once: which rules would match, found out before any of them is judged.

A profile belongs to one variable of a phase. It groups the rules that look at this variable by their transformations, changes all values
once for all of them, shows the result to the gate, and asks the operators that are left. What is found of a value is kept for the next
request: header fields and names of arguments come again and again. Called by `walk` through `Profiles`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from routerd.waf.budget import ASKING, LOOKING, SCANNING, Meter, Price
from routerd.waf.gate.gate import Gate
from routerd.waf.operators.operator import Hit
from routerd.waf.selection import Looked, Part
from routerd.waf.state import State
from routerd.waf.values import Chain, Step, Values

KEPT_LENGTH_MOST = 300
"""Octets of a value that is kept: most fields of a header are shorter."""
KEPT_OCTETS_MOST = 512 * 1024
"""What values kept may take in each of two generations, for one phase."""
FEW = 3
"""Questions that are asked as quickly as a gate says whether they have to be."""
_ENTRY_OCTETS = 150
"""What keeping a value takes, apart from its own octets."""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What one rule asks.

    Attributes:
        place: a bit for the rule, or for one of its questions.
        gate: its bit of the gate; 0 when it is always asked.
        match: of the operator.
        price: of asking.
        negated: ``!``.
    """

    place: int
    gate: int
    match: Callable[[bytes], Hit | None]
    price: Price
    negated: bool = False


@dataclass(slots=True, eq=False)
class Group:
    """Questions after the same transformations.

    Attributes:
        chain: the transformations.
        gated: questions that the gate may spare.
        always: those that it may not.
        bits: of the gate, all those of `gated`.
    """

    chain: Chain
    gated: list[Question] = field(default_factory=list)
    always: list[Question] = field(default_factory=list)
    bits: int = 0

    def add(self, question: Question) -> None:
        """One more."""
        (self.gated if question.gate else self.always).append(question)
        self.bits |= question.gate


class _Fork:
    """Where the transformations of groups part.

    Attributes:
        groups: those that end here.
        ways: the transformations that come next, with where they lead.
    """

    __slots__ = ("groups", "ways")

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.ways: dict[Step, _Fork] = {}

    def add(self, group: Group) -> None:
        """One more group, at the end of its transformations."""
        fork = self
        for step in group.chain.steps:
            fork = fork.ways.setdefault(step, _Fork())
        fork.groups.append(group)

    def jobs(self, values: Values, bits: list[int], into: list["_Job"]) -> None:
        """What is to be asked of values that have come here, and of what becomes of them."""
        for group in self.groups:
            into.append(_Job(group, values, bits))  # noqa: PERF401 - a list that is grown is what is asked for
        for step, fork in self.ways.items():
            fork.jobs(values.after(step), bits, into)


class Profile:
    """All that is asked of the members of one variable.

    Attributes:
        part: the variable.
        groups: of questions.
        young: what is known of values, a bit for each rule that matches.
        old: likewise, of values that may be forgotten.
    """

    __slots__ = ("_several", "_tree", "groups", "old", "part", "young")

    def __init__(self, part: Part) -> None:
        self.part = part
        self.groups: dict[tuple[Chain, bool], Group] = {}
        self.young: dict[bytes, int] = {}
        self.old: dict[bytes, int] = {}
        self._tree = _Fork()
        self._several: list[Group] = []

    def add(self, chain: Chain, question: Question, *, multi: bool) -> None:
        """One more question."""
        if (chain, multi) not in self.groups:
            group = self.groups[chain, multi] = Group(chain)
            if multi:
                self._several.append(group)
            else:
                self._tree.add(group)
        self.groups[chain, multi].add(question)

    def jobs(self, values: Values, bits: list[int]) -> list["_Job"]:
        """What is to be asked of values, each at its stage."""
        found: list[_Job] = []
        self._tree.jobs(values, bits, found)
        for group in self._several:
            found += [_Job(group, stage, bits) for stage in group.chain.through_stages(values)]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """Questions and the values they are to be asked of."""

    group: Group
    stage: Values
    bits: list[int]
    """What has been found of each value."""


class Profiles:
    """The profiles of a phase.

    Args:
        profiles: one for each variable.
        gate: spares questions.
        all_of: rules that ask several questions: the bit of a rule, and those of its questions.
    """

    def __init__(self, profiles: Iterable[Profile], gate: Gate, all_of: Mapping[int, int]) -> None:
        self._profiles = tuple(profiles)
        self._gate = gate
        self._all_of = tuple(all_of.items())
        self._several = sum(all_of)
        self._wanted = reduce(or_, (group.bits for profile in self._profiles for group in profile.groups.values()), 0)
        self._octets = 0

    def matching(self, state: State, looked: Looked, meter: Meter) -> int:
        """A bit for each rule that matches; some may be missing when the meter is over."""
        found = self._found(state, looked, meter)
        if found & self._several:
            for bit, bits in self._all_of:
                if found & bit and found & bits != bits:
                    found ^= bit
        return found

    def _found(self, state: State, looked: Looked, meter: Meter) -> int:
        found = 0
        unseen: list[tuple[Profile, list[bytes]]] = []
        for profile in self._profiles:
            members = profile.part.members(state, looked)
            if not members:
                continue
            new: list[bytes] = []
            for _, value in members:
                bits = profile.young.get(value)
                if bits is None:
                    bits = profile.old.get(value)
                    if bits is None:
                        new.append(value)
                        continue
                    self._keep(profile, value, bits)
                found |= bits
            if new:
                unseen.append((profile, new))
        return found | self._asked(unseen, meter) if unseen else found

    def _asked(self, unseen: list[tuple[Profile, list[bytes]]], meter: Meter) -> int:
        """The same for values that nothing is known of."""
        ends: list[tuple[Profile, Values, list[int]]] = []
        jobs: list[_Job] = []
        for profile, new in unseen:
            values = Values(list(dict.fromkeys(new)), meter)
            bits = [0] * len(values.each)
            ends.append((profile, values, bits))
            jobs += profile.jobs(values, bits)
            if meter.is_over:
                return 0
        self._gated(jobs, meter)
        for job in jobs:
            _ask(job, meter)
            if meter.is_over:
                return 0
        found = 0
        for profile, values, bits in ends:
            for value, known in zip(values.each, bits, strict=True):
                found |= known
                if len(value) <= KEPT_LENGTH_MOST:
                    self._keep(profile, value, known)
        return found

    def _gated(self, jobs: list[_Job], meter: Meter) -> None:
        """Shows values to the gate, once each; but noise that a decoding makes of them, not where few questions are asked of it."""
        stages: dict[Values, int] = {}
        for job in jobs:
            if job.group.bits:
                stages[job.stage] = stages.get(job.stage, 0) | job.group.bits
        distinct: dict[bytes, None] = {}
        for stage, bits in stages.items():
            every = bits.bit_count() > FEW or stage.joined.isascii()
            distinct.update(dict.fromkeys(stage.each if every else filter(bytes.isascii, stage.each)))
        values = list(distinct)
        meter.spent += LOOKING * sum(map(len, values)) + ASKING * len(values)
        if meter.is_over:
            return
        found = self._gate.masks(values, self._wanted)
        meter.spent += SCANNING * (len(found) - found.count(0))
        masks = dict(zip(values, found, strict=True))
        for stage, bits in stages.items():
            stage.masks = [masks.get(value, bits) for value in stage.each]
            stage.mask = reduce(or_, stage.masks, 0)

    def _keep(self, profile: Profile, value: bytes, bits: int) -> None:
        profile.young[value] = bits
        self._octets += len(value) + _ENTRY_OCTETS
        if self._octets > KEPT_OCTETS_MOST:
            self._octets = 0
            for each in self._profiles:
                each.old, each.young = each.young, {}


def _ask(job: _Job, meter: Meter) -> None:
    """Asks what is left to be asked."""
    stage, bits = job.stage, job.bits
    hot = stage.mask & job.group.bits
    if hot:
        for question in job.group.gated:
            if question.gate & hot:
                _ask_some(question, stage, bits, meter)
    for question in job.group.always:
        place, match, negated = question.place, question.match, question.negated
        meter.spent += ASKING * len(stage.each) + question.price.of(stage.joined)
        for at, value in enumerate(stage.each):
            if (match(value) is None) is negated:
                bits[at] |= place


def _ask_some(question: Question, stage: Values, bits: list[int], meter: Meter) -> None:
    """Asks about the values that the gate has not spared."""
    gate, match, price = question.gate, question.match, question.price
    for at, mask in enumerate(stage.masks):
        if mask & gate:
            value = stage.each[at]
            meter.spent += ASKING + (price.of(value) if price.octets else price.octet * len(value))
            if match(value) is not None:
                bits[at] |= question.place
            if meter.spent > meter.most:
                return
