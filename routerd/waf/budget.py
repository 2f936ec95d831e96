"""How much work a request may make, counted rather than timed, so that a busy machine refuses nothing that an idle one lets pass.

Costs were measured by `python -m tests.bench waf-cost`, which also shows how far the count is off.
"""

from dataclasses import dataclass
from enum import Enum


class Over(Enum):
    """What happens when a request goes over a limit."""

    BLOCK = "block"
    """It is refused."""
    LOG = "log"
    """It goes on, what lies beyond the limit unseen; the transaction says so in `exceeded`."""


MEASURE = 131_072
"""Octets for whose sake a request may make so much work: uploads may be many times as long, and take their time."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of one request, apart from those that a rule set has directives for.

    Attributes:
        cost_most: work that judging may take, in nanoseconds of the machine that costs were measured on; as much again for each
            further `MEASURE` that a body is long, be it of the request or of the response.
        cost_over: what happens then; the rules that are left of the phase are not looked at.
        arguments_over: what happens to a query with more arguments than SecArgumentsLimit.
    """

    cost_most: int = 80_000_000
    cost_over: Over = Over.BLOCK
    arguments_over: Over = Over.BLOCK


class Meter:
    """Counts the work of one request.

    Args:
        most: how much it may be.

    Attributes:
        spent: how much it has been.
    """

    __slots__ = ("most", "spent")

    def __init__(self, most: int) -> None:
        self.most = most
        self.spent = 0

    def allow(self, octets: int, most: int) -> None:
        """Has more be spent for a long body: `most` for each `MEASURE` after the first."""
        self.most += octets // MEASURE * most

    @property
    def is_over(self) -> bool:
        """Whether it has been too much."""
        return self.spent > self.most


@dataclass(frozen=True, slots=True)
class Price:
    """What looking at a value costs, in nanoseconds: so much for each octet, and more for those that make work.

    Attributes:
        octet: for each.
        octets: those that make work; every one of them when there are none.
        each: for each of those.
        most: more than this it never is.
    """

    octet: int = 2
    octets: bytes = b""
    each: int = 0
    most: int = 1_000_000_000

    def of(self, value: bytes) -> int:
        """For a value."""
        worked = len(value) - len(value.translate(None, self.octets)) if self.octets else 0
        return min(self.most, self.octet * len(value) + self.each * worked)


ASKING = 500
"""What it costs to ask an operator at all."""
HITTING = 3_000
"""What it costs to do what a rule says of one value that matches."""
LOOKING = 10
"""What it costs to show an octet to the gate."""
SCANNING = 10_000
"""What it costs to find out which operators could match a value, where the gate has found that some could."""
