"""How much work a request may make, counted rather than timed, so that the same request always comes out the same."""

from dataclasses import dataclass
from enum import Enum


class Over(Enum):
    """What happens when a request goes over a limit."""

    BLOCK = "block"
    """It is refused."""
    LOG = "log"
    """It goes on, what lies beyond the limit unseen; the transaction says so in `exceeded`."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of one request, apart from those that a rule set has directives for.

    Attributes:
        cost_most: octets that operators may look at, with `ASKING` for each time that one is asked.
        cost_over: what happens then; the rules that are left of the phase are not looked at.
        arguments_over: what happens to a query with more arguments than SecArgumentsLimit.
    """

    cost_most: int = 400_000_000
    cost_over: Over = Over.BLOCK
    arguments_over: Over = Over.BLOCK


ASKING = 64
"""What it costs to ask an operator at all, in octets that it could look at in the same time."""
