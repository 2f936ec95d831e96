"""SecRuleRemoveBy…, SecRuleUpdateTargetBy… and SecRuleUpdateActionById, carried out on rules before these are compiled.

They hold for the whole rule set, wherever they stand in it, as in the v3 engine.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from routerd.waf.names import DISRUPTIVE
from routerd.waf.rules import Action, Rule, Setting, Target
from routerd.waf.seclang import actions, variables
from routerd.waf.seclang.directives import ids
from routerd.waf.seclang.lexer import Text
from routerd.waf.tastes import named

_MANY = frozenset({"tag", "setvar", "ctl", "setenv", "expirevar", "initcol"})
"""Actions that a rule may have several of; of all others a new one takes the place of the old."""

_ALIKE = ({"log", "nolog"}, {"auditlog", "noauditlog"}, set(DISRUPTIVE), {"skip", "skipAfter"})


def applied(rules: Sequence[Rule], settings: Iterable[Setting]) -> list[Rule]:
    """The rules that are left, changed as the settings say."""
    left = list(rules)
    for setting in settings:
        if setting.name.startswith("SecRuleRemoveBy"):
            meant = _meant(setting.name, " ".join(setting.values) if setting.name.endswith("ById") else setting.values[0])
            left = [rule for rule in left if not meant(rule)]
        elif setting.name.startswith("SecRuleUpdate"):
            meant, change = _meant(setting.name, setting.values[0]), _change(setting)
            left = [change(rule) if meant(rule) else rule for rule in left]
    return left


def _meant(name: str, what: str) -> Callable[[Rule], bool]:
    if name.endswith("ById"):
        ranges = ids(what)
        return lambda rule: any(first <= rule.id <= last for first, last in ranges)
    fits, wanted = named(what), "tag" if name.endswith("ByTag") else "msg"
    return lambda rule: any(action.name == wanted and fits(action.argument) for action in rule.actions)


def _change(setting: Setting) -> Callable[[Rule], Rule]:
    if setting.name == "SecRuleUpdateActionById":
        found = actions.actions(_text(setting, setting.values[1]))
        return lambda rule: _with_actions(rule, found)
    found_targets = variables.targets(_text(setting, setting.values[1]))
    replaced = variables.targets(_text(setting, setting.values[2])) if len(setting.values) > 2 else ()
    return lambda rule: replace(rule, targets=_with_targets(rule.targets, found_targets, replaced))


def _with_targets(old: Sequence[Target], new: Sequence[Target], replaced: Sequence[Target]) -> tuple[Target, ...]:
    """New ones after the old, or in place of those to be replaced; without any of these the rule stays as it is."""
    if not replaced:
        return (*old, *(target for target in new if target not in old))
    if not set(old) & set(replaced):
        return tuple(old)
    return (*(target for target in old if target not in replaced), *new)


def _with_actions(rule: Rule, found: actions.Written) -> Rule:
    kept = [action for action in rule.actions if not any(_replaces(new, action) for new in found.actions)]
    changed = actions.settled((*rule.transformations, *found.transformations))
    return replace(rule, transformations=changed, actions=(*kept, *found.actions))


def _replaces(new: Action, old: Action) -> bool:
    if new.name == old.name:
        return new.name not in _MANY
    return any(new.name in each and old.name in each for each in _ALIKE)


def _text(setting: Setting, value: str) -> Text:
    return Text(value, setting.place.file, ((0, setting.place.line, setting.place.column),))
