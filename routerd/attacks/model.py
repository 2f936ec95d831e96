"""An entry of the attack log, and what of a request may stand in it: secrets are masked before anything is kept.

Pure. The defence makes entries, `service` keeps and tells them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

VALUE_MOST = 512
"""Characters of a matched value that are kept."""

HEAD_MOST = 8_192
"""Characters of a request's head that are kept."""

ACTIONS = ("block", "challenge", "redirect", "drop", "detect")
"""What became of a request; `detect`: it went on, and would not have done so had nothing been only watched."""


@dataclass(frozen=True, slots=True)
class Found:
    """One rule that matched.

    Attributes:
        rule_id: such as ``942100``.
        message: what the rule says of itself.
        variable: of the request, such as ``ARGS:id``.
        value: of it, masked where it is a secret.
        observed: whether the rule is only watched.
    """

    rule_id: str
    message: str = ""
    variable: str = ""
    value: str = ""
    observed: bool = False


@dataclass(frozen=True, slots=True)
class Attack:
    """A request that was refused, or would have been.

    Attributes:
        at: seconds since the epoch.
        site: name of the site that it was for.
        method: as it came.
        url: host and target, without a scheme.
        host: without the port.
        client_ip: the client's address.
        rule_id: of the rule that says most about it, such as ``942100`` or ``acl_15``.
        rule_name: what this rule says of itself.
        attack_type: a word for groups, such as ``sqli``.
        action: one of ACTIONS.
        status: that the client was answered with; 0 when it was not refused, or not answered.
        variable: what that rule matched, such as ``ARGS:id``.
        value: of it, masked where it is a secret.
        request_head: as it came, secrets masked.
        request_id: that the block page shows.
        score: of all rules together.
        found: every rule that matched and logs.
        id: 0 until it is kept.
    """

    at: int
    site: str
    method: str
    url: str
    host: str
    client_ip: str
    rule_id: str
    rule_name: str
    attack_type: str
    action: str = "block"
    status: int = 403
    variable: str = ""
    value: str = ""
    request_head: str = ""
    request_id: str = ""
    score: int = 0
    found: tuple[Found, ...] = ()
    id: int = 0


_DULL = frozenset({"generic", "protocol", "deprecated"})
"""Types that say less than any other that a rule is tagged with."""


def attack_type(tags: Iterable[str]) -> str:
    """The type that a rule's tags speak of: ``attack-sqli`` is ``sqli``, ``attack-injection-php`` ``php``; ``waf`` without any."""
    found = [
        tag.removeprefix("attack-").removeprefix("injection-").removeprefix("reputation-") for tag in tags if tag.startswith("attack-")
    ]
    telling = [each for each in found if each not in _DULL]
    return (telling or found or ["waf"])[0][:32]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are asked for; what is empty or None does not narrow.

    Attributes:
        since: from this second on.
        until: to this second, it included.
    """

    host: str = ""
    client_ip: str = ""
    method: str = ""
    rule_id: str = ""
    site: str = ""
    attack_type: str = ""
    actions: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Top:
    """How often a rule was the one that says most about a request."""

    rule_id: str
    rule_name: str
    count: int


@dataclass(frozen=True, slots=True)
class Stats:
    """The log in numbers; `today` begins at the midnight that is asked for."""

    total: int
    today: int
    top_rules: tuple[Top, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """What came from one address.

    Attributes:
        first_at: seconds since the epoch, as is `last_at`.
        hosts: how many different ones it asked for.
    """

    client_ip: str
    count: int
    first_at: int
    last_at: int
    hosts: int
