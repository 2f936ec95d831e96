"""A rule set as it is written, taken apart: frozen values between the parser and the engine. Nothing here is compiled yet."""

from dataclasses import dataclass, field
from typing import TypeAlias

from routerd.waf.place import Place


@dataclass(frozen=True, slots=True)
class Target:
    """One variable of a rule.

    Attributes:
        collection: in upper case, such as ARGS.
        selector: the member asked for; empty all. Members are compared without case.
        pattern: a regular expression over members, from ``ARGS:/…/``; empty none.
        count: ``&``: how many there are, not what they are.
        excluded: ``!``: taken out of what the rule's other targets select.
    """

    collection: str
    selector: str = ""
    pattern: str = ""
    count: bool = False
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """What is asked of each value.

    Attributes:
        name: of the operator, as the reference spells it, without ``@``.
        argument: as written; may hold ``%{macros}``.
        negated: ``!``.
        place: of the operator.
    """

    name: str
    argument: str
    negated: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Action:
    """One action; `argument` is without its quotes."""

    name: str
    argument: str
    place: Place


@dataclass(frozen=True, slots=True)
class Rule:
    """A SecRule or SecAction, with the rules chained to it.

    Attributes:
        place: of the directive.
        id: 0 for a chained rule.
        phase: 1 to 5.
        targets: empty for a SecAction.
        operation: None for a SecAction, which always matches.
        transformations: names in order; what stood before a ``none`` is left out, and a ``none`` that was there stands first: it
            also takes away those of SecDefaultAction.
        actions: all other actions in order (not id, phase, t and chain), those of SecDefaultAction not among them.
        chained: the further links of the chain, in order.
    """

    place: Place
    id: int
    phase: int
    targets: tuple[Target, ...] = ()
    operation: Operation | None = None
    transformations: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    chained: tuple["Rule", ...] = ()


@dataclass(frozen=True, slots=True)
class Marker:
    """A SecMarker: where skipAfter leads to."""

    place: Place
    name: str


@dataclass(frozen=True, slots=True)
class Setting:
    """Any other directive, with its checked arguments."""

    place: Place
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Default:
    """A SecDefaultAction for one phase: it holds for the rules after it, until another one of this phase."""

    place: Place
    phase: int
    transformations: tuple[str, ...]
    actions: tuple[Action, ...]


Entry: TypeAlias = Rule | Marker | Setting | Default


@dataclass(frozen=True, slots=True)
class Source:
    """Everything that was read, in order.

    Attributes:
        entries: rules, markers, settings, defaults as they stand.
        files: files read, for telling when one has changed.
    """

    entries: tuple[Entry, ...] = ()
    files: tuple[str, ...] = field(default=())
