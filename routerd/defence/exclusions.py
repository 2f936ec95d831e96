"""Exclusions: what a rule is not to look at, as a value and as SecLang. Pure.

Names of variables come from requests, so from attackers: nothing of them gets into SecLang but letters that mean nothing there.
"""

import re
from dataclasses import dataclass

from routerd.core.errors import BadInput

NUMBERS = 99_000_000
"""Ids of rules that are made of exclusions begin here; those of published rule sets are below."""

_VARIABLE = re.compile(r"(?P<collection>[A-Z][A-Z_]{1,40})(?::(?P<member>.{1,256}))?", re.DOTALL)
_PLAIN = re.compile(r"[A-Za-z0-9_.$\[\]-]+")
_ARRAY = re.compile(r"(?<=array_)\d+|(?<=\[)\d+(?=\])")
_PATH = re.compile(r"/[^\s\"'\\%]{0,1024}")
_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
_FIXED = frozenset({"TX", "MATCHED_VAR", "MATCHED_VARS", "RULE", "ENV", "GEO", "IP", "GLOBAL", "SESSION", "USER", "RESOURCE", "DURATION"})
"""Variables that no rule looks at for what a client sent."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One exclusion.

    Attributes:
        id: 0 until it is kept.
        site: name of the one that it is for; empty: all.
        rule_id: of the rule.
        variable: that the rule no longer looks at, such as ``ARGS:name``; empty: the rule is left out.
        path: where, such as ``/shop/search``, or ``/shop/*`` for all that begins so; empty: everywhere.
        note: why.
        created_at: seconds since the epoch.
    """

    id: int = 0
    site: str = ""
    rule_id: int = 0
    variable: str = ""
    path: str = ""
    note: str = ""
    created_at: int = 0


def text(exclusion: Exclusion) -> str:
    """What the exclusion is in SecLang.

    Raises:
        BadInput: it can be none.
    """
    target = _target(exclusion.variable) if exclusion.variable else ""
    number = NUMBERS + exclusion.id % NUMBERS
    if not exclusion.path:
        if target:
            return f'SecRuleUpdateTargetById {exclusion.rule_id} "!{target}"'
        return f'SecAction "id:{number},phase:1,pass,nolog,t:none,ctl:ruleRemoveById={exclusion.rule_id}"'
    if not _PATH.fullmatch(exclusion.path):
        raise BadInput(f"{exclusion.path!r} is no path; write one such as /shop/search, or /shop/* for all that begins so", "path")
    begins = exclusion.path.endswith("*")
    ctl = f"ruleRemoveTargetById={exclusion.rule_id};{target}" if target else f"ruleRemoveById={exclusion.rule_id}"
    return (
        f'SecRule REQUEST_FILENAME "@{"beginsWith" if begins else "streq"} {exclusion.path.removesuffix("*")}" '
        f'"id:{number},phase:1,pass,nolog,t:none,t:urlDecodeUni,t:normalizePath,ctl:{ctl}"'
    )


def narrowed(variable: str) -> str:
    """The variable to exclude so that what a rule found in this one is not found again: empty when only the whole rule can be.

    Args:
        variable: as a match names it; members of JSON arrays stand for all of their array.
    """
    found = _VARIABLE.fullmatch(variable)
    if found is None or found["collection"] in _FIXED:
        return ""
    member = found["member"]
    if member and _ARRAY.search(member):
        pattern = r"\d+".join(map(_literal, _ARRAY.split(member)))
        return f"{found['collection']}:/^{pattern}$/"
    return variable


def _target(variable: str) -> str:
    found = _VARIABLE.fullmatch(variable)
    if found is None or found["collection"] in _FIXED:
        raise BadInput(
            f"{variable!r} is no variable that can be excluded; write one such as ARGS:name or REQUEST_HEADERS:User-Agent", "variable"
        )
    collection, member = found["collection"], found["member"]
    if member is None or _PLAIN.fullmatch(member) or _is_pattern(member):
        return variable
    return f"{collection}:/^{_literal(member)}$/"


def _is_pattern(member: str) -> bool:
    """Whether it is a pattern that `narrowed` or an owner wrote, and harmless as text."""
    return bool(re.fullmatch(r"/\^[A-Za-z0-9_.$\[\]\\+-]+\$/", member))


def _literal(member: str) -> str:
    """A member's name as a pattern of letters that mean nothing else, neither in a pattern nor in SecLang."""
    octets = member.encode("utf-8", "surrogateescape")
    return "".join(chr(each) if each in _LETTERS else f"\\x{each:02x}" for each in octets)
