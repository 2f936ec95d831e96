"""What many rules ask of the same values, asked at once: which rules would match, found out before any of them is judged.

A profile belongs to one variable of a phase. It groups the rules that look at this variable by their transformations, changes all values
once for all of them, shows the result to the gate, and asks the operators that are left. What is found of a value is kept for the next
request: header fields and names of arguments come again and again. Called by `walk` through `Profiles`.
"""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_

from routerd.waf.budget import ASKING, LOOKING, SCANNING, Meter
from routerd.waf.gate.gate import Gate
from routerd.waf.questions import Fork, Group, Job, Question, ask
from routerd.waf.selection import Looked, Part
from routerd.waf.state import State
from routerd.waf.values import Chain, Values

KEPT_LENGTH_MOST = 300
"""Octets of a value that is kept: most fields of a header are shorter."""
KEPT_OCTETS_MOST = 256 * 1024
"""What values kept may take in each of two generations, for one phase."""
AT_ONCE = 1_000
"""Values that the gate is shown before it is reckoned what that has cost."""
FEW = 3
"""Questions that are asked as quickly as a gate says whether they have to be."""
_ENTRY_OCTETS = 150
"""What keeping a value takes, apart from its own octets."""


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
        self._tree = Fork()
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

    def jobs(self, values: Values, bits: list[int]) -> list[Job]:
        """What is to be asked of values, each at its stage."""
        found: list[Job] = []
        self._tree.jobs(values, bits, found)
        for group in self._several:
            found += [Job(group, stage, bits) for stage in group.chain.through_stages(values)]
        return found


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
        jobs: list[Job] = []
        for profile, new in unseen:
            values = Values(list(dict.fromkeys(new)), meter)
            bits = [0] * len(values.each)
            ends.append((profile, values, bits))
            jobs += profile.jobs(values, bits)
            if meter.is_over:
                return 0
        self._gated(jobs, meter)
        for job in jobs:
            ask(job, meter)
            if meter.is_over:
                return 0
        found = 0
        for profile, values, bits in ends:
            for value, known in zip(values.each, bits, strict=True):
                found |= known
                if len(value) <= KEPT_LENGTH_MOST:
                    self._keep(profile, value, known)
        return found

    def _gated(self, jobs: list[Job], meter: Meter) -> None:
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
        found: list[int] = []
        for at in range(0, len(values), AT_ONCE):
            some = self._gate.masks(values[at : at + AT_ONCE], self._wanted)
            meter.spent += SCANNING * (len(some) - some.count(0))
            if meter.is_over:
                return
            found += some
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
