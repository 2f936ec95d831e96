"""What the attack log teaches: which exclusion would stop a false positive, and what else an exclusion would let through.

Pure: entries, requests and rule sets are passed in. It judges requests, so it is slow; nothing that serves anybody may use it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from routerd.attacks.model import Attack
from routerd.defence.exclusions import Exclusion, narrowed, text
from routerd.waf.engine import RuleSet
from routerd.waf.request import Request
from routerd.waf.settings import Mode

PATHS_MOST = 3
"""Different paths that an exclusion is made for one by one; more, and it holds everywhere."""

VALUES_MOST = 5
"""Values that are shown with a suggestion."""

Excludable = Callable[[int, str], bool]
"""Whether a rule (by id) looks at a variable (by collection) so that the variable can be taken out of it."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What would stop one kind of match.

    Attributes:
        exclusions: the narrowest ones; one for each path where there are few.
        seclang: the same as text.
        rule_name: what the rule says of itself.
        variable: as matches name it.
        count: matches that it goes by.
        clients: how many addresses these came from: a false positive comes from many.
        values: some of what matched, masked.
    """

    exclusions: tuple[Exclusion, ...]
    seclang: str
    rule_name: str
    variable: str
    count: int
    clients: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """One request to try rules on."""

    request: Request
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Measured:
    """What an exclusion does to some requests.

    Attributes:
        requests: how many were tried.
        matches_before: rules that match and log, all requests together.
        matches_after: likewise with the exclusion.
        refused_before: requests that would be refused.
        refused_after: likewise with the exclusion.
        freed: places, counted from 0, of requests that would be refused only without it.
    """

    requests: int
    matches_before: int
    matches_after: int
    refused_before: int
    refused_after: int
    freed: tuple[int, ...]


@dataclass(slots=True)
class _Kind:
    """Matches of one rule on one variable."""

    rule_name: str
    variable: str
    count: int = 0
    clients: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    values: dict[str, None] = field(default_factory=dict)


def suggestions(attacks: Iterable[Attack], site: str, excludable: Excludable) -> list[Suggestion]:
    """For each rule and variable that matched, the exclusion that would stop it; the most frequent first.

    Args:
        attacks: entries of the log.
        site: that the exclusions are for.
        excludable: what can be taken out of which rule.
    """
    kinds: dict[tuple[int, str], _Kind] = {}
    for attack in attacks:
        path = _path(attack)
        for found in attack.found:
            if not found.rule_id.isdigit():
                continue
            variable = narrowed(found.variable)
            if not excludable(int(found.rule_id), variable.partition(":")[0]):
                variable = ""
            kind = kinds.setdefault((int(found.rule_id), variable), _Kind(found.message, found.variable))
            kind.count += 1
            kind.clients.add(attack.client_ip)
            kind.paths.add(path)
            if len(kind.values) < VALUES_MOST:
                kind.values[found.value] = None
    ranked = sorted(kinds.items(), key=lambda each: -each[1].count)
    return [_suggestion(site, rule_id, variable, kind) for (rule_id, variable), kind in ranked]


def _suggestion(site: str, rule_id: int, variable: str, kind: _Kind) -> Suggestion:
    few = len(kind.paths) <= PATHS_MOST and all(kind.paths)
    paths = sorted(kind.paths) if few else [""]
    exclusions = tuple(Exclusion(site=site, rule_id=rule_id, variable=variable, path=path) for path in paths)
    seclang = "\n".join(map(text, exclusions))
    return Suggestion(exclusions, seclang, kind.rule_name, kind.variable, kind.count, len(kind.clients), tuple(kind.values))


def _path(attack: Attack) -> str:
    """The path of a request where it can be written as it is; empty elsewhere."""
    path = attack.url.removeprefix(attack.host).partition("?")[0]
    return path if path.startswith("/") and not set(path) & set("\"'\\%*= ") else ""


def sample(attack: Attack) -> Sample:
    """The request of an entry, as far as it was kept: secrets are masked in it, and it has no body."""
    first, *lines = attack.request_head.split("\n")
    method, _, rest = first.partition(" ")
    target, _, protocol = rest.rpartition(" ")
    headers = tuple((name.encode(), value.encode()) for name, _, value in (line.partition(": ") for line in lines))
    return Sample(Request(method.encode(), target.encode(), protocol.encode(), headers, attack.client_ip.encode()))


def measured(before: RuleSet, after: RuleSet, samples: Iterable[Sample], now: float) -> Measured:
    """Judges requests by two rule sets and tells what differs.

    Args:
        before: the rule set in use.
        after: with the exclusion.
        samples: requests.
        now: seconds since the epoch.
    """
    pairs = [(_judged(before, each, now), _judged(after, each, now)) for each in samples]
    freed = [at for at, ((_, was), (_, becomes)) in enumerate(pairs) if was and not becomes]
    return Measured(
        requests=len(pairs),
        matches_before=sum(many for (many, _), _ in pairs),
        matches_after=sum(many for _, (many, _) in pairs),
        refused_before=sum(was for (_, was), _ in pairs),
        refused_after=sum(becomes for _, (_, becomes) in pairs),
        freed=tuple(freed),
    )


def _judged(rules: RuleSet, each: Sample, now: float) -> tuple[int, bool]:
    """How many rules matched and log, and whether the request would be refused."""
    transaction = rules.begin(each.request, now)
    if transaction.state.mode is Mode.ON:
        transaction.state.mode = Mode.DETECTION_ONLY
    transaction.headers()
    transaction.body(each.body)
    transaction.log()
    return sum(match.logged for match in transaction.matches), transaction.detected is not None


def excludable(rules: RuleSet) -> Excludable:
    """What can be taken out of the rules of a set: variables of a rule itself, not of those chained to it."""

    def asked(rule_id: int, collection: str) -> bool:
        link = rules.rules.get(rule_id)
        return link is None or any(part.collection == collection for part in link.parts)

    return asked


def unique(exclusions: Sequence[Exclusion], kept: Sequence[Exclusion]) -> list[Exclusion]:
    """Those that are not kept already."""
    known = {(each.site, each.rule_id, each.variable, each.path) for each in kept}
    return [each for each in exclusions if (each.site, each.rule_id, each.variable, each.path) not in known]
