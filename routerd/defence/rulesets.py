"""Rule sets: from what the owner names to what judges requests. Compiled beside the traffic, swapped in as a whole or not at all.

A set with a fault never replaces one without: what is in use stays, and the faults can be read. At the start, with nothing in use
yet, the last good form is taken from the shelf. Requests ask `current`; everything else is called on other threads than the edge's.
"""

import logging
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from routerd.core.clock import Clock
from routerd.defence.exclusions import NUMBERS
from routerd.defence.model import PLAIN, Variant
from routerd.defence.shelf import Shelf
from routerd.waf.asking import Tools
from routerd.waf.engine import RuleSet
from routerd.waf.files import NOTHING, Disk, Outside, Remembering
from routerd.waf.gate.exchanged import Exchanged
from routerd.waf.loading import Changes, Gathered, build, gather, read, tooled
from routerd.waf.place import Fault
from routerd.waf.rules import Rule, Source

log = logging.getLogger(__name__)

FAULTS_MOST = 200
"""Faults that are kept for reading; a file that is no rule file at all has one in each line."""

_RESPONSE_BODY = 4
_SWITCH_S = 0.0005
"""How long the compiling thread may hold the interpreter at a time while requests wait for it."""

Compile = Callable[[Source, Tools], RuleSet]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A rule set in use.

    Attributes:
        rules: compiled.
        observed: ids of rules that are only watched.
        response_rules: whether any rule looks at bodies of responses.
    """

    rules: RuleSet
    observed: frozenset[int] = frozenset()
    response_rules: bool = True


@dataclass(frozen=True, slots=True)
class RulesState:
    """How the rules are.

    Attributes:
        ready: whether requests can be judged.
        rules: how many rules the set has that sites without exclusions of their own share.
        sets: different sets in use.
        files: rule files they are made of.
        hash: of all these files and lists; the same files give the same.
        compiled_at: seconds since the epoch; 0: never.
        took_s: how long that took.
        matcher: what leaves out rules that cannot match.
        making: whether a faster one is being made.
        ejected: rules whose patterns it could not take, which are asked each time.
        from_shelf: what is in use is what was good last, for the files have faults.
        faults: what is wrong with the files as they are now, a sentence each with file, line and column.
    """

    ready: bool = False
    rules: int = 0
    sets: int = 0
    files: int = 0
    hash: str = ""
    compiled_at: float = 0.0
    took_s: float = 0.0
    matcher: str = ""
    making: bool = False
    ejected: tuple[str, ...] = ()
    from_shelf: bool = False
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """What all rule sets of the box are made of.

    Attributes:
        sources: as of `waf.loading.gather`.
        after: SecLang that stands after all rules: what the settings say of limits.
        outside: what rules may ask besides files.
        compile: `waf.engine.compiled` with budget, collections and matchers.
    """

    sources: tuple[str, ...]
    compile: Compile
    after: str = ""
    outside: Outside = NOTHING


@dataclass(frozen=True, slots=True)
class _Read:
    """Files as they were read."""

    gathered: Gathered
    contents: Remembering
    source: Source
    kit: Tools

    def same(self, gathered: Gathered) -> bool:
        """Whether reading those would come out the same."""
        return self.gathered.files == gathered.files and self.contents.agrees(gathered.contents)


class RuleSets:
    """The sets in use.

    Attributes:
        sources: where rules come from when files are read next; as of `waf.loading.gather`.
        state: how the rules are.

    Args:
        recipe: what they are made of.
        shelf: where the last good form is kept.
        clock: for telling when.
    """

    def __init__(self, recipe: Recipe, shelf: Shelf, clock: Clock) -> None:
        self._recipe = recipe
        self.sources = recipe.sources
        self._shelf = shelf
        self._clock = clock
        self._busy = threading.Lock()
        self._sets: Mapping[Variant, Loaded] = {}
        self._wanted: tuple[Variant, ...] = ()
        self._common: Loaded | None = None
        self._read: _Read | None = None
        self.state = RulesState()

    def current(self, variant: Variant) -> Loaded | None:
        """The set that a request of such a site begins with; None: there is none yet.

        A site whose variant was never loaded has the set that those without any of their own have.
        """
        return self._sets.get(variant) or self._common

    def knows(self, rule_id: int) -> bool:
        """Whether the files in use have a rule of this id, left out or not."""
        return any(each.id == rule_id for each in self.entries())

    def entries(self) -> tuple[Rule, ...]:
        """Rules of the files in use that have an id, left out or not, in their order."""
        read_ = self._read
        return () if read_ is None else tuple(each for each in read_.source.entries if isinstance(each, Rule) and each.id)

    def load(self, common: Variant, variants: Iterable[Variant] = (), *, reread: bool = True) -> tuple[str, ...]:
        """Compile what has changed, then put it in use as a whole.

        Args:
            common: variant of sites that have nothing of their own.
            variants: of all others.
            reread: look at the files again; otherwise they are taken as they were when they were read last.

        Returns:
            What is wrong; empty when the sets in use are those that were asked for.
        """
        wanted = tuple(dict.fromkeys((common, *variants)))
        with self._busy, _yielding():
            if not reread and self._read is not None:
                return self._swap(self._read, wanted, self._sets, self._clock.monotonic())
            return self._load(wanted)

    def warm(self) -> None:
        """Have the sets in use do beside the traffic what its first requests would otherwise wait for."""
        with self._busy, _yielding():
            for loaded in {id(each): each for each in self._sets.values()}.values():
                loaded.rules.warm()

    def settle(self) -> None:
        """Let go of sets that were not asked for at the last `load`: until then, sites that still go by them have them."""
        with self._busy:
            self._sets = {variant: self._sets[variant] for variant in self._wanted}

    def tried(self, variant: Variant) -> tuple[Loaded | None, tuple[str, ...]]:
        """A set as it would be, from the files that are in use; nothing is put in use.

        Returns:
            The set, or what is wrong with it.
        """
        with self._busy, _yielding():
            if self._read is None:
                return None, ("there are no rules in use yet",)
            return self._compiled(self._read, variant)

    def _load(self, variants: Sequence[Variant]) -> tuple[str, ...]:
        began = self._clock.monotonic()
        gathered, faults = gather(self.sources, Disk())
        now = self._read
        if now is not None and not faults and not self.state.from_shelf and now.same(gathered):
            self._say(())
            return self._swap(now, variants, self._sets, began)
        contents = Remembering(gathered.contents)
        gathered = Gathered(gathered.files, contents)
        found = _Read(gathered, contents, read(gathered, faults), tooled(gathered, self._recipe.outside))
        told = self._swap(found, variants, {}, began, faults)
        if told and self._read is None:
            self._take_kept(variants)
        self._say(told)
        return told

    def _swap(
        self, found: _Read, variants: Sequence[Variant], have: Mapping[Variant, Loaded], began: float, faults: Sequence[Fault] = ()
    ) -> tuple[str, ...]:
        """Compiles the variants that are not there yet; puts all in use if none has a fault."""
        if found is self._read and tuple(variants) == self._wanted:
            return ()
        if found is not self._read and PLAIN not in variants and not faults:
            self._compiled(found, PLAIN)  # matchers are made for the rules as they are written, and serve what is excluded from these
        sets: dict[Variant, Loaded] = {}
        for variant in variants:
            loaded, wrong = (have[variant], ()) if variant in have else self._compiled(found, variant, faults)
            if loaded is None:
                return wrong
            sets[variant] = loaded
        if found is not self._read:
            self._shelf.put(found.gathered.files, found.contents.files)
        self._use(found, sets, began)
        return ()

    def _use(self, found: _Read, sets: Mapping[Variant, Loaded], began: float, *, from_shelf: bool | None = None) -> None:
        common = next(iter(sets.values()))
        plain = common.rules
        if from_shelf is None:
            from_shelf = self.state.from_shelf and found is self._read
        self._read = found
        self._sets, self._wanted, self._common = {**self._sets, **sets}, tuple(sets), common
        if isinstance(plain.gate, Exchanged):
            plain.gate.heard = self._exchanged
        self.state = RulesState(
            ready=True,
            rules=len(plain.rules),
            sets=len(sets),
            files=len(found.source.files),
            hash=_hash(found.contents.files),
            compiled_at=self._clock.now(),
            took_s=round(self._clock.monotonic() - began, 3),
            from_shelf=from_shelf,
            faults=self.state.faults,
            **_matching(plain),
        )
        log.info("%d rules of %d files are in use", self.state.rules, self.state.files)

    def _exchanged(self) -> None:
        """The gate of rules that may be in use has become another."""
        with self._busy:
            if self._common is not None:
                self.state = replace(self.state, **_matching(self._common.rules))
                log.info("the matcher of the rules in use is %s", self.state.matcher)

    def _take_kept(self, variants: Sequence[Variant]) -> None:
        """With nothing in use, what was good last is better than nothing."""
        began, kept = self._clock.monotonic(), self._shelf.get()
        if kept is None:
            return
        contents = Remembering(kept.contents)
        gathered = Gathered(kept.files, contents)
        wrong: list[Fault] = []
        found = _Read(gathered, contents, read(gathered, wrong), tooled(gathered, self._recipe.outside))
        sets = {variant: loaded for variant in variants if (loaded := self._compiled(found, variant, wrong)[0]) is not None}
        if variants[0] in sets:
            log.warning("the rule files have faults; the rules that were good last are in use")
            self._use(found, sets, began, from_shelf=True)

    def _compiled(self, found: _Read, variant: Variant, faults: Sequence[Fault] = ()) -> tuple[Loaded | None, tuple[str, ...]]:
        recipe = self._recipe
        changes = Changes("\n".join((*_removed(variant.disabled), *variant.exclusions)) + "\n", recipe.after, variant.observed)
        rules, wrong = build(found.gathered, found.source, faults, changes, found.kit, recipe.compile)
        if rules is None:
            return None, tuple(map(str, wrong))[:FAULTS_MOST]
        return Loaded(rules, variant.observed, bool(rules.phases[_RESPONSE_BODY].links)), ()

    def _say(self, faults: tuple[str, ...]) -> None:
        """What is wrong with the files."""
        if faults != self.state.faults:
            self.state = replace(self.state, faults=faults)
            if faults:
                log.error("the rules have %d faults, the first: %s", len(faults), faults[0])


def _removed(disabled: frozenset[int]) -> tuple[str, ...]:
    """Rules that are left out are compiled all the same: the matchers' databases then serve with and without them."""
    if not disabled:
        return ()
    ctls = ",".join(f"ctl:ruleRemoveById={rule}" for rule in sorted(disabled))
    return (f'SecAction "id:{NUMBERS - 1},phase:1,pass,nolog,t:none,{ctls}"',)


@contextmanager
def _yielding() -> Iterator[None]:
    """Has the interpreter go round more often, so that the edge waits little for a compiling thread."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _hash(contents: Mapping[str, bytes]) -> str:
    digest = sha256()
    for path, content in sorted(contents.items()):
        digest.update(b"%s\0%d\0" % (path.encode(), len(content)))
        digest.update(content)
    return digest.hexdigest()[:16]


def _matching(rules: RuleSet) -> dict[str, Any]:
    """What a state says of the gate."""
    gate = rules.gate
    making = isinstance(gate, Exchanged) and gate.making
    return {"matcher": gate.kind if gate is not None else "none", "making": making, "ejected": _ejected(rules)}


def _ejected(rules: RuleSet) -> tuple[str, ...]:
    """Rules that the matcher cannot speak for, with why."""
    if rules.gate is None:
        return ()
    reasons = {each.bit: each.reason for each in rules.gate.ejected}
    links = ((rule.id, link.ask) for rule in rules.rules.values() for link in (rule, *rule.chained))
    return tuple(f"{number}: {reasons[ask.bit]}" for number, ask in links if ask is not None and ask.bit in reasons)
