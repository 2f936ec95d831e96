"""Plays one request to a rule set and takes down what happened: which rules looked at what, which matched, and what each match set.

Called by the command line. It is slow; nothing that serves anybody may use it.
"""

from dataclasses import dataclass, field

from routerd.waf.collections import Bag
from routerd.waf.engine import RuleSet
from routerd.waf.link import Link
from routerd.waf.request import Request
from routerd.waf.transaction import Transaction
from routerd.waf.verdict import Match, Verdict


@dataclass(frozen=True, slots=True)
class Value:
    """One value that a rule looked at.

    Attributes:
        name: of the variable, such as ``ARGS:id``.
        content: after the rule's transformations.
        matched: whether the operator found what it looks for.
    """

    name: bytes
    content: bytes
    matched: bool


@dataclass(slots=True)
class Look:
    """A rule, and all that it looked at in this request, links of its chain apart."""

    link: Link
    values: list[Value] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Scored:
    """A match, and what it changed.

    Attributes:
        match: of which rule.
        found: values that matched, those of all links of its chain.
        changes: members of TX with their values before and after; empty for none. What was captured is not among them.
    """

    match: Match
    found: tuple[Value, ...]
    changes: tuple[tuple[bytes, bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that happened.

    Attributes:
        looks: rules in the order of their looking.
        matches: in order.
        verdict: what ended the request, or would have ended it; None when it goes through.
        exceeded: limits that it went over.
    """

    looks: tuple[Look, ...]
    matches: tuple[Scored, ...]
    verdict: Verdict | None
    exceeded: tuple[str, ...]


def explain(rules: RuleSet, request: Request, body: bytes, now: float) -> Explanation:
    """Judges a request, without a response, and tells how.

    Args:
        rules: compiled.
        request: its head.
        body: empty for none.
        now: seconds since the epoch.
    """
    notes = _Notes()
    transaction = rules.begin(request, now, watch=notes.watch)
    transaction.matches = notes
    notes.start(transaction)
    if transaction.headers() is None:
        transaction.body(body)
    transaction.log()
    return Explanation(tuple(notes.looks), tuple(notes.scored), transaction.verdict or transaction.detected, tuple(transaction.exceeded))


class _Notes(list[Match]):
    """Takes the place of a transaction's list of matches, so that each is seen when what it set has just been set."""

    def __init__(self) -> None:
        super().__init__()
        self.looks: list[Look] = []
        self.scored: list[Scored] = []
        self._hits: dict[int, list[Value]] = {}
        self._tx = Bag()
        self._before: dict[bytes, bytes] = {}

    def start(self, transaction: Transaction) -> None:
        self._tx = transaction.state.tx
        self._before = dict(self._tx.members())

    def watch(self, link: Link, name: bytes, content: bytes, matched: bool) -> None:
        if not self.looks or self.looks[-1].link is not link:
            self.looks.append(Look(link))
        value = Value(name, content, matched)
        self.looks[-1].values.append(value)
        if matched:
            self._hits.setdefault(link.id, []).append(value)

    def append(self, match: Match) -> None:
        super().append(match)
        now = dict(self._tx.members())
        changed = [name for name, value in now.items() if self._before.get(name) != value and not name.isdigit()]
        changes = [(name, self._before.get(name, b""), now[name]) for name in changed]
        self._before = now
        self.scored.append(Scored(match, tuple(self._hits.pop(match.rule, ())), tuple(changes)))
