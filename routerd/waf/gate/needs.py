"""What each operator needs to find in a value; None for those that nothing can be said of, which are always asked."""

from routerd.waf.gate.literals import Literals, needed
from routerd.waf.operators.operator import Operator
from routerd.waf.operators.pm import Pm
from routerd.waf.operators.rx import Rx

PHRASES_MOST = 20_000
"""Phrases of one operator that go into the gate; longer lists are looked for by their own automaton."""


def needs(operator: Operator) -> Literals | None:
    """Literals in lower case, one of which is in every value that the operator matches once that is in lower case."""
    match operator:
        case Rx(pattern=pattern) if pattern is not None:
            return needed(pattern.node)
        case Pm(automaton=automaton) if 0 < len(automaton) <= PHRASES_MOST:
            return frozenset(automaton.phrases)
        case _:
            return None
