"""Rules on how often a client may ask, what is counted, and what may stand in a rule. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from routerd.core.errors import BadInput
from routerd.core.hostnames import host_name
from routerd.core.ruling import Ruling

ACTIONS = ("block", "challenge")
RULES_MOST = 500
"""Rules at once. A request is counted by each that it comes under."""
PATH_MOST = 1_024
THRESHOLD_MOST = 1_000_000
WINDOW_MOST_S = 86_400
BAN_MOST_S = 2_592_000
"""Thirty days."""
EVERY = "*"

_PATH = re.compile(r"/[^\x00-\x20\x7f?#]*")


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule as somebody gives it.

    Attributes:
        host: a name, a wildcard such as ``*.example.com``, or ``*``.
        path: where a path has to begin, percent-encoding taken off.
        threshold: requests of one client that pass in the window.
        window: seconds.
        ban_duration: seconds that a client who asks more often is blocked, or challenged.
        action: one of ACTIONS.
        enabled: whether it holds.
    """

    host: str
    path: str
    threshold: int
    window: int
    ban_duration: int
    action: str
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is kept; `hits` says how many times a client went over it."""

    id: int
    host: str
    path: str
    threshold: int
    window: int
    ban_duration: int
    action: str
    enabled: bool
    hits: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A client went over a rule.

    Attributes:
        id: number of the log entry.
        rule_id: number of the rule.
        client: an IPv4 address, or an IPv6 prefix of 64 bits.
        at: seconds since the epoch.
        until: when its ban ends, or the time for which it is challenged.
        requests: counted in the window.
    """

    id: int
    rule_id: int
    client: str
    host: str
    path: str
    action: str
    at: int
    until: int
    requests: int


@dataclass(frozen=True, slots=True)
class RuleStat:
    """A rule and how many times clients went over it."""

    rule_id: int
    host: str
    path: str
    hits: int


@dataclass(frozen=True, slots=True)
class Stats:
    """Figures of all rules.

    Attributes:
        total_blocked: times that clients went over a rule that there still is.
        today_blocked: of those in the log, since midnight.
        active_attacks: clients that are over a rule now.
        top_blocked_ips: clients that are most often in the log, with how often.
        rule_stats: of each rule.
    """

    total_blocked: int
    today_blocked: int
    active_attacks: int
    top_blocked_ips: tuple[tuple[str, int], ...]
    rule_stats: tuple[RuleStat, ...]


def checked(new: NewRule) -> NewRule:
    """The rule with host and path as they are kept.

    Raises:
        BadInput: something cannot be meant; the message names it.
    """
    if new.action not in ACTIONS:
        raise BadInput(f"action is '{new.action[:40]}'; expected block or challenge", "action")
    if not new.host.strip():
        raise BadInput("host is missing; expected a name such as www.example.com, *.example.com, or * for every one", "host")
    if not _PATH.fullmatch(new.path) or len(new.path) > PATH_MOST:
        raise BadInput(f"path is '{new.path[:60]}'; expected the beginning of a path such as /api/login, without ? and #", "path")
    _bounded("threshold", new.threshold, THRESHOLD_MOST)
    _bounded("window", new.window, WINDOW_MOST_S)
    _bounded("ban_duration", new.ban_duration, BAN_MOST_S)
    return NewRule(host_name(new.host.strip()), new.path, new.threshold, new.window, new.ban_duration, new.action, enabled=new.enabled)


def ruling(rule: Rule) -> Ruling:
    """What is said of a client that went over a rule."""
    name = f"[cc] {rule.host}{rule.path}: {rule.threshold}x / {rule.window}s"
    return Ruling(rule.action, f"cc_{rule.id}", name[:200], "cc", "REMOTE_ADDR")


@dataclass(frozen=True, slots=True)
class Limit:
    """A rule as it is asked about a request."""

    rule: Rule
    path: bytes
    ruling: Ruling
    block: Ruling
    """What its ban says, whatever its action."""


class Limits:
    """Which rules a request comes under. Immutable.

    Args:
        rules: those that are off are left out.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._by_host: dict[str, tuple[Limit, ...]] = {}
        for rule in rules:
            if rule.enabled:
                said = ruling(rule)
                blocking = Ruling("block", said.rule_id, said.rule_name, said.attack_type, said.variable)
                limit = Limit(rule, rule.path.encode("utf-8", "surrogateescape"), said, blocking)
                self._by_host[rule.host] = (*self._by_host.get(rule.host, ()), limit)

    def __bool__(self) -> bool:
        return bool(self._by_host)

    @property
    def challenging(self) -> bool:
        """Whether some rule challenges."""
        return any(limit.rule.action == "challenge" for limits in self._by_host.values() for limit in limits)

    def of(self, host: str, path: bytes) -> Iterator[Limit]:
        """Those of a host and a path, the path as `core.paths.plain` makes it."""
        for name in self._names(host):
            for limit in self._by_host.get(name, ()):
                if path.startswith(limit.path):
                    yield limit

    def _names(self, host: str) -> Iterator[str]:
        yield EVERY
        yield host
        rest = host
        while "." in rest:
            rest = rest.partition(".")[2]
            yield f"*.{rest}"


def _bounded(name: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise BadInput(f"{name} is {value}; expected 1 to {most}", name)
