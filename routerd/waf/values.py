"""Many values on their way through the transformations of rules: changed once for all rules, and only where there is something to change.

Values are joined by an octet that none of them holds: one search over the whole shows whether a transformation changes any of them, and
those that know nothing of neighbours are carried out on the whole. Called by `profile`; `Chain` also by whoever has a single value.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from routerd.waf.budget import ASKING, Meter, Price
from routerd.waf.transformations.transformation import Transformation

BETWEEN = b"\x7f"
"""DEL: hardly any value holds it, and no transformation takes it for anything."""

Search: TypeAlias = Callable[[bytes], object]


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A transformation, ready to be carried out.

    Attributes:
        function: on one value.
        triggered: whether a value could be changed; None when any could.
        idle: tells quickly of joined values that none of them could be; None where that cannot be told.
        anywhere: whether any of joined values could be.
        joinable: whether it may be carried out on joined values.
        price: what that costs.
    """

    function: Callable[[bytes], bytes]
    triggered: Search | None
    idle: Callable[[bytes], bool] | None
    anywhere: Search | None
    joinable: bool
    price: Price


@lru_cache(256)
def step(transformation: Transformation) -> Step:
    """The step of a transformation; there is one for each."""
    triggers = transformation.triggers
    if triggers is None:
        return Step(transformation.function, None, transformation.idle, None, transformation.joinable, transformation.price)
    ends = triggers.pattern.replace(rb"\A", rb"(?:\A|(?<=\x7f))").replace(rb"\Z", rb"(?:\Z|(?=\x7f))")
    return Step(
        transformation.function,
        triggers.search,
        transformation.idle,
        re.compile(ends, triggers.flags).search,
        transformation.joinable,
        transformation.price,
    )


class Values:
    """Values of one kind, in order, at one stage.

    Args:
        each: the values.
        meter: counts what is made of them.
        joined: all of them, if that is known.

    Attributes:
        each: the values.
        joined: all of them, with `BETWEEN` in between; where a value holds that octet, there are more pieces than values.
        masks: bits of the gate of each, once it has been asked.
        mask: all these bits.
    """

    __slots__ = ("_meter", "_next", "_splits", "each", "joined", "mask", "masks")

    def __init__(self, each: Sequence[bytes], meter: Meter, joined: bytes | None = None) -> None:
        self.each = each
        self.joined = BETWEEN.join(each) if joined is None else joined
        self._meter = meter
        self._splits = self.joined.count(BETWEEN) == len(each) - 1
        self._next: dict[Step, Values] = {}
        self.masks: list[int] = []
        self.mask = 0

    def after(self, step: Step) -> "Values":
        """What a step makes of them: these very ones where it changes none."""
        found = self._next.get(step)
        if found is None:
            idle = (step.idle is not None and step.idle(self.joined)) or (step.anywhere is not None and step.anywhere(self.joined) is None)
            found = self._next[step] = self if idle else self._changed(step)
        return found

    def _changed(self, step: Step) -> "Values":
        self._meter.spent += step.price.of(self.joined) + ASKING * len(self.each)
        if step.joinable and self._splits:
            joined = step.function(self.joined)
            if joined.count(BETWEEN) == len(self.each) - 1:
                return self if joined == self.joined else Values(joined.split(BETWEEN), self._meter, joined)
        function, triggered = step.function, step.triggered
        if triggered is None:
            each = [function(value) for value in self.each]
        else:
            each = [function(value) if triggered(value) else value for value in self.each]
        return self if each == self.each else Values(each, self._meter)


class Chain:
    """The transformations of a rule in order.

    Attributes:
        names: as written.
        steps: those that do anything.
    """

    __slots__ = ("names", "steps")

    def __init__(self, names: Sequence[str], catalogue: Mapping[str, Transformation]) -> None:
        self.names = tuple(names)
        self.steps = tuple(step(catalogue[name.lower()]) for name in names if name != "none")

    def applied(self, value: bytes) -> bytes:
        """The value after all of them."""
        for each in self.steps:
            if each.triggered is None or each.triggered(value):
                value = each.function(value)
        return value

    def price(self, value: bytes) -> int:
        """About what it costs to carry them out on a value: as if none of them changed what the others work on."""
        return sum(each.price.of(value) for each in self.steps if each.triggered is None or each.triggered(value))

    def stages(self, value: bytes) -> list[bytes]:
        """For multiMatch: the value, and what each transformation that changes it makes of it."""
        found = [value]
        for each in self.steps:
            if each.triggered is None or each.triggered(value):
                changed = each.function(value)
                if changed != value:
                    found.append(changed)
                    value = changed
        return found

    def through_stages(self, values: Values) -> list[Values]:
        """For multiMatch: the values, and what each transformation that changes any makes of them."""
        found = [values]
        for each in self.steps:
            changed = values.after(each)
            if changed is not values:
                found.append(changed)
                values = changed
        return found

    @property
    def idle(self) -> bool:
        return not self.steps
