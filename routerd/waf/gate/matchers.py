"""Which gate a rule set gets: one of Hyperscan where that is installed, else one of literals. Called by the compiler of rule sets."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
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
        self._hyperscan = hyperscan and scanner.is_available()

    def gate(self, groups: Sequence[Mapping[int, Need]], silent: int = 0) -> Gate:
        """A gate for operators.

        Args:
            groups: of operators that are asked at the same time; what each needs, by number of its bit.
            silent: bits of all others, which are always asked.
        """
        if not self._hyperscan:
            return of_literals(groups, silent)
        key = named(groups)
        kept = self._taken(key, None if self._cache is None else self._cache.get(key), silent)
        if kept is not None:
            return kept
        gate = self._built(key, groups, silent)
        scanner.tidied()
        return gate

    def _built(self, key: str, groups: Sequence[Mapping[int, Need]], silent: int) -> Gate:
        """A gate that is not in the cache."""
        try:
            made = building.built(groups)
        except scanner.Unfit:
            return of_literals(groups, silent)
        if self._cache is not None:
            self._cache.put(key, closed(key, made))
        return building.awake(made, silent)

    def _taken(self, key: str, content: bytes | None, silent: int) -> Gate | None:
        """The gate that was sealed; None when that is not what the octets are."""
        sealed = opened(key, content)
        with suppress(scanner.Unfit):
            return None if sealed is None else building.awake(sealed, silent)
        return None


PLAIN = Matchers(hyperscan=False)
"""What whoever compiles a rule set to use it once, or a small one, does best with: nothing takes seconds."""


class Wants:
    """The operators of a rule set that a gate can speak for, each with a bit; those that need the same share one."""

    def __init__(self) -> None:
        self._places: dict[bytes, int] = {}
        self._needs: list[Need] = []

    def bit(self, operator: Operator) -> int:
        """Its bit; 0 when it is always to be asked."""
        found = need(operator)
        if found is None:
            return 0
        place = self._places.setdefault(found.key, len(self._needs))
        if place == len(self._needs):
            self._needs.append(found)
        return 1 << place

    def gate(self, matchers: Matchers, request: int, response: int) -> Gate:
        """The gate of all operators so far.

        Args:
            matchers: make it.
            request: bits that are wanted of what comes from a client.
            response: likewise of responses; operators whose bits are in neither are always asked.
        """
        numbered = list(enumerate(self._needs))
        groups = [
            {number: need for number, need in numbered if request >> number & 1},
            {number: need for number, need in numbered if (response & ~request) >> number & 1},
        ]
        return matchers.gate(groups, sum(1 << number for number, _ in numbered if not (request | response) >> number & 1))


def of_literals(groups: Sequence[Mapping[int, Need]], silent: int) -> Gate:
    """A gate that is there at once; arguments as of `Matchers.gate`."""
    return LiteralGate({number: need for group in groups for number, need in group.items()}, silent)


def named(groups: Sequence[Mapping[int, Need]]) -> str:
    """Names all that a gate depends on but this code, whose version is in the seal."""
    digest = sha256(scanner.build())
    for group in groups:
        for number, each in group.items():
            digest.update(b"%d %d\n" % (number, len(each.key)) + each.key)
        digest.update(b".")
    return digest.hexdigest()
