"""What the defence goes by for each site, and what it notes of a request. Values alone."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from routerd.core.ruling import Ruling
from routerd.edge.head import Head

if TYPE_CHECKING:
    from routerd.waf.verdict import Match, Verdict

MODES = ("on", "detect", "off")


@dataclass(frozen=True, slots=True)
class Variant:
    """What a site's rule set has besides the rules that all sites have. Sites whose variants are equal share one rule set.

    Attributes:
        exclusions: SecLang, a text each, put before the rules.
        disabled: ids of rules that are left out.
        observed: ids of rules that are only watched: they match and are logged, and neither score nor decide.
    """

    exclusions: tuple[str, ...] = ()
    disabled: frozenset[int] = frozenset()
    observed: frozenset[int] = frozenset()


PLAIN = Variant()


@dataclass(frozen=True, slots=True)
class Post:
    """How a site is guarded.

    Attributes:
        mode: ``on``; ``detect``: nothing is refused, and what would have been is noted; ``off``: no rule set is asked.
        variant: of its rule set.
    """

    mode: str = "on"
    variant: Variant = PLAIN


@dataclass(frozen=True, slots=True)
class Judged:
    """A request about which there is something to note.

    Attributes:
        head: of the request.
        site: that it was for.
        at: seconds since the epoch.
        request_id: that the block page shows.
        action: what became of it: one of `attacks.model.ACTIONS`; empty when it went on and nothing would have held it up.
        status: that the client was answered with by us; 0 when it was not.
        ruling: of a protection that decided, or would have.
        verdict: of the rule set likewise.
        matches: of rules that log.
        observed: ids of rules that are only watched.
        exceeded: limits that it went over.
        inbound: anomaly score of the request.
        outbound: of the response.
        reason: why the edge could not read it; empty when it could.
    """

    head: Head
    site: str
    at: float
    request_id: str
    action: str
    status: int = 0
    ruling: Ruling | None = None
    verdict: "Verdict | None" = None
    matches: "tuple[Match, ...]" = ()
    observed: frozenset[int] = frozenset()
    exceeded: tuple[str, ...] = ()
    inbound: int = 0
    outbound: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A rule of the files in use, as owners look at it.

    Attributes:
        rule_id: its id.
        message: what it says of itself, macros as they are written.
        severity: a word or a number, as it is written; empty without one.
        tags: in order.
        phase: 1 to 5.
        file: where it is written.
        line: likewise.
        state: ``off``: left out; ``detect``: only watched; empty: as it is written.
    """

    rule_id: int
    message: str
    severity: str
    tags: tuple[str, ...]
    phase: int
    file: str
    line: int
    state: str
