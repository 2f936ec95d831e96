"""A rule set that is ready to judge: compiled as a whole or not at all, immutable, swapped by reference."""

from collections.abc import Callable, Mapping
from functools import partial

from routerd.waf.asking import Tools
from routerd.waf.budget import Budget
from routerd.waf.compiling import Compiler
from routerd.waf.exclusions import applied
from routerd.waf.gate.gate import Gate
from routerd.waf.gate.matchers import PLAIN, Matchers
from routerd.waf.judging import Lessened, Watch, lessened
from routerd.waf.link import Link, Phase
from routerd.waf.persistent import Collections, Memory
from routerd.waf.place import Fault, nearest
from routerd.waf.request import Request
from routerd.waf.rules import Default, Marker, Rule, Setting, Source
from routerd.waf.settings import Settings, gathered
from routerd.waf.state import Removal, begun
from routerd.waf.track import Start, start, wanted
from routerd.waf.transaction import Transaction
from routerd.waf.uri import split

PHASES = 5

_Gated = Callable[[int, int], Gate]
"""Makes a gate from the bits that are wanted of requests, and of responses."""


class RuleSet:
    """Compiled rules.

    Attributes:
        settings: what its directives have set.
        phases: rules of phase 1 to 5; number 0 is empty.
        rules: every rule by its id.
        gate: tells which operators a value could make match; None asks them all.
        start: where requests set out on the way that most of them take; None when every rule is to be judged in its turn.
    """

    __slots__ = ("_budget", "_collections", "_meant", "gate", "phases", "rules", "settings", "start")

    def __init__(
        self, settings: Settings, phases: tuple[Phase, ...], budget: Budget, collections: Collections, gated: _Gated | None = None
    ) -> None:
        self.settings = settings
        self.phases = phases
        self.rules: Mapping[int, Link] = {link.id: link for phase in phases for link in phase.links}
        self._budget = budget
        self._collections = collections
        self._meant: dict[Removal, Lessened] = {}
        self.gate = None if gated is None else gated(*wanted(phases, settings, self.meant))
        self.start: Start | None = None if self.gate is None else start(phases, settings, self.meant, self.gate)
        if self.start is not None:
            self.start.prepare()

    def meant(self, removal: Removal) -> Lessened:
        """The rules that a ``ctl`` of this rule set takes out, or what is left for them to look at; it is found out once."""
        found = self._meant.get(removal)
        if found is None:
            found = self._meant[removal] = lessened(removal, self.rules.values())
        return found

    def warm(self) -> None:
        """Compiles what would otherwise wait for the first value that asks for it; requests may be judged meanwhile."""
        for rule in self.rules.values():
            for link in (rule, *rule.chained):
                if link.ask is not None:
                    link.ask.warm()

    def begin(self, request: Request, now: float, unique_id: bytes = b"", watch: Watch | None = None) -> Transaction:
        """A request begins.

        Args:
            request: its head.
            now: seconds since the epoch.
            unique_id: names the request in logs.
            watch: told of every value that is looked at; it makes judging slow.
        """
        state = begun(request, self.settings, split(request.target), now, unique_id)
        state.collections = self._collections
        return Transaction(self, state, self._budget, watch)


def compiled(
    source: Source,
    tools: Tools,
    budget: Budget | None = None,
    collections: Collections | None = None,
    *,
    matchers: Matchers | None = PLAIN,
) -> RuleSet:
    """Compiles a rule set.

    Args:
        source: what the parser has read.
        tools: operators, transformations and what these need of the outside.
        budget: limits of each request.
        collections: keeps IP, GLOBAL, SESSION, USER and RESOURCE; without it they live as long as the rule set.
        matchers: make the gate that leaves out operators that cannot match; without one every operator is asked. It changes no verdict,
            only the time.

    Raises:
        Fault: two rules have one id, skipAfter leads nowhere, or a rule cannot be compiled.
    """
    settings = [entry for entry in source.entries if isinstance(entry, Setting)]
    _check_ids(source)
    left = {rule.id: rule for rule in applied([entry for entry in source.entries if isinstance(entry, Rule)], settings)}
    compiler = Compiler(tools)
    phases = _Phases(compiler)
    for entry in source.entries:
        match entry:
            case Rule():
                if entry.id in left:
                    phases.rule(left[entry.id])
            case Marker():
                phases.marker(entry.name)
            case Default():
                phases.defaults[entry.phase] = entry
    return RuleSet(
        gathered(settings),
        phases.done(),
        budget or Budget(),
        Memory() if collections is None else collections,
        None if matchers is None else partial(compiler.gate, matchers),
    )


class _Phases:
    def __init__(self, compiler: Compiler) -> None:
        self.defaults: dict[int, Default] = {}
        self._compiler = compiler
        self._links: list[list[Link]] = [[] for _ in range(PHASES + 1)]
        self._marks: list[tuple[str, tuple[int, ...]]] = []
        """Markers, with how many rules of each phase stand before them."""

    def rule(self, rule: Rule) -> None:
        self._links[rule.phase].append(self._compiler.rule(rule, self.defaults.get(rule.phase)))

    def marker(self, name: str) -> None:
        self._marks.append((name, tuple(map(len, self._links))))

    def done(self) -> tuple[Phase, ...]:
        return tuple(Phase(tuple(links), self._jumps(number, links), _counting(links)) for number, links in enumerate(self._links))

    def _jumps(self, phase: int, links: list[Link]) -> dict[Link, int]:
        return {link: self._after(link, phase, at, links) for at, link in enumerate(links) if link.skip_after}

    def _after(self, link: Link, phase: int, at: int, links: list[Link]) -> int:
        """The first marker of this name after the rule, or the rule of this id."""
        for name, before in self._marks:
            if name == link.skip_after and before[phase] > at:
                return before[phase]
        for place, each in enumerate(links[at + 1 :], at + 2):
            if str(each.id) == link.skip_after:
                return place
        raise Fault(
            link.place,
            f"skipAfter leads to {link.skip_after!r}, and there is no such marker after the rule",
            nearest(link.skip_after, [name for name, _ in self._marks]),
        )


def _counting(links: list[Link]) -> int:
    return sum(1 << at for at, link in enumerate(links) if any(part.count for part in link.parts))


def _check_ids(source: Source) -> None:
    seen: dict[int, Rule] = {}
    for entry in source.entries:
        if not isinstance(entry, Rule):
            continue
        if entry.id in seen:
            raise Fault(entry.place, f"there is a rule {entry.id} already, at {seen[entry.id].place}", "give this one another id")
        seen[entry.id] = entry
