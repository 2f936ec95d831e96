"""Access lists: rules are kept, compiled, swapped in as a whole, and asked about each request.

`defence` asks `judge`; the management API does the rest. A change counts from the moment that its verb returns; rules that cannot be
compiled are refused before they are kept, so what is in force is always what is listed.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict
from threading import Lock
from typing import TypeVar

from routerd.acl import addresses, compiling, model, records, texts
from routerd.acl.compiling import Making
from routerd.acl.model import NewRule, Rule
from routerd.acl.ports import Blocks, Countries, Expressions, Finders, Head
from routerd.acl.view import View
from routerd.core.clock import Clock
from routerd.core.errors import BadInput, Conflict, NotFound
from routerd.core.ruling import Ruling
from routerd.store.database import Store

log = logging.getLogger(__name__)

T = TypeVar("T")

EXPRESSIONS_MOST = 512
"""Rules with a regular expression or a wildcard; each is a program that a value may have to run through."""


class Lists:
    """The verbs of access lists.

    Args:
        store: where rules are kept.
        clock: dates them.
        expressions: compiles expressions: `waf.regex.pattern.Pattern`.
        finders: finds phrases: `waf.automaton.Finder`.
        countries: who knows where addresses are; None: rules of type country fit nobody, ``XX`` everybody.
        blocks: drops in the kernel what global rules block; None: nobody does.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        expressions: Expressions,
        finders: Finders,
        countries: Countries | None = None,
        blocks: Blocks | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._expressions = expressions
        self._countries = countries
        self._blocks = blocks
        self._making = Making(expressions, finders)
        self._compiled: compiling.Lists | None = None
        self._lock = Lock()
        self.reload()

    def judge(self, head: Head) -> Ruling | None:
        """The first rule that fits; those that allow come before those that block. None: no rule has anything to say."""
        compiled = self._compiled
        return compiled.judge(View(head, self._countries)) if compiled is not None else None

    def listing(self) -> list[Rule]:
        """All rules, in their order."""
        return list(records.everything(self._store.db))

    def get(self, number: int) -> Rule:
        """One rule.

        Raises:
            NotFound: there is none of that number.
        """
        found = records.find(self._store.db, number)
        if found is None:
            raise NotFound(f"there is no ACL rule {number}")
        return found

    def create(self, new: NewRule) -> Rule:
        """Keep a rule, behind all others; it holds when this returns.

        Raises:
            BadInput: something in it cannot be meant; the message names it.
            Conflict: there are too many rules.
        """
        return self.create_many([new])[0]

    def create_many(self, wanted: Sequence[NewRule]) -> list[Rule]:
        """Keep rules, in this order behind all others, all or none.

        Raises:
            BadInput: as `create`.
            Conflict: as `create`.
        """
        ready = [self._checked(new) for new in wanted]
        return self._changed(lambda: self._add(ready))

    def update(self, number: int, new: NewRule) -> Rule:
        """Put a rule in the place of another, under its number.

        Raises:
            NotFound: there is none of that number.
            BadInput: as `create`.
            Conflict: as `create`.
        """
        ready = self._checked(new)

        def change() -> Rule:
            self.get(number)
            records.change(self._store.db, number, **asdict(ready))
            return self.get(number)

        return self._changed(change)

    def toggle(self, number: int, *, enabled: bool) -> Rule:
        """Have a rule hold, or not.

        Raises:
            NotFound: there is none of that number.
        """

        def change() -> Rule:
            self.get(number)
            records.change(self._store.db, number, enabled=enabled)
            return self.get(number)

        return self._changed(change)

    def move(self, number: int, before: int | None = None) -> Rule:
        """Give a rule another place in the list.

        Args:
            number: which.
            before: the rule that it shall come before; None: to the end.

        Raises:
            NotFound: there is none of one of these numbers.
        """

        def change() -> Rule:
            self.get(number)
            position = records.last_position(self._store.db) + 1 if before is None else self.get(before).position
            records.make_room(self._store.db, position)
            records.change(self._store.db, number, position=position)
            return self.get(number)

        return self._changed(change)

    def remove(self, number: int) -> Rule:
        """Forget a rule.

        Raises:
            NotFound: there is none of that number.
        """

        def change() -> Rule:
            found = self.get(number)
            records.remove(self._store.db, number)
            return found

        return self._changed(change)

    def reload(self) -> None:
        """Compile what the store has, and put it in force."""
        with self._lock:
            rules = [rule for rule in self.listing() if not rule.enabled or self._usable(rule)]
            self._making.begin()
            self._compiled = compiling.Lists(rules, self._making) if any(rule.enabled for rule in rules) else None
            if self._blocks is not None:
                self._blocks.block(*compiling.walls(rules))

    def _usable(self, rule: Rule) -> bool:
        """Whether a rule of the store can be compiled here: another machine, or an older version, may have kept it."""
        try:
            self._readable(rule)
        except BadInput as error:
            log.warning("ACL rule %d does not hold: %s", rule.id, error)
            return False
        return True

    def _checked(self, new: NewRule) -> NewRule:
        ready = model.checked(new)
        self._readable(ready)
        return ready

    def _readable(self, rule: NewRule | Rule) -> None:
        """BadInput when the pattern cannot be meant."""
        if rule.rule_type == "ip":
            addresses.families(rule.pattern)
        elif rule.rule_type in ("country", "method"):
            model.choice(rule.rule_type, rule.pattern)
        else:
            read = compiling.pattern(rule)
            if read.form == "expression":
                texts.expression(read.text, self._expressions)

    def _add(self, ready: Sequence[NewRule]) -> list[Rule]:
        position = records.last_position(self._store.db)
        now = int(self._clock.now())
        rows = [{**asdict(new), "position": position + at, "created_at": now} for at, new in enumerate(ready, 1)]
        records.add(self._store.db, rows)
        return records.newest(self._store.db, len(rows))

    def _changed(self, change: Callable[[], T]) -> T:
        """Make a change that leaves no more rules than there may be, and put it in force."""

        def whole() -> T:
            changed = change()
            rules = self.listing()
            if len(rules) > model.RULES_MOST:
                raise Conflict(f"there would be {len(rules)} ACL rules; expected at most {model.RULES_MOST}")
            expressions = sum(_is_expression(rule) for rule in rules)
            if expressions > EXPRESSIONS_MOST:
                raise Conflict(f"{expressions} rules would have a regular expression or a wildcard; expected at most {EXPRESSIONS_MOST}")
            return changed

        done = self._store.write(whole)
        self.reload()
        return done


def _is_expression(rule: Rule) -> bool:
    return rule.rule_type not in ("ip", "country", "method") and compiling.pattern(rule).form == "expression"
