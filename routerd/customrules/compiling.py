"""Custom rules to an immutable object that judges requests: `service` makes it anew at each change and swaps it as a whole.

Almost no request has anything that some rule looks for. So it is first asked, in one pass over each value, which texts are there, and
whether one of all expressions fits; only rules of which something was found are evaluated, and those that fit when nothing is found.
"""

from collections.abc import Iterable, Sequence

from routerd.core.errors import BadInput
from routerd.core.ruling import Ruling
from routerd.customrules import model
from routerd.customrules.model import Judge, Rule
from routerd.customrules.ports import Expression, Expressions, Finder, Finders
from routerd.customrules.view import View

PLACES = tuple(position for position in model.POSITIONS if position != model.ANY)
BODY = frozenset({"parameter_key", "parameter_value", "request_body", model.ANY})
"""Positions that a body can add to."""

GROUPS = 512
"""Texts share so many bits."""
VALUE_MOST = 65_536
"""Octets of a value that are looked at."""

_VARIABLES = {
    "uri": "REQUEST_URI",
    "parameter_key": "ARGS_NAMES",
    "parameter_value": "ARGS",
    "request_header": "REQUEST_HEADERS",
    "request_body": "REQUEST_BODY",
    "any": "REQUEST",
}


class Condition:
    """One compiled condition.

    Args:
        judge: what it says.
        expressions: compiles its expression.
    """

    __slots__ = ("expression", "negate", "places", "texts")

    def __init__(self, judge: Judge, expressions: Expressions) -> None:
        self.places = PLACES if judge.position == model.ANY else (judge.position,)
        self.negate = judge.negate
        self.texts = tuple(text.encode("utf-8", "surrogateescape").lower() for text in judge.contents)
        self.expression = compiled(judge.rix, expressions) if judge.rix else None

    def fits(self, view: View) -> bool:
        """Whether it does."""
        return any(self._in(value[:VALUE_MOST]) for place in self.places for value in view.values(place)) is not self.negate

    def _in(self, value: bytes) -> bool:
        if self.texts:
            folded = value.lower()
            if any(text in folded for text in self.texts):
                return True
        return self.expression is not None and self.expression.search(value) is not None


class Compiled:
    """One compiled rule."""

    __slots__ = ("_every", "conditions", "early", "late", "methods", "ruling", "silent")

    def __init__(self, rule: Rule, expressions: Expressions) -> None:
        new = rule.new
        self.methods = model.methods(new.method)
        self.conditions = tuple(Condition(judge, expressions) for judge in new.judges)
        self._every = new.relation == "and"
        self.ruling = Ruling("block", rule.rule_id, new.name, "custom", _VARIABLES[new.judges[0].position])
        bodily = [judge for judge in new.judges if judge.position in BODY]
        self.late = bool(bodily)
        # What a body adds can only make such a rule fit, not undo it: it may speak before the body is there.
        self.early = not any(judge.negate for judge in bodily)
        negated = [judge.negate for judge in new.judges]
        self.silent = all(negated) if self._every else any(negated)
        """Whether it may fit though nothing of what it looks for is there."""

    def fits(self, view: View) -> bool:
        """Whether it does."""
        answers = (condition.fits(view) for condition in self.conditions)
        return all(answers) if self._every else any(answers)


class Conditions:
    """Compiled rules.

    Args:
        rules: in their order; those that are off are left out.
        expressions: compiles expressions.
        finders: finds texts.

    Raises:
        BadInput: an expression cannot be used.
    """

    def __init__(self, rules: Sequence[Rule], expressions: Expressions, finders: Finders) -> None:
        holding = [Compiled(rule, expressions) for rule in rules if rule.enabled]
        self._early = _Half([rule for rule in holding if rule.early], finders)
        self._late = _Half([rule for rule in holding if rule.late], finders)
        self._even_without_body = any(not rule.early for rule in holding)

    def __bool__(self) -> bool:
        return bool(self._early) or bool(self._late)

    @property
    def body_wanted(self) -> bool:
        """Whether some rule looks at bodies."""
        return bool(self._late)

    def judge(self, view: View, method: bytes) -> Ruling | None:
        """The first rule that fits a request whose body is not there yet."""
        return self._early.judge(view, method)

    def judge_body(self, view: View, method: bytes, *, empty: bool) -> Ruling | None:
        """The first rule that looks at bodies, and fits."""
        return None if empty and not self._even_without_body else self._late.judge(view, method)


class _Half:
    """Rules that are asked at one time."""

    def __init__(self, rules: Sequence[Compiled], finders: Finders) -> None:
        self._rules = tuple(rules)
        self._silent = any(rule.silent for rule in rules)
        self._places = [each for each in (_Place(name, rules, finders) for name in PLACES) if each]

    def __bool__(self) -> bool:
        return bool(self._rules)

    def judge(self, view: View, method: bytes) -> Ruling | None:
        if not self._rules:
            return None
        found = {place.name for place in self._places if place.something(view)}
        if not found and not self._silent:
            return None
        for rule in self._rules:
            if rule.methods is not None and method not in rule.methods:
                continue
            if (rule.silent or _touched(rule, found)) and rule.fits(view):
                return rule.ruling
        return None


def _touched(rule: Compiled, found: set[str]) -> bool:
    return any(not condition.negate and not found.isdisjoint(condition.places) for condition in rule.conditions)


class _Place:
    """Everything that some rule looks for at one position."""

    def __init__(self, name: str, rules: Iterable[Compiled], finders: Finders) -> None:
        self.name = name
        here = [each for rule in rules for each in rule.conditions if name in each.places and not each.negate]
        texts = dict.fromkeys(text for each in here for text in each.texts)
        self._finder: Finder | None = finders({text: 1 << at % GROUPS for at, text in enumerate(texts)}) if texts else None
        self._expressions = tuple(each.expression for each in here if each.expression is not None)

    def __bool__(self) -> bool:
        return self._finder is not None or bool(self._expressions)

    def something(self, view: View) -> bool:
        """Whether anything that is looked for here may be there."""
        return any(self._in(value[:VALUE_MOST]) for value in view.values(self.name))

    def _in(self, value: bytes) -> bool:
        if self._finder is not None and self._finder.mask(value.lower()):
            return True
        return any(each.search(value) is not None for each in self._expressions)


def compiled(text: str, expressions: Expressions) -> Expression:
    """A compiled expression.

    Raises:
        BadInput: it cannot be used, or would take more than linear time where this machine could take no more.
    """
    try:
        found = expressions(text)
    except ValueError as error:
        raise BadInput(f"rix is no regular expression that can be used: {error}", "rix") from error
    if not found.linear and expressions("(?:a)").linear:
        raise BadInput("rix could take very long on some values; write it without look-around, back references and counts in counts", "rix")
    return found
