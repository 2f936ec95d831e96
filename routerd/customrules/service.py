"""Custom rules: kept, compiled, swapped in as a whole, exported and imported, and asked about each request.

`defence` asks `judge` and `judge_body`; the management API does the rest. A change counts from the moment that its verb returns. Rules
that cannot be compiled are refused before they are kept.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Lock
from typing import TypeVar

from routerd.core import tokens
from routerd.core.clock import Clock
from routerd.core.errors import BadInput, Conflict, NotFound
from routerd.core.ruling import Ruling
from routerd.customrules import compiling, model, parcel, records
from routerd.customrules.model import NewRule, Rule
from routerd.customrules.ports import Expressions, Finders, Head
from routerd.customrules.view import View
from routerd.store.database import Store

log = logging.getLogger(__name__)

T = TypeVar("T")

EXPRESSIONS_MOST = 512
"""Conditions with an expression, in all rules together."""
TRIES = 10


class Conditions:
    """The verbs of custom rules.

    Args:
        store: where rules are kept.
        clock: dates them.
        expressions: compiles expressions: `waf.regex.pattern.Pattern`.
        finders: finds texts: `waf.automaton.Finder`.
    """

    def __init__(self, store: Store, clock: Clock, expressions: Expressions, finders: Finders) -> None:
        self._store = store
        self._clock = clock
        self._expressions = expressions
        self._finders = finders
        self._lock = Lock()
        self._compiled = compiling.Conditions((), expressions, finders)
        self.reload()

    @property
    def body_wanted(self) -> bool:
        """Whether some rule looks at bodies."""
        return self._compiled.body_wanted

    def judge(self, head: Head) -> Ruling | None:
        """The first rule that fits, as far as that can be said without the body."""
        compiled = self._compiled
        return compiled.judge(View(head, None), head.method) if compiled else None

    def judge_body(self, head: Head, body: bytes) -> Ruling | None:
        """The first rule that looks at bodies, and fits; asked with what was read of the body, b"" when there is none."""
        compiled = self._compiled
        return compiled.judge_body(View(head, body), head.method, empty=not body) if compiled.body_wanted else None

    def listing(self) -> list[Rule]:
        """All rules, in their order."""
        return list(records.everything(self._store.db))

    def get(self, rule_id: str) -> Rule:
        """One rule.

        Raises:
            NotFound: there is none of that number.
        """
        found = records.find(self._store.db, rule_id)
        if found is None:
            raise NotFound(f"there is no custom rule '{rule_id[:40]}'")
        return found

    def create(self, new: NewRule) -> Rule:
        """Keep a rule, behind all others; it holds when this returns.

        Raises:
            BadInput: something in it cannot be meant; the message names it.
            Conflict: there are too many rules.
        """
        ready = self._checked(new)
        return self._changed(lambda: self._keep(self._free(), ready))

    def update(self, rule_id: str, new: NewRule) -> Rule:
        """Put a rule in the place of another, under its number.

        Raises:
            NotFound: there is none of that number.
            BadInput: as `create`.
        """
        ready = self._checked(new)
        return self._changed(lambda: self._keep(self.get(rule_id).rule_id, ready))

    def toggle(self, rule_id: str, *, enabled: bool) -> Rule:
        """Have a rule hold, or not.

        Raises:
            NotFound: there is none of that number.
        """
        return self._changed(lambda: self._keep(rule_id, replace(self.get(rule_id).new, enabled=enabled)))

    def remove(self, rule_id: str) -> Rule:
        """Forget a rule.

        Raises:
            NotFound: there is none of that number.
        """

        def change() -> Rule:
            found = self.get(rule_id)
            records.remove(self._store.db, rule_id)
            return found

        return self._changed(change)

    def export_zip(self) -> bytes:
        """All rules as a ZIP file, one JSON document each."""
        return parcel.packed(self.listing())

    def import_zip(self, whole: bytes) -> int:
        """Take up the rules of a ZIP file, all or none; those whose number there is take its place.

        Returns:
            How many there were.

        Raises:
            BadInput: it cannot be read, or a rule in it cannot be meant; the message names the document.
            Conflict: there would be too many rules.
        """
        found = [(number, self._checked(new)) for number, new in parcel.unpacked(whole)]

        def change() -> int:
            for number, new in found:
                self._keep(number or self._free(), new)
            return len(found)

        return self._changed(change)

    def reload(self) -> int:
        """Compile what the store has, and put it in force; returns how many rules hold."""
        with self._lock:
            rules = [rule for rule in self.listing() if rule.enabled and self._usable(rule)]
            self._compiled = compiling.Conditions(rules, self._expressions, self._finders)
        return len(rules)

    def _usable(self, rule: Rule) -> bool:
        """Whether a rule of the store can be compiled here: another machine, or an older version, may have kept it."""
        try:
            self._checked(rule.new)
        except BadInput as error:
            log.warning("custom rule %s does not hold: %s", rule.rule_id, error)
            return False
        return True

    def _checked(self, new: NewRule) -> NewRule:
        ready = model.checked(new)
        for judge in ready.judges:
            if judge.rix:
                compiling.compiled(judge.rix, self._expressions)
        return ready

    def _keep(self, rule_id: str, new: NewRule) -> Rule:
        rule = Rule(rule_id, new)
        records.keep(self._store.db, rule, int(self._clock.now()))
        return rule

    def _free(self) -> str:
        for _ in range(TRIES):
            number = tokens.key_octets(4).hex()
            if records.find(self._store.db, number) is None:
                return number
        raise Conflict("no free number was found for the rule; try again")

    def _changed(self, change: Callable[[], T]) -> T:
        """Make a change that leaves no more rules than there may be, and put it in force."""

        def whole() -> T:
            changed = change()
            _check_limits(self.listing())
            return changed

        done = self._store.write(whole)
        self.reload()
        return done


def _check_limits(rules: Sequence[Rule]) -> None:
    if len(rules) > model.RULES_MOST:
        raise Conflict(f"there would be {len(rules)} custom rules; expected at most {model.RULES_MOST}")
    expressions = sum(bool(judge.rix) for rule in rules for judge in rule.new.judges)
    if expressions > EXPRESSIONS_MOST:
        raise Conflict(f"{expressions} conditions would have an expression; expected at most {EXPRESSIONS_MOST}")
