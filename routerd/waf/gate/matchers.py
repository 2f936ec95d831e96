"""Which gate a rule set gets: one of Hyperscan where that is installed, else one of literals. Called by the compiler of rule sets."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256

from routerd.waf.gate import building, scanner
from routerd.waf.gate.gate import Gate
from routerd.waf.gate.literal import LiteralGate
from routerd.waf.gate.needs import Need, need
from routerd.waf.gate.sealed import Cache, closed, opened
from routerd.waf.operators.operator import Operator


class Matchers:
    """Makes gates.

    Args:
        cache: keeps databases from one start to the next; without one every rule set is compiled anew, which takes seconds.
        hyperscan: whether it may be used where it is installed.
    """

    def __init__(self, cache: Cache | None = None, *, hyperscan: bool = True) -> None:
        self._cache = cache
        self._hyperscan = hyperscan and scanner.AVAILABLE

    def gate(self, needs: Sequence[Need]) -> Gate:
        """A gate for operators.

        Args:
            needs: what each needs; the place in the list is the number of its bit.
        """
        if not self._hyperscan:
            return LiteralGate(needs)
        key = _key(needs)
        kept = None if self._cache is None else opened(key, self._cache.get(key))
        if kept is not None:
            with suppress(scanner.Unfit):
                return building.awake(kept)
        try:
            made = building.built(needs)
        except scanner.Unfit:
            return LiteralGate(needs)
        if self._cache is not None:
            self._cache.put(key, closed(key, made))
        return building.awake(made)


PLAIN = Matchers(hyperscan=False)
"""What whoever compiles a rule set to use it once, or a small one, does best with: nothing takes seconds."""


class Wants:
    """The operators of a rule set that a gate can speak for, each with a bit; those that need the same share one."""

    def __init__(self) -> None:
        self._places: dict[bytes, int] = {}
        self._needs: list[Need] = []

    def bit(self, operator: Operator, *, response: bool) -> int:
        """Its bit; 0 when it is always to be asked.

        Args:
            operator: of a rule.
            response: whether the rule looks at responses.
        """
        found = need(operator)
        if found is None:
            return 0
        place = self._places.setdefault(found.key, len(self._needs))
        if place == len(self._needs):
            self._needs.append(replace(found, response=response))
        elif not response:
            self._needs[place] = replace(found, response=False)
        return 1 << place

    def gate(self, matchers: Matchers) -> Gate:
        """The gate of all operators so far."""
        return matchers.gate(self._needs)


def _key(needs: Sequence[Need]) -> str:
    """Names all that a gate depends on but this code, whose version is in the seal."""
    digest = sha256(scanner.build())
    for each in needs:
        digest.update(len(each.key).to_bytes(8, "big") + each.key + bytes((each.response,)))
    return digest.hexdigest()
