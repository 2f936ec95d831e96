"""Writes rules as a rule file spells them; what is written parses to the same again."""

import re

from routerd.waf.rules import Default, Entry, Marker, Operation, Rule, Setting
from routerd.waf.seclang import actions, variables


def printed(entry: Entry) -> str:
    """One entry, with a newline after each of its directives."""
    match entry:
        case Rule():
            links = (entry, *entry.chained)
            return "".join(_rule(link, first=link is entry, last=link is links[-1]) for link in links)
        case Marker():
            return f"SecMarker {_quoted(entry.name)}\n"
        case Setting():
            return " ".join((entry.name, *map(_quoted, entry.values))) + "\n"
        case Default():
            words = [f"phase:{entry.phase}", *(f"t:{name}" for name in entry.transformations), *map(actions.written, entry.actions)]
            return f"SecDefaultAction {_quoted(','.join(words))}\n"


def _rule(rule: Rule, *, first: bool, last: bool) -> str:
    words = [f"id:{rule.id}", f"phase:{rule.phase}"] if first else []
    words += [f"t:{name}" for name in rule.transformations]
    words += map(actions.written, rule.actions)
    words += [] if last else ["chain"]
    if rule.operation is None:
        return f"SecAction {_quoted(','.join(words))}\n"
    looked = "|".join(map(variables.written, rule.targets))
    listed = f" {_quoted(','.join(words))}" if words else ""
    return f"SecRule {_quoted(looked)} {_quoted(_operation(rule.operation))}{listed}\n"


def _operation(operation: Operation) -> str:
    space = " " if operation.argument else ""
    return f"{'!' if operation.negated else ''}@{operation.name}{space}{operation.argument}"


def _quoted(word: str) -> str:
    r"""In double quotes; a quote within gets a backslash, unless an odd number of them stands before it already.

    Such a number cannot be kept: what is read again has one less, which means the same in a pattern.
    """
    return '"' + re.sub(r'(\\*)"', lambda found: found[0] if len(found[1]) % 2 else found[1] + '\\"', word) + '"'
