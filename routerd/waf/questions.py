"""What rules ask of values, put in the order in which it is cheapest to ask: by transformations, which many rules have in common.

Called by `profile`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from routerd.waf.budget import ASKING, Meter, Price
from routerd.waf.operators.operator import Hit
from routerd.waf.values import Chain, Step, Values


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


class Fork:
    """Where the transformations of groups part.

    Attributes:
        groups: those that end here.
        ways: the transformations that come next, with where they lead.
    """

    __slots__ = ("groups", "ways")

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.ways: dict[Step, Fork] = {}

    def add(self, group: Group) -> None:
        """One more group, at the end of its transformations."""
        fork = self
        for step in group.chain.steps:
            fork = fork.ways.setdefault(step, Fork())
        fork.groups.append(group)

    def jobs(self, values: Values, bits: list[int], into: list["Job"]) -> None:
        """What is to be asked of values that have come here, and of what becomes of them."""
        for group in self.groups:
            into.append(Job(group, values, bits))  # noqa: PERF401 - a list that is grown is what is asked for
        for step, fork in self.ways.items():
            fork.jobs(values.after(step), bits, into)


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """Questions and the values they are to be asked of."""

    group: Group
    stage: Values
    bits: list[int]
    """What has been found of each value."""


def ask(job: Job, meter: Meter) -> None:
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
