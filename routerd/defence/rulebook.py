"""The rules as owners change them: reloading, rules that are left out or only watched, exclusions and what suggests them.

Doors call it; it has rule sets compiled and tells the guard which site goes by which. A change that does not compile is not kept.
"""

import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from routerd.attacks.model import Filter
from routerd.core.clock import Clock
from routerd.core.errors import BadInput, NotFound, Unavailable
from routerd.defence import exclusions, observation, records
from routerd.defence.exclusions import Exclusion
from routerd.defence.model import Listed, Post, Variant
from routerd.defence.observation import Measured, Sample, Suggestion
from routerd.defence.ports import Recorded
from routerd.defence.rulesets import RuleSets, RulesState
from routerd.defence.service import Defence
from routerd.store.database import Store
from routerd.waf.rules import Rule

log = logging.getLogger(__name__)

EXCLUSIONS_MOST = 1_000
"""Of all sites together."""

SUGGESTED_FROM = 5_000
"""Newest entries of the attack log that suggestions go by."""

OFF, DETECT = "off", "detect"
_STATES = ("", OFF, DETECT)
_AGAIN_S = 5.0
"""Between attempts to load rules as long as there are none."""


class Rulebook:
    """Rules, as they are to be.

    Args:
        store: where changes are kept.
        clock: dates exclusions.
        rules: compiled in the end.
        guard: told which site goes by which.
        log_: the attack log.
    """

    name = "rules"

    def __init__(self, store: Store, clock: Clock, rules: RuleSets, guard: Defence, log_: Recorded) -> None:
        self._store = store
        self._clock = clock
        self._rules = rules
        self._guard = guard
        self._log = log_
        self._modes: Mapping[str, str] = {}
        self._posts: Mapping[str, Post] = {}
        self._changing = threading.RLock()
        self._stopping = threading.Event()
        self._wanted = threading.Event()
        self._outdated = False
        """The files are to be read again."""
        self._tried = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Load the rules on a thread: until there are some, the guard refuses what it would have to judge."""
        self._stopping.clear()
        self._tried.clear()
        self._wanted.set()
        self._thread = threading.Thread(target=self._serve, name="rules", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Load no more."""
        self._stopping.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(timeout=2)
            self._thread = None

    def wait(self, seconds: float) -> bool:
        """Wait for the first attempt to load them, so long at most; whether there are some."""
        self._tried.wait(seconds)
        return self._rules.state.ready

    def guard(self, modes: Mapping[str, str]) -> None:
        """Guard these sites from now on. What has to be compiled for it is, on the thread; their modes hold at once.

        Args:
            modes: of each, by its name: ``on``, ``detect`` or ``off``.
        """
        self._modes = dict(modes)
        kept, states = self.exclusions(), self.states()
        self._guard.use({site: Post(mode, _variant(site, kept, states)) for site, mode in modes.items()})
        self._wanted.set()

    def reload(self) -> RulesState:
        """Read the rule files again; what has a fault changes nothing, and is told in the state."""
        with self._changing:
            self._refresh(reread=True)
            self._rules.warm()
            return self._rules.state

    def reload_soon(self, sources: Sequence[str] | None = None) -> None:
        """The same on the thread, for whoever cannot wait: compiling takes seconds. `wait` tells when it is done.

        Args:
            sources: where rules come from, from now on; None: from where they came.
        """
        if sources is not None:
            self._rules.sources = tuple(sources)
        self._outdated = True
        self._tried.clear()
        self._wanted.set()

    @property
    def state(self) -> RulesState:
        """How the rules are."""
        return self._rules.state

    def rules(self, site: str = "") -> list[Listed]:
        """Every rule of the files in use, in their order.

        Args:
            site: whose states count; empty: those for all sites.
        """
        states = self.states()
        return [_listed(each, states.get((site, each.id)) or states.get(("", each.id), "")) for each in self._rules.entries()]

    def states(self) -> dict[tuple[str, int], str]:
        """Rules that are left out (OFF) or only watched (DETECT), by site (empty: all) and id."""
        return records.states(self._store.db)

    def set_state(self, rule_ids: Sequence[int], state: str, site: str = "") -> None:
        """Have rules be left out (OFF), only watched (DETECT), or as they are written (empty).

        Raises:
            BadInput: there is no such state or rule.
            Unavailable: the rules cannot be compiled now.
        """
        if state not in _STATES:
            raise BadInput(f"{state!r} is no state of a rule; write {OFF}, {DETECT} or nothing", "state")
        for rule_id in rule_ids:
            self._check_rule(rule_id)
        with self._changing:
            before = {each: self.states().get((site, each), "") for each in rule_ids}
            self._store.write(lambda: records.set_state(self._store.db, site, rule_ids, state))
            faults = self._refresh(reread=False)
            if faults:
                for each, old in before.items():
                    self._store.write(lambda each=each, old=old: records.set_state(self._store.db, site, [each], old))  # type: ignore[misc]
                self._refresh(reread=False)
                raise Unavailable(f"the rules cannot be compiled like this: {faults[0]}")

    def exclusions(self) -> list[Exclusion]:
        """All that are kept."""
        return records.everything(self._store.db)

    def apply(self, wanted: Sequence[Exclusion]) -> list[int]:
        """Keep exclusions and have requests judged with them when this returns.

        Args:
            wanted: their `id` and `created_at` are ignored; those that are kept already are left out.

        Returns:
            Numbers of the new ones, for `undo`.

        Raises:
            BadInput: one of them can be none, or the rules do not compile with it.
        """
        with self._changing:
            kept = self.exclusions()
            new = observation.unique(wanted, kept)
            for each in new:
                self._check(each)
            if len(kept) + len(new) > EXCLUSIONS_MOST:
                raise BadInput(f"there can be no more than {EXCLUSIONS_MOST} exclusions; take away some that are no longer needed")
            dated = [replace(each, created_at=int(self._clock.now())) for each in new]
            numbers = self._store.write(lambda: [records.add(self._store.db, each) for each in dated])
            faults = self._refresh(reread=False)
            if faults:
                self.undo(numbers)
                raise BadInput(f"the rules do not compile with it: {faults[0]}")
            return numbers

    def undo(self, numbers: Iterable[int]) -> int:
        """Take exclusions away; returns how many there were."""
        with self._changing:
            gone = self._store.write(lambda: records.delete(self._store.db, numbers))
            self._refresh(reread=False)
            return gone

    def suggestions(self, site: str) -> list[Suggestion]:
        """What would stop the matches of a site's newest entries in the attack log."""
        found = self._log.recent(Filter(site=site, actions=("block", "detect")), SUGGESTED_FROM)
        loaded = self._rules.current(self._variant(site))
        if loaded is None:
            raise Unavailable("there are no rules in use yet")
        return observation.suggestions(found, site, observation.excludable(loaded.rules))

    def measure(self, wanted: Sequence[Exclusion], site: str, samples: Iterable[Sample] | None = None) -> Measured:
        """What exclusions would do to requests, before they are applied.

        Args:
            wanted: exclusions.
            site: whose rules are asked.
            samples: requests; None: those of the site's newest entries in the attack log, as far as they were kept.

        Raises:
            BadInput: the rules do not compile with them.
        """
        for each in wanted:
            self._check(each)
        variant = self._variant(site)
        before, faults = self._rules.tried(variant)
        numbered = [replace(each, id=-1 - at) for at, each in enumerate(wanted)]
        texts = (*variant.exclusions, *map(exclusions.text, numbered))
        after, faults_after = self._rules.tried(replace(variant, exclusions=texts))
        if before is None or after is None:
            raise BadInput(f"the rules do not compile with it: {(*faults, *faults_after)[0]}")
        if samples is None:
            found = self._log.recent(Filter(site=site, actions=("block", "detect")), SUGGESTED_FROM)
            samples = map(observation.sample, found)
        return observation.measured(before.rules, after.rules, samples, self._clock.now())

    def _serve(self) -> None:
        while True:
            self._wanted.wait(None if self._rules.state.ready else _AGAIN_S)
            self._wanted.clear()
            if self._stopping.is_set():
                return
            try:
                with self._changing:
                    reread, self._outdated = self._outdated, False
                    self._refresh(reread=reread or not self._rules.state.ready)
                self._tried.set()
                self._rules.warm()
            except Exception:
                log.exception("the rules could not be loaded")
                if self._stopping.wait(_AGAIN_S):
                    return
                self._wanted.set()
            self._tried.set()

    def _refresh(self, *, reread: bool) -> tuple[str, ...]:
        """Have compiled what sites go by now; sites whose variant does not compile go on as they did."""
        kept, states = self.exclusions(), self.states()
        wanted = {site: Post(mode, _variant(site, kept, states)) for site, mode in self._modes.items()}
        judged = [post.variant for post in wanted.values() if post.mode != "off"]
        faults = self._rules.load(_variant("", kept, states), judged, reread=reread)
        if faults:
            old = self._posts
            wanted = {site: replace(post, variant=old[site].variant) if site in old else post for site, post in wanted.items()}
        self._posts = wanted
        self._guard.use(wanted)
        if not faults:
            self._rules.settle()
        return faults

    def _variant(self, site: str) -> Variant:
        return _variant(site, self.exclusions(), self.states())

    def _check(self, exclusion: Exclusion) -> None:
        self._check_rule(exclusion.rule_id)
        if exclusion.site and exclusion.site not in self._modes:
            raise NotFound(f"there is no site {exclusion.site}")
        exclusions.text(exclusion)

    def _check_rule(self, rule_id: int) -> None:
        if self._rules.state.ready and not self._rules.knows(rule_id):
            raise BadInput(f"the rules in use have none with the id {rule_id}", "rule_id")


def _listed(rule: Rule, state: str) -> Listed:
    said = {action.name: action.argument for action in rule.actions}
    tags = tuple(action.argument for action in rule.actions if action.name == "tag")
    return Listed(rule.id, said.get("msg", ""), said.get("severity", ""), tags, rule.phase, rule.place.file, rule.place.line, state)


def _variant(site: str, kept: Iterable[Exclusion], states: Mapping[tuple[str, int], str]) -> Variant:
    """What a site goes by; empty: a site of which nothing is known."""
    mine = ("", site)
    return Variant(
        tuple(exclusions.text(each) for each in kept if each.site in mine),
        frozenset(rule for (where, rule), state in states.items() if where in mine and state == OFF),
        frozenset(rule for (where, rule), state in states.items() if where in mine and state == DETECT),
    )
