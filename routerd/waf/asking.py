"""Operators as rules use them: compiled once, macros filled in when asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from routerd.waf.macros import Macro, macro
from routerd.waf.operators.operator import ArgumentFault, Hit, Operator, Resources
from routerd.waf.place import Fault
from routerd.waf.rules import Operation
from routerd.waf.state import State
from routerd.waf.transformations.transformation import Transformation

FILLED_MOST = 64
"""Arguments with macros filled in that an operator keeps compiled; a limit of the CRS has one value at a time."""

_HIT = Hit()


class Ask:
    """An operator with its argument and its ``!``.

    Attributes:
        operation: as it is written.
        negated: ``!``.
        price: what asking about a value costs.
        match: asks the operator directly, where there is neither ``!`` nor a macro; None elsewhere.
        bit: of the gate; 0 when the operator is always asked.
    """

    __slots__ = ("_filled", "_fixed", "_macro", "bit", "match", "negated", "operation", "price")

    def __init__(self, operation: Operation, kinds: Mapping[str, type[Operator]], resources: Resources) -> None:
        kind = kinds.get(operation.name.lower())
        if kind is None:
            raise Fault(operation.place, f"the operator @{operation.name} is not there")
        self.operation = operation
        self.negated = operation.negated
        self.bit = 0
        self.price = kind.price
        self._macro: Macro | None = None
        self._filled: Callable[[str], Operator | None] | None = None
        self._fixed: Operator | None = None
        self.match: Callable[[bytes], Hit | None] | None = None
        argument = macro(operation.argument, operation.place) if kind.expands else None
        if argument is None or argument.fixed is not None:
            text = operation.argument if argument is None else (argument.fixed or b"").decode()
            self._fixed = self._compiled(kind, text, resources)
            self.match = None if self.negated else self._fixed.match
        else:
            self._macro = argument
            self._filled = lru_cache(FILLED_MOST)(lambda text: _or_none(kind, text, resources))

    @property
    def reads(self) -> tuple[tuple[str, bytes], ...]:
        """The variables that are filled into its argument, each with the member."""
        return () if self._macro is None else self._macro.reads

    def settled(self, state: State) -> Operator | None:
        """The operator with macros filled in as they stand now; None when it cannot use what they stand for."""
        if self._macro is None or self._filled is None:
            return self._fixed
        return self._filled(self._macro.expand(state).decode(errors="surrogateescape"))

    @property
    def operator(self) -> Operator | None:
        """The operator, where it is the same for every request and not negated."""
        return None if self.match is None else self._fixed

    def warm(self) -> None:
        """See `operators.operator.Operator`."""
        if self._fixed is not None:
            self._fixed.warm()

    def hit(self, state: State, value: bytes) -> Hit | None:
        """What matched, or with ``!`` an empty hit when nothing did."""
        operator = self.settled(state)
        found = None if operator is None else operator.match(value)
        if self.negated:
            return _HIT if found is None else None
        return found

    def _compiled(self, kind: type[Operator], text: str, resources: Resources) -> Operator:
        try:
            return kind(text, resources)
        except ArgumentFault as error:
            raise Fault(self.operation.place, f"@{self.operation.name}: {error}") from error


def _or_none(kind: type[Operator], text: str, resources: Resources) -> Operator | None:
    """An argument that turns out to be unusable when a request is judged matches nothing."""
    try:
        return kind(text, resources)
    except ArgumentFault:
        return None


@dataclass(frozen=True, slots=True)
class Tools:
    """What a rule set is compiled with, found by names in lower case."""

    operators: Mapping[str, type[Operator]]
    transformations: Mapping[str, Transformation]
    resources: Resources


def tools(operators: Sequence[type[Operator]], transformations: Sequence[Transformation], resources: Resources) -> Tools:
    """Tools from catalogues.

    Raises:
        ValueError: two have the same name.
    """
    kinds = {each.name.lower(): each for each in operators}
    changes = {each.name.lower(): each for each in transformations}
    if len(kinds) != len(operators) or len(changes) != len(transformations):
        raise ValueError("two operators or two transformations have the same name")
    return Tools(kinds, changes, resources)
