"""What a rule has to do with TX: whether TX alone decides it, which members it goes by, and which it sets.

A rule set begins with rules that set defaults and choose a paranoia level, and ends with some that add up scores; whatever the request,
they come out the same as long as no other rule meddles with what they go by. `track` has them judged once. Called when a rule set is
compiled.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from routerd.waf.actions.control import Control
from routerd.waf.actions.setvar import SetVar
from routerd.waf.asking import Ask
from routerd.waf.link import Link
from routerd.waf.macros import Macro

_OUTSIDE = frozenset({"geolookup", "rbl"})
"""Operators whose answer changes with the world."""
_OF_A_MATCH = frozenset({"MATCHED_VAR", "MATCHED_VAR_NAME", "MATCHED_VARS", "MATCHED_VARS_NAMES"})
_DIGITS = frozenset(b"%d" % number for number in range(10))


@dataclass(frozen=True, slots=True)
class Touched:
    """Members of TX, in lower case.

    Attributes:
        names: those whose names are known.
        beginnings: of names that are only known when a request is judged.
    """

    names: frozenset[bytes] = frozenset()
    beginnings: frozenset[bytes] = frozenset()

    def meets(self, names: frozenset[bytes]) -> bool:
        """Whether any of these members may be one of those."""
        return not self.names.isdisjoint(names) or any(name.startswith(start) for start in self.beginnings for name in names)


def links(rule: Link) -> tuple[Link, ...]:
    """A rule with all that are chained to it."""
    return (rule, *rule.chained)


def sets(rule: Link) -> Touched:
    """What a rule may set."""
    names: set[bytes] = set()
    beginnings: set[bytes] = set()
    for link in links(rule):
        for step in link.each:
            if isinstance(step, SetVar) and step.kind == "TX":
                name = step.name
                if name.fixed is None:
                    beginnings.add(name.beginning.lower())
                else:
                    names.add(name.fixed.lower())
        if link.capture:
            names |= _DIGITS
    return Touched(frozenset(names), frozenset(beginnings))


def goes_by(rule: Link) -> frozenset[bytes]:
    """The members that a constant rule goes by, those that it sets among them."""
    read = {part.chooser.name for link in links(rule) for part in link.parts}
    read |= {member for macro in _macros(rule) for collection, member in macro.reads if collection == "TX"}
    read |= {member for link in links(rule) if link.ask for collection, member in link.ask.reads if collection == "TX"}
    return frozenset(read) | sets(rule).names


def is_constant(rule: Link) -> bool:
    """Whether nothing but known members of TX decides whether a rule matches and what it does then, which is nothing but to set some."""
    return (
        rule.decision.action == "pass"
        and all(map(_is_constant, links(rule)))
        and all(_is_known(macro, matched=all(link.ask for link in links(rule))) for macro in _macros(rule))
    )


def is_pure(rule: Link) -> bool:
    """Whether the first link of a rule goes by nothing that rules can change within a phase."""
    return rule.group != 0 and rule.ask is not None and not rule.ask.reads and not _asks_outside(rule.ask)


def is_pure_but_for_tx(rule: Link) -> bool:
    """Whether it would be, were the members of TX known that are filled into the argument of its operator."""
    return rule.group != 0 and rule.ask is not None and not _asks_outside(rule.ask) and _known(rule.ask.reads)


def looks_back(rule: Link) -> bool:
    """Whether a rule may look at what the rule before it has matched."""
    found = {part.collection for part in rule.parts}
    found |= {collection for collection, _ in (rule.ask.reads if rule.ask else ())}
    if rule.ask is None:
        found |= {part.collection for link in rule.chained for part in link.parts}
        found |= {collection for link in rule.chained if link.ask for collection, _ in link.ask.reads}
        found |= {collection for macro in _macros(rule) for collection, _ in macro.reads}
    return not found.isdisjoint(_OF_A_MATCH)


def _is_constant(link: Link) -> bool:
    plain = not link.multi and not link.capture
    looked = all(part.collection == "TX" and part.chooser.name and not part.excluded for part in link.parts)
    asked = link.ask is None or (not _asks_outside(link.ask) and _known(link.ask.reads))
    set_tx = all(isinstance(step, SetVar) and step.kind == "TX" and step.name.fixed is not None and not step.out for step in link.each)
    return plain and looked and asked and set_tx and all(isinstance(step, Control) for step in link.after)


def _asks_outside(ask: Ask) -> bool:
    return ask.operation.name.lower() in _OUTSIDE


def _known(read: Iterable[tuple[str, bytes]]) -> bool:
    return all(collection == "TX" and member for collection, member in read)


def _is_known(macro: Macro, *, matched: bool) -> bool:
    return all((collection == "TX" and member) or (matched and collection in _OF_A_MATCH) for collection, member in macro.reads)


def _macros(rule: Link) -> Iterator[Macro]:
    yield rule.meta.message
    yield rule.meta.data
    yield from rule.meta.tags
    yield rule.decision.url
    for link in links(rule):
        for step in link.each:
            if isinstance(step, SetVar):
                yield step.value
                yield step.name


def leaves(rule: Link, names: frozenset[bytes], firm: Iterable[Link]) -> bool:
    """Whether a match of a rule may have others come out otherwise than foreseen.

    Args:
        rule: one that is not constant.
        names: what all constant rules go by.
        firm: these rules, and those that count members: taking something out of what they look at may make them match.
    """
    if any(link.skip or link.skip_after for link in links(rule)) or sets(rule).meets(names):
        return True
    removals = [step.removal for link in links(rule) for step in link.after if isinstance(step, Control) and step.removal]
    return any(removal.rules(each) for removal in removals for each in firm)
