"""Compiled rules: what each looks at, what it asks, and what it does; and the order of a phase. They hold nothing of any request."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from routerd.waf.actions.step import Step
from routerd.waf.asking import Ask
from routerd.waf.macros import EMPTY, Macro
from routerd.waf.place import Place
from routerd.waf.selection import Part
from routerd.waf.values import Chain


@dataclass(frozen=True, slots=True)
class Meta:
    """What a rule says of itself.

    Attributes:
        message: of msg.
        message_text: as written.
        data: of logdata.
        tags: in order.
        tag_texts: as written.
        severity: 0 (emergency) to 7 (debug); None when it has none.
        rev: revision.
        version: of the rule set.
        maturity: 0 to 9, 0 also when it is not said.
        accuracy: likewise.
    """

    message: Macro = EMPTY
    message_text: str = ""
    data: Macro = EMPTY
    tags: tuple[Macro, ...] = ()
    tag_texts: tuple[str, ...] = ()
    severity: int | None = None
    rev: bytes = b""
    version: bytes = b""
    maturity: int = 0
    accuracy: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """What a match decides over the request.

    Attributes:
        action: deny, drop, redirect, allow, or pass.
        status: to answer with.
        url: of a redirect.
        scope: of an allow: empty (the whole transaction), phase or request.
    """

    action: str = "pass"
    status: int = 403
    url: Macro = EMPTY
    scope: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """A rule, or a link of a chain of rules.

    Attributes:
        place: where it is written.
        id: of the rule; links of a chain have that of the first.
        phase: 1 to 5.
        meta: what it says of itself; all links of a chain have one, where the first says what counts.
        parts: what it looks at; empty for a SecAction.
        ask: None for a SecAction, which always matches.
        chain: transformations.
        multi: ask after each transformation.
        capture: keep what the operator captured in TX.0 to TX.9.
        each: actions for each value that matches, at once.
        after: actions when the whole chain has matched.
        decision: what it decides; of the first link.
        logged: whether a match goes into the log.
        audited: whether a match makes the request one for the audit log.
        skip: rules of this phase to leave out after a match.
        skip_after: marker to go on after; empty none.
        chained: the further links.
        group: rules of one group look at the same values after the same transformations, and no rule can change these within a phase; 0
            where that is not so.
    """

    place: Place
    id: int
    phase: int
    meta: Meta
    parts: tuple[Part, ...]
    ask: Ask | None
    chain: Chain
    multi: bool = False
    capture: bool = False
    each: tuple[Step, ...] = ()
    after: tuple[Step, ...] = ()
    decision: Decision = Decision()
    logged: bool = True
    audited: bool = True
    skip: int = 0
    skip_after: str = ""
    chained: tuple["Link", ...] = ()
    group: int = 0


@dataclass(frozen=True, slots=True)
class Phase:
    """The rules of one phase.

    Attributes:
        links: in order.
        jumps: where skipAfter of a rule leads to, as a place in `links`.
        counting: rules that count members, a bit for each: they may match more when something is taken out of what they look at.
    """

    links: tuple[Link, ...] = ()
    jumps: Mapping[Link, int] = field(default_factory=dict)
    counting: int = 0

    def after(self, link: Link, at: int) -> int:
        """Where to go on after a match of a rule, which the place `at` follows."""
        return self.jumps.get(link, at + link.skip) if link.skip_after else at + link.skip
