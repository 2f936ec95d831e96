"""What a rule of an access list is, and what may stand in one. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from routerd.core.errors import BadInput
from routerd.core.hostnames import host_name

TYPES = ("global", "host")
RULE_TYPES = ("ip", "ua", "url", "header", "country", "method", "referer", "cookie")
ACTIONS = ("block", "allow")

RULES_MOST = 20_000
"""Rules at once: what compiles in about a second."""
PATTERN_MOST = 262_144
"""Characters of a list of addresses: some 15,000 of them."""
TEXT_MOST = 2_048
"""Characters of any other pattern."""
DESCRIPTION_MOST = 255

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")
_COUNTRY = re.compile(r"[A-Z]{2}")
UNKNOWN = "XX"
"""Stands in a list of countries for addresses whose country nobody knows."""


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule as somebody gives it.

    Attributes:
        type: one of TYPES.
        rule_type: one of RULE_TYPES.
        pattern: what it looks for; docs/protections.md tells each type's own form.
        action: one of ACTIONS.
        enabled: whether it holds.
        host: of type host: a name, or a wildcard such as ``*.example.com``.
        description: for people, and what logs call it.
    """

    type: str
    rule_type: str
    pattern: str
    action: str
    enabled: bool = True
    host: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is kept: as NewRule, with its number and its place in the list."""

    id: int
    position: int
    type: str
    host: str
    rule_type: str
    pattern: str
    action: str
    enabled: bool
    description: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A list of words that fit, or that do not.

    Attributes:
        words: in upper case.
        others: whether it fits all but these.
    """

    words: frozenset[str]
    others: bool


def checked(new: NewRule) -> NewRule:
    """The rule with host and pattern as they are kept; what is inside the pattern is `patterns`' to judge.

    Raises:
        BadInput: something cannot be meant; the message names it.
    """
    _known("type", new.type, TYPES)
    _known("rule_type", new.rule_type, RULE_TYPES)
    _known("action", new.action, ACTIONS)
    host = _host(new)
    # A text pattern keeps its blanks behind: they may be meant. What leads it in is a sign of its own.
    pattern = new.pattern.strip()
    most = PATTERN_MOST if new.rule_type == "ip" else TEXT_MOST
    if not pattern:
        raise BadInput("pattern is empty; expected what the rule shall look for", "pattern")
    if len(pattern) > most:
        raise BadInput(f"pattern has {len(pattern)} characters; expected at most {most}", "pattern")
    if "\0" in pattern:
        raise BadInput("pattern holds a zero octet, which no request does", "pattern")
    description = " ".join(new.description.split())
    if len(description) > DESCRIPTION_MOST:
        raise BadInput(f"description has {len(description)} characters; expected at most {DESCRIPTION_MOST}", "description")
    return NewRule(new.type, new.rule_type, pattern, new.action, new.enabled, host, description)


def choice(rule_type: str, pattern: str) -> Choice:
    """A pattern of type country or method.

    Raises:
        BadInput: a word is neither.
    """
    others = pattern.startswith("!")
    words = [word.strip() for word in pattern.removeprefix("!").split(",") if word.strip()]
    if rule_type == "country":
        words = [word.upper() for word in words]
    for word in words:
        if rule_type == "country" and not _COUNTRY.fullmatch(word):
            raise BadInput(f"'{word[:20]}' is no country; expected two letters such as DE, with commas between", "pattern")
        if rule_type == "method" and not _TOKEN.fullmatch(word):
            raise BadInput(f"'{word[:20]}' is no method; expected words such as GET, with commas between", "pattern")
    if not words:
        raise BadInput("pattern names nothing; expected words with commas between", "pattern")
    return Choice(frozenset(words), others)


def named(rule_type: str, pattern: str) -> tuple[str, str]:
    """Name and pattern of a rule of type header or cookie; the pattern is empty when it only has to be there.

    Raises:
        BadInput: there is no name.
    """
    name, _, value = pattern.partition(":" if rule_type == "header" else "=")
    name = name.strip()
    if not _TOKEN.fullmatch(name):
        form = '"X-Name: pattern"' if rule_type == "header" else '"name=pattern"'
        raise BadInput(f"'{pattern[:40]}' does not name a {rule_type}; expected {form}, or the name alone", "pattern")
    return (name.lower() if rule_type == "header" else name), value.strip()


def _host(new: NewRule) -> str:
    if new.type == "global":
        return ""
    if not new.host.strip():
        raise BadInput('host is missing; a rule of type host needs one, such as "www.example.com" or "*.example.com"', "host")
    return host_name(new.host.strip())


def _known(field: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise BadInput(f"{field} is '{value[:40]}'; expected {', '.join(choices[:-1])} or {choices[-1]}", field)
