"""What was noted of a request becomes an entry of the attack log: which rule says most about it, and no secret in it. Pure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from routerd.attacks import masking
from routerd.attacks.model import Attack, Found, attack_type
from routerd.defence.model import Judged

if TYPE_CHECKING:
    from routerd.waf.verdict import Match

FOUND_MOST = 32
"""Rules that are listed in an entry."""

_URL_MOST = 2_048
_MESSAGE_MOST = 256
_SUMS = frozenset({b"anomaly-evaluation", b"reporting"})
"""Tags of rules of the OWASP CRS that only add up what others have found."""

_NO_SEVERITY = 8


def entry(judged: Judged) -> Attack:
    """The entry for a request that was refused, or would have been."""
    head = judged.head
    rule_id, rule_name, kind, variable, value = _said(judged)
    target, host = masking.printable(head.target), masking.printable(head.host)
    return Attack(
        at=int(judged.at),
        site=judged.site,
        method=masking.printable(head.method)[:32],
        url=(host + masking.masked(target))[:_URL_MOST],
        host=host[:255],
        client_ip=masking.printable(head.client)[:45],
        rule_id=rule_id[:64],
        rule_name=rule_name[:_MESSAGE_MOST],
        attack_type=kind,
        action=judged.action,
        status=judged.status,
        variable=variable,
        value=value,
        request_head=masking.head(head.method, head.target, head.protocol, head.headers),
        request_id=judged.request_id,
        score=max(judged.inbound, judged.outbound),
        found=tuple(_found(match, judged.observed) for match in own(judged.matches)[:FOUND_MOST]),
    )


def own(matches: "Sequence[Match]") -> "list[Match]":
    """Matches of rules that have found something themselves."""
    return [match for match in matches if _SUMS.isdisjoint(match.tags)]


def telling(matches: Sequence["Match"]) -> "Match | None":
    """The match that says most about a request: the gravest, the first of these; those that only add up scores say least."""
    return min(own(matches) or matches, key=lambda match: _NO_SEVERITY if match.severity is None else match.severity, default=None)


def _said(judged: Judged) -> tuple[str, str, str, str, str]:
    """Rule id, its name, the type of attack, variable and value."""
    if judged.ruling is not None:
        ruling = judged.ruling
        return ruling.rule_id, ruling.rule_name, ruling.attack_type, ruling.variable, ""
    match = telling(judged.matches)
    if judged.reason:
        return "protocol", f"[protocol] {judged.reason}", "protocol", "", ""
    if match is None:
        limit = "; ".join(judged.exceeded) or (masking.printable(judged.verdict.message) if judged.verdict is not None else "")
        return "limit", f"[limit] {limit}", "limit", "", ""
    name = masking.printable(match.name)
    message = masking.masked(masking.printable(match.message))
    kind = attack_type([masking.printable(tag) for tag in match.tags])
    return str(match.rule), message, kind, name[:_MESSAGE_MOST], masking.value(name, match.value)


def _found(match: "Match", observed: frozenset[int]) -> Found:
    name = masking.printable(match.name)
    message = masking.masked(masking.printable(match.message))[:_MESSAGE_MOST]
    return Found(str(match.rule), message, name[:_MESSAGE_MOST], masking.value(name, match.value), match.rule in observed)
