"""What a custom rule is, and what may stand in one. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from routerd.core.errors import BadInput

POSITIONS = ("uri", "parameter_key", "parameter_value", "request_header", "request_body", "any")
ACTIONS = ("block",)
RELATIONS = ("and", "or")
ANY = "any"

RULES_MOST = 1_000
JUDGES_MOST = 50
"""Conditions of one rule."""
CONTENTS_MOST = 500
"""Texts of one condition."""
NAME_MOST = 120
TEXT_MOST = 1_024

RULE_ID = re.compile(r"[0-9a-f]{8}")
_METHOD = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}")


@dataclass(frozen=True, slots=True)
class Judge:
    """One condition: with some text at some position.

    Attributes:
        position: one of POSITIONS.
        contents: it fits when one of these is in the value, whatever the case of their letters.
        rix: or when this expression fits; empty: there is none.
        negate: it fits when nothing of that does, at no value of its position.
    """

    position: str
    contents: tuple[str, ...] = ()
    rix: str = ""
    negate: bool = False


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule as somebody gives it.

    Attributes:
        name: for people and logs.
        method: one HTTP method, several with commas between, or ``any``.
        relation: ``and``: every condition has to fit; ``or``: one.
        judges: conditions.
        action: one of ACTIONS.
        enabled: whether it holds.
    """

    name: str
    method: str
    relation: str
    judges: tuple[Judge, ...]
    action: str = "block"
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is kept: a NewRule under its number, eight hexadecimal digits."""

    rule_id: str
    new: NewRule

    @property
    def enabled(self) -> bool:
        """Whether it holds."""
        return self.new.enabled


def checked(new: NewRule) -> NewRule:
    """The rule as it is kept; expressions are `conditions`' to judge.

    Raises:
        BadInput: something cannot be meant; the message names it.
    """
    name = " ".join(new.name.split())
    if not name or len(name) > NAME_MOST:
        raise BadInput(f"name has {len(name)} characters; expected 1 to {NAME_MOST}", "name")
    _known("action", new.action, ACTIONS)
    _known("relation", new.relation, RELATIONS)
    if not 1 <= len(new.judges) <= JUDGES_MOST:
        raise BadInput(f"judges has {len(new.judges)} conditions; expected 1 to {JUDGES_MOST}", "judges")
    for at, judge in enumerate(new.judges):
        _check(judge, f"judges[{at}]")
    return replace(new, name=name, method=_methods(new.method))


def methods(method: str) -> frozenset[bytes] | None:
    """Methods that a rule is for; None: all."""
    return None if method == ANY else frozenset(method.encode().split(b","))


def document(rule: Rule) -> dict[str, Any]:
    """A rule as JSON, in the API's own words."""
    new = rule.new
    return {
        "rule_id": rule.rule_id,
        "name": new.name,
        "method": new.method,
        "action": new.action,
        "relation": new.relation,
        "judges": [judge_document(judge) for judge in new.judges],
        "enabled": new.enabled,
    }


def judge_document(judge: Judge) -> dict[str, Any]:
    """A condition as JSON."""
    found: dict[str, Any] = {"position": judge.position}
    if judge.contents:
        found["content"] = judge.contents[0] if len(judge.contents) == 1 else list(judge.contents)
    if judge.rix:
        found["rix"] = judge.rix
    return {**found, "negate": judge.negate}


def read(document: Mapping[str, Any]) -> NewRule:
    """A rule of a JSON document; `keyword` of a condition is another word for `content`.

    Raises:
        BadInput: something is missing, unknown or of the wrong kind; the message names it.
    """
    known = {"rule_id", "name", "method", "action", "relation", "judges", "enabled"}
    unknown = sorted(set(document) - known)
    if unknown:
        raise BadInput(f"'{unknown[0][:40]}' is unknown; expected {', '.join(sorted(known))}", unknown[0][:40])
    judges = _of("judges", document.get("judges"), list)
    return checked(
        NewRule(
            name=_of("name", document.get("name"), str),
            method=_of("method", document.get("method"), str),
            relation=_of("relation", document.get("relation"), str),
            judges=tuple(_judge(each, f"judges[{at}]") for at, each in enumerate(judges[: JUDGES_MOST + 1])),
            action=_of("action", document.get("action", "block"), str),
            enabled=_of("enabled", document.get("enabled", True), bool),
        )
    )


def _judge(found: Any, where: str) -> Judge:
    _of(where, found, dict)
    unknown = sorted(set(found) - {"position", "keyword", "content", "rix", "negate"})
    if unknown:
        raise BadInput(f"{where}.{unknown[0][:40]} is unknown; expected position, keyword, content, rix, negate", where)
    return Judge(
        position=_of(f"{where}.position", found.get("position"), str),
        contents=(*_texts(f"{where}.keyword", found.get("keyword")), *_texts(f"{where}.content", found.get("content"))),
        rix=_of(f"{where}.rix", found.get("rix") or "", str),
        negate=_of(f"{where}.negate", found.get("negate", False), bool),
    )


def _texts(where: str, found: Any) -> tuple[str, ...]:
    if found is None or found == "":
        return ()
    return tuple(_of(where, text, str) for text in (found if isinstance(found, list) else [found]))


_WORDS = {str: "a text", bool: "true or false", list: "a list", dict: "an object"}


def _of(where: str, found: Any, kind: type) -> Any:
    if type(found) is not kind:
        shown = "nothing" if found is None else repr(found)[:40]
        raise BadInput(f"{where} is {shown}; expected {_WORDS[kind]}", where)
    return found


def _check(judge: Judge, where: str) -> None:
    _known(f"{where}.position", judge.position, POSITIONS)
    if not judge.contents and not judge.rix:
        raise BadInput(f"{where} looks for nothing; expected keyword, content or rix", where)
    if len(judge.contents) > CONTENTS_MOST:
        raise BadInput(f"{where}.content has {len(judge.contents)} texts; expected at most {CONTENTS_MOST}", where)
    for text in (*judge.contents, *([judge.rix] if judge.rix else [])):
        if not text or len(text) > TEXT_MOST:
            raise BadInput(f"{where}: a text has {len(text)} characters; expected 1 to {TEXT_MOST}", where)


def _methods(method: str) -> str:
    words = [word.strip().upper() for word in method.split(",") if word.strip()]
    if words in ([], [ANY.upper()]):
        if not words:
            raise BadInput("method is empty; expected one such as GET, or any", "method")
        return ANY
    for word in words:
        if not _METHOD.fullmatch(word):
            raise BadInput(f"method is '{method[:40]}'; expected one such as GET, several with commas between, or any", "method")
    return ",".join(dict.fromkeys(words))


def _known(field: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        expected = f"{', '.join(choices[:-1])} or {choices[-1]}" if len(choices) > 1 else choices[0]
        raise BadInput(f"{field} is '{value[:40]}'; expected {expected}", field)
