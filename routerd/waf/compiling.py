"""Rules taken apart to rules compiled. What is wrong with a rule is found here at the latest; a rule that compiles cannot fail later."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from routerd.waf.actions.catalogue import CATALOGUE
from routerd.waf.asking import Ask, Tools
from routerd.waf.gate.gate import Gate
from routerd.waf.gate.matchers import Matchers, Wants
from routerd.waf.link import Decision, Link, Meta
from routerd.waf.macros import EMPTY, macro
from routerd.waf.names import SEVERITIES
from routerd.waf.rules import Action, Default, Operation, Rule
from routerd.waf.seclang.actions import disruptive
from routerd.waf.selection import Part, parts
from routerd.waf.values import Chain
from routerd.waf.variables.catalogue import CATALOGUE as VARIABLES

_STATUS_DENY = 403
_STATUSES_REDIRECT = range(301, 308)
_STATUS_REDIRECT = 302


class Compiler:
    """Compiles the rules of one rule set; what they have alike is compiled once."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._chains: dict[tuple[str, ...], Chain] = {}
        self._parts: dict[Part, Part] = {}
        self._wants = Wants()
        self._groups: dict[tuple[frozenset[int], Chain], int] = {}

    def gate(self, matchers: Matchers, request: int, response: int) -> Gate:
        """The gate of the rules that have been compiled.

        Args:
            matchers: make it.
            request: bits that are wanted of what comes from a client.
            response: likewise of responses; operators whose bits are in neither are always asked.
        """
        return self._wants.gate(matchers, request, response)

    def rule(self, rule: Rule, default: Default | None) -> Link:
        """Compiles a rule with those chained to it.

        Args:
            rule: the first of a chain, or a rule on its own.
            default: the SecDefaultAction that holds for it.

        Raises:
            Fault: an operator cannot use its argument, or a macro stands for nothing.
        """
        meta = _meta([action for link in reversed((rule, *rule.chained)) for action in link.actions])
        chained = tuple(self._link(link, rule.id, meta, default) for link in rule.chained)
        return self._link(rule, rule.id, meta, default, chained)

    def _link(self, rule: Rule, number: int, meta: Meta, default: Default | None, chained: tuple[Link, ...] = ()) -> Link:
        preset = default.actions if default else ()
        looked, chain = tuple(map(self._numbered, parts(rule.targets))), self._chain(rule, default)
        actions = (*preset, *rule.actions)
        logged, audited = _logging(actions)
        return Link(
            place=rule.place,
            id=number,
            phase=rule.phase,
            meta=meta,
            parts=looked,
            ask=self._ask(rule.operation) if rule.operation else None,
            chain=chain,
            multi=_has("multiMatch", rule.actions),
            capture=_has("capture", rule.actions),
            each=tuple(CATALOGUE["setvar"](action) for action in rule.actions if action.name == "setvar"),
            after=tuple(CATALOGUE[action.name](action) for action in actions if action.name in CATALOGUE and action.name != "setvar"),
            decision=_decision(rule.actions, preset),
            logged=logged,
            audited=audited,
            skip=int(_last("skip", rule.actions) or 0),
            skip_after=_last("skipAfter", rule.actions) or "",
            chained=chained,
            group=self._group(looked, chain),
        )

    def _group(self, looked: tuple[Part, ...], chain: Chain) -> int:
        if any(VARIABLES[part.collection].changing for part in looked):
            return 0
        return self._groups.setdefault((frozenset(part.number for part in looked), chain), len(self._groups) + 1)

    def _ask(self, operation: Operation) -> Ask:
        ask = Ask(operation, self._tools.operators, self._tools.resources)
        ask.bit = self._wants.bit(ask.operator) if ask.operator is not None else 0
        return ask

    def _numbered(self, part: Part) -> Part:
        """The one part that stands for all that are equal to it."""
        if part not in self._parts:
            self._parts[part] = replace(part, number=len(self._parts) + 1)
        return self._parts[part]

    def _chain(self, rule: Rule, default: Default | None) -> Chain:
        names = rule.transformations
        if default and "none" not in names:
            names = (*default.transformations, *names)
        names = tuple(name for name in names if name != "none")
        if names not in self._chains:
            self._chains[names] = Chain(names, self._tools.transformations)
        return self._chains[names]


def _has(name: str, actions: Sequence[Action]) -> bool:
    return any(action.name == name for action in actions)


def _last(name: str, actions: Sequence[Action]) -> str | None:
    return next((action.argument for action in reversed(actions) if action.name == name), None)


def _logging(actions: Sequence[Action]) -> tuple[bool, bool]:
    """Whether a match is logged, and whether it makes its request one for the audit log: the later action counts."""
    logged = audited = True
    for action in actions:
        match action.name:
            case "log":
                logged = True
            case "nolog":
                logged = audited = False
            case "auditlog":
                audited = True
            case "noauditlog":
                audited = False
    return logged, audited


def _decision(own: Sequence[Action], preset: Sequence[Action]) -> Decision:
    """What a match decides: what the rule says, or for ``block`` what the default says."""
    found = disruptive(own)
    status = _last("status", own) or _last("status", preset)
    if found and found.name == "block":
        found = disruptive(preset)
    if found is None or found.name == "pass":
        return Decision()
    if found.name == "redirect":
        code = int(status or _STATUS_REDIRECT)
        code = code if code in _STATUSES_REDIRECT else _STATUS_REDIRECT
        return Decision("redirect", code, macro(found.argument, found.place))
    scope = found.argument.lower() if found.name == "allow" else ""
    return Decision(found.name, int(status or _STATUS_DENY), EMPTY, scope)


def _meta(actions: Sequence[Action]) -> Meta:
    said: Mapping[str, Action] = {action.name: action for action in actions}
    tags = [action for action in actions if action.name == "tag"]
    message, data = said.get("msg"), said.get("logdata")
    return Meta(
        message=macro(message.argument, message.place) if message else EMPTY,
        message_text=message.argument if message else "",
        data=macro(data.argument, data.place) if data else EMPTY,
        tags=tuple(macro(tag.argument, tag.place) for tag in tags),
        tag_texts=tuple(tag.argument for tag in tags),
        severity=_severity(said["severity"].argument) if "severity" in said else None,
        rev=said["rev"].argument.encode() if "rev" in said else b"",
        version=said["ver"].argument.encode() if "ver" in said else b"",
        maturity=int(said["maturity"].argument) if "maturity" in said else 0,
        accuracy=int(said["accuracy"].argument) if "accuracy" in said else 0,
    )


def _severity(argument: str) -> int:
    return int(argument) if argument.isdigit() else SEVERITIES.index(argument.upper())
