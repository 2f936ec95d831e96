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


def sets(link: Link) -> Touched:
    """What a link may set."""
    names = [step.name for step in link.each if isinstance(step, SetVar) and step.kind == "TX"]
    known = frozenset(name.fixed.lower() for name in names if name.fixed is not None)
    return Touched(
        known | (_DIGITS if link.capture else frozenset()), frozenset(name.beginning.lower() for name in names if name.fixed is None)
    )


def goes_by(rule: Link) -> frozenset[bytes]:
    """The members that a constant rule goes by, those that it sets among them."""
    read = {member for macro in _macros(rule) for collection, member in macro.reads if collection == "TX"}
    return frozenset(read).union(*(sets(link).names | asks_of(link) for link in links(rule)))


def asks_of(link: Link) -> frozenset[bytes]:
    """The members that a link looks at, or fills into the argument of its operator."""
    read = {part.chooser.name for part in link.parts if part.collection == "TX"}
    return frozenset(read).union(member for collection, member in (link.ask.reads if link.ask else ()) if collection == "TX")


def is_constant(rule: Link) -> bool:
    """Whether nothing but known members of TX decides whether a rule matches and what it does then, which is nothing but to set some."""
    return (
        rule.decision.action == "pass"
        and all(map(_is_constant, links(rule)))
        and all(_is_known(macro, matched=all(link.ask for link in links(rule))) for macro in _macros(rule))
    )


def is_pure(link: Link) -> bool:
    """Whether a link goes by nothing that rules can change within a phase."""
    return is_pure_but_for_tx(link) and not (link.ask and link.ask.reads)


def is_pure_but_for_tx(link: Link) -> bool:
    """Whether that would be so, were the members of TX known that are filled into the argument of its operator."""
    return link.group != 0 and link.ask is not None and not _asks_outside(link.ask) and _known(link.ask.reads)


def is_told_by_tx(link: Link) -> bool:
    """Whether known members of TX alone decide whether a link matches, whatever comes of it then."""
    looked = all(part.collection == "TX" and part.chooser.name and not part.excluded for part in link.parts)
    asked = link.ask is not None and not _asks_outside(link.ask) and _known(link.ask.reads)
    return bool(link.parts) and looked and asked and not link.multi


def conditions(rule: Link) -> tuple[Link, ...]:
    """The links of a rule, from the first on, that can be asked before it is judged: nothing happens unless all of them match."""
    found: list[Link] = []
    for link in links(rule):
        if not (is_told_by_tx(link) or is_pure_but_for_tx(link)):
            break
        found.append(link)
        if not is_idle(link):
            break
    return tuple(found)


def is_idle(link: Link) -> bool:
    """Whether nothing is done when a link matches, unless its whole rule does."""
    return not link.each and not link.capture


def usually_skips(rule: Link) -> bool:
    """Whether a rule skips others unless something is found, as ``!@pmFromFile`` does in front of rules that tell apart what was found."""
    if not (rule.skip or rule.skip_after) or rule.chained or rule.after or not is_idle(rule) or rule.decision.action != "pass":
        return False
    return rule.ask is not None and rule.ask.negated and rule.ask.operation.name.lower().startswith("pm") and is_pure(rule)


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
    set_tx = all(isinstance(step, SetVar) and step.kind == "TX" and step.name.fixed is not None and not step.out for step in link.each)
    told = link.ask is None or is_told_by_tx(link)
    return told and not link.capture and set_tx and all(isinstance(step, Control) for step in link.after)


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


def unsettles(rule: Link, names: frozenset[bytes]) -> int:
    """How many links of a rule have to match for it to set members that others may go by; 0 when it sets none."""
    return next((at for at, link in enumerate(links(rule), 1) if sets(link).meets(names)), 0)


def diverts(rule: Link, firm: Iterable[Link]) -> bool:
    """Whether a match of a rule may have others left out that are foreseen, or brought in.

    Args:
        rule: one that is not constant.
        firm: constant rules, and those that count members: taking something out of what they look at may make them match.
    """
    if rule.skip or rule.skip_after:
        return True
    removals = [step.removal for link in links(rule) for step in link.after if isinstance(step, Control) and step.removal]
    return any(removal.rules(each) for removal in removals for each in firm)
