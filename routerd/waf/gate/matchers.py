"""Which gate a rule set gets. Called by the compiler of rule sets."""

from collections.abc import Sequence

from routerd.waf.gate.gate import Gate
from routerd.waf.gate.literal import LiteralGate
from routerd.waf.gate.needs import Need, need
from routerd.waf.operators.operator import Operator


class Matchers:
    """Makes gates."""

    def gate(self, needs: Sequence[Need]) -> Gate:
        """A gate for operators.

        Args:
            needs: what each needs; the place in the list is the number of its bit.
        """
        return LiteralGate(needs)


class Wants:
    """The operators of a rule set that a gate can speak for, each with a bit; those that match the same share one."""

    def __init__(self) -> None:
        self._bits: dict[bytes, int] = {}
        self._needs: list[Need] = []

    def bit(self, operator: Operator) -> int:
        """Its bit; 0 when it is always to be asked."""
        found = need(operator)
        if found is None:
            return 0
        if found.key not in self._bits:
            self._bits[found.key] = 1 << len(self._needs)
            self._needs.append(found)
        return self._bits[found.key]

    def gate(self, matchers: Matchers) -> Gate:
        """The gate of all operators so far."""
        return matchers.gate(self._needs)
