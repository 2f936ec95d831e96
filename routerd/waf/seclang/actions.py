"""Takes the actions of a rule apart: ``id:1,phase:2,t:none,t:lowercase,block,msg:'…',setvar:'tx.score=+5'``."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from routerd.waf.names import ACTIONS, CTL, DISRUPTIVE, REFUSED, REFUSED_CTL, SEVERITIES, TRANSFORMATIONS, spelling
from routerd.waf.place import Fault, Place, nearest
from routerd.waf.rules import Action
from routerd.waf.seclang.lexer import Text
from routerd.waf.seclang.variables import targets

_BARE = frozenset({"auditlog", "block", "capture", "chain", "deny", "drop", "log", "multiMatch", "noauditlog", "nolog", "pass"})
_PHASES = {"request": 2, "response": 4, "logging": 5} | {str(number): number for number in range(1, 6)}
_PATTERNS = {
    "id": (r"\d{1,18}", "a whole number"),
    "status": (r"[1-5]\d\d", "an HTTP status such as 403"),
    "skip": (r"\d{1,9}", "how many rules"),
    "allow": (r"(?i:phase|request)?", "phase, request or nothing"),
    "severity": (rf"(?i:{'|'.join(SEVERITIES)})|[0-7]", f"{', '.join(SEVERITIES)} or 0 to 7"),
    "maturity": (r"[0-9]", "0 to 9"),
    "accuracy": (r"[0-9]", "0 to 9"),
    "initcol": (r"(?i:ip|global|resource|session|user)=.+", "such as ip=%{REMOTE_ADDR}"),
    "setvar": (r"!?\w+[.:][^=]+(=.*)?", "such as tx.score=+5, tx.seen or !tx.seen"),
    "expirevar": (r"(?i:ip|global|resource|session|user)[.:][^=]+=\d{1,9}", "such as ip.blocked=300"),
    "setenv": (r"[^=]+=.*", "such as name=value"),
}
_CHANGEABLE = frozenset({"tx", "ip", "global", "resource", "session", "user"})
_NAME_END = re.compile(r"[:,]")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*+'", re.DOTALL)
_REMOVING = re.compile(r"(?i)ruleRemove(Target)?By(Id|Tag|Msg)$")


@dataclass(frozen=True, slots=True)
class Written:
    """The actions of one directive, sorted by what they decide.

    Attributes:
        id: 0 when there is none.
        phase: 0 when there is none.
        chain: the next rule belongs to this one.
        transformations: a ``none`` stands first if there was one.
        actions: all others in order.
    """

    id: int
    phase: int
    chain: bool
    transformations: tuple[str, ...]
    actions: tuple[Action, ...]


def actions(text: Text) -> Written:
    """All actions of a rule.

    Raises:
        Fault: one is not known, is refused, or its argument cannot be used.
    """
    found = [_checked(*each) for each in _pieces(text)]
    number = _only("id", found)
    phase = _only("phase", found)
    return Written(
        id=int(number.argument) if number else 0,
        phase=_PHASES[phase.argument.lower()] if phase else 0,
        chain=any(each.name == "chain" for each in found),
        transformations=settled([each.argument for each in found if each.name == "t"]),
        actions=tuple(each for each in found if each.name not in {"id", "phase", "chain", "t"}),
    )


def settled(transformations: Sequence[str]) -> tuple[str, ...]:
    """Transformations with ``none`` carried out: it takes away those before it, and stays as the first."""
    if "none" not in transformations:
        return tuple(transformations)
    last = len(transformations) - 1 - list(reversed(transformations)).index("none")
    return ("none", *transformations[last + 1 :])


def written(action: Action) -> str:
    """An action as a rule file spells it."""
    if not action.argument:
        return action.name
    return f"{action.name}:'{_escaped(action.argument)}'"


def _escaped(argument: str) -> str:
    r"""``'`` gets a backslash, and so do those backslashes that would otherwise be taken for one of these."""
    text = re.sub(r"(\\*)'", lambda found: found[1] * 2 + "\\'", argument)
    return re.sub(r"(\\+)$", lambda found: found[1] * 2, text)


def _pieces(text: Text) -> Iterator[tuple[str, str, Place]]:
    """Name, argument and place of each."""
    at = 0
    while at < len(text.text):
        if text.text[at] in ", \t":
            at += 1
            continue
        start, end = at, _NAME_END.search(text.text, at)
        at = len(text.text) if end is None else end.start()
        name = text.text[start:at].strip()
        argument = ""
        if text.text[at : at + 1] == ":":
            argument, at = _argument(text, at + 1)
        yield name, argument, text.place(start)


def _argument(text: Text, at: int) -> tuple[str, int]:
    while text.text[at : at + 1] in {" ", "\t"}:
        at += 1
    if text.text[at : at + 1] != "'":
        end = text.text.find(",", at)
        end = len(text.text) if end < 0 else end
        return text.text[at:end].strip(), end
    start = at
    closing = _QUOTED.match(text.text, at)
    if closing is None:
        raise Fault(text.place(start), "this single quote is not closed", "a quote within a quoted argument is written \\'")
    at = closing.end() - 1
    if text.text[at + 1 :].lstrip()[:1] not in {"", ","}:
        raise Fault(text.place(at + 1), "after a quoted argument there is a comma or the end", "a quote within it is written \\'")
    return _unescaped(text.text[start + 1 : at]), at + 1


def _unescaped(argument: str) -> str:
    r"""``\'`` is a quote; a run of backslashes before a quote or the end counts half; every other backslash stays."""
    text = re.sub(r"(\\+)'", lambda found: "\\" * (len(found[1]) // 2) + "'", argument)
    return re.sub(r"(\\+)$", lambda found: "\\" * (len(found[1]) // 2), text)


def _checked(name: str, argument: str, place: Place) -> Action:
    known = spelling(name, ACTIONS)
    if not known and (refused := spelling(name, REFUSED)):
        raise Fault(place, f"the action {refused} is not carried out here", REFUSED[refused])
    if not known:
        raise Fault(place, f"there is no action {name!r}", nearest(name, ACTIONS))
    if known in _BARE and argument:
        raise Fault(place, f"{known} takes no argument", f"write {known}")
    if known not in _BARE and known != "allow" and not argument:
        raise Fault(place, f"{known} needs an argument", _PATTERNS[known][1] if known in _PATTERNS else f"write {known}:'…'")
    return Action(known, _argument_of(known, argument, place), place)


def _argument_of(name: str, argument: str, place: Place) -> str:
    if name == "t":
        return _transformation(argument, place)
    if name == "ctl":
        return _control(argument, place)
    if name == "phase" and argument.lower() not in _PHASES:
        raise Fault(place, f"there is no phase {argument!r}", "1 to 5, request, response or logging")
    pattern, suggestion = _PATTERNS.get(name, (r".*", ""))
    if not re.fullmatch(pattern, argument, re.DOTALL):
        raise Fault(place, f"{name} cannot be {argument!r}", suggestion)
    if name == "setvar" and (collection := re.split(r"[.:]", argument.lstrip("!"))[0]).lower() not in _CHANGEABLE:
        raise Fault(place, f"a rule cannot set members of {collection!r}", f"it can of {', '.join(sorted(_CHANGEABLE))}")
    return argument


def _transformation(argument: str, place: Place) -> str:
    known = spelling(argument, TRANSFORMATIONS)
    if not known:
        raise Fault(place, f"there is no transformation {argument!r}", nearest(argument, TRANSFORMATIONS))
    return known


def _control(argument: str, place: Place) -> str:
    name, _, value = argument.partition("=")
    known = spelling(name, CTL)
    if not known and (refused := spelling(name, REFUSED_CTL)):
        raise Fault(place, f"ctl:{refused} is not carried out here", REFUSED_CTL[refused])
    if not known:
        raise Fault(place, f"there is no ctl:{name}", nearest(name, CTL))
    if _REMOVING.match(known):
        _removal(known, value, place)
    elif not re.fullmatch(CTL[known], value, re.IGNORECASE):
        raise Fault(place, f"ctl:{known} cannot be {value!r}", f"it is one of {CTL[known].replace('|', ', ')}")
    return f"{known}={value}"


def _removal(name: str, value: str, place: Place) -> None:
    what, semicolon, target = value.partition(";")
    if not what:
        raise Fault(place, f"ctl:{name} needs to know which", f"such as ctl:{name}=941100")
    if name.endswith("ById") and not re.fullmatch(r"\d+(-\d+)?", what):
        raise Fault(place, f"ctl:{name} cannot be {what!r}", "it is an id, or a range such as 941000-941999")
    if "Target" in name:
        if not semicolon:
            raise Fault(place, f"ctl:{name} needs a variable to leave out", f"such as ctl:{name}={what};ARGS:password")
        targets(Text(target, place.file, ((0, place.line, place.column),)))


def _only(name: str, found: Sequence[Action]) -> Action | None:
    these = [each for each in found if each.name == name]
    if len(these) > 1:
        raise Fault(these[1].place, f"a rule has one {name}", f"leave {these[1].argument} away")
    return these[0] if these else None


def disruptive(found: Sequence[Action]) -> Action | None:
    """The last of the actions that decide over the request; it is the one that counts."""
    return next((each for each in reversed(found) if each.name in DISRUPTIVE), None)
