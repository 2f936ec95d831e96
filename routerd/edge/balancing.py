"""Which of a site's upstreams takes a request: in turn by weight, or always the same for a client; those that fail have a rest.

Fulfils `ports.Balancer`. An upstream is left out while the checks of `edge.health` find it down, and for `REST_S` after `FAILURES`
requests in a row failed; one that has just failed comes after the others for a moment, so that the same request tries another. When none
is left, all are tried: a guess that may fail is better than an answer that does. The loop's thread alone comes here.
"""

import hashlib
import math
from collections.abc import Sequence

from routerd.core.clock import Clock
from routerd.edge.plan import Plan, Site, Upstream

FAILURES = 3
"""In a row, until an upstream has a rest: one may be a connection that was closed at the wrong moment."""

REST_S = 10.0
SUSPECT_S = 1.0

_ALWAYS = float("-inf")


class _Condition:
    """How one upstream has done; shared by all sites that have it."""

    __slots__ = ("down", "failed_at", "failures", "resting_until")

    def __init__(self) -> None:
        self.down = False
        self.failures = 0
        self.failed_at = self.resting_until = _ALWAYS


class Balance:
    """What is known of all upstreams.

    Args:
        clock: for the length of a rest.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._conditions: dict[Upstream, _Condition] = {}
        self._turns: dict[str, dict[Upstream, int]] = {}

    def use(self, plan: Plan) -> None:
        """A new plan is in force; what is known of upstreams that it has too stays known."""
        kept = {upstream for site in plan.sites for upstream in site.upstreams}
        self._conditions = {upstream: known for upstream, known in self._conditions.items() if upstream in kept}
        names = {site.name for site in plan.sites}
        self._turns = {name: turns for name, turns in self._turns.items() if name in names}

    def pick(self, site: Site, client: bytes) -> Upstream | None:
        """See `ports.Balancer`; None only where there are no upstreams at all."""
        well = self._well(site.upstreams)
        if len(well) <= 1:
            return well[0] if well else None
        return _own(well, client) if site.sticky else self._next(site.name, well)

    def failed(self, upstream: Upstream) -> None:
        condition = self._condition(upstream)
        condition.failures += 1
        condition.failed_at = self._clock.monotonic()
        if condition.failures >= FAILURES:
            condition.resting_until = condition.failed_at + REST_S

    def succeeded(self, upstream: Upstream) -> None:
        condition = self._conditions.get(upstream)
        if condition is not None:
            condition.failures = 0
            condition.failed_at = condition.resting_until = _ALWAYS

    def mark(self, upstream: Upstream, *, down: bool) -> None:
        """What a check found; one that is up again need not rest any longer."""
        self._condition(upstream).down = down
        if not down:
            self.succeeded(upstream)

    def _condition(self, upstream: Upstream) -> _Condition:
        return self._conditions.setdefault(upstream, _Condition())

    def _well(self, upstreams: Sequence[Upstream]) -> Sequence[Upstream]:
        """The best that there are: without blemish, else not down, else all."""
        if not self._conditions:
            return upstreams
        now = self._clock.monotonic()
        known = [(upstream, self._conditions.get(upstream)) for upstream in upstreams]
        up = [(one, condition) for one, condition in known if condition is None or not (condition.down or condition.resting_until > now)]
        well = [one for one, condition in up if condition is None or condition.failed_at + SUSPECT_S <= now]
        return well or [one for one, _ in up] or upstreams

    def _next(self, name: str, upstreams: Sequence[Upstream]) -> Upstream:
        """Smooth weighted turns, as nginx has them: of 3:1 it makes a a b a rather than a a a b."""
        turns = self._turns.setdefault(name, {})
        best, whole = upstreams[0], 0
        for upstream in upstreams:
            turns[upstream] = turns.get(upstream, 0) + upstream.weight
            whole += upstream.weight
            if turns[upstream] > turns.get(best, 0):
                best = upstream
        turns[best] -= whole
        return best


def _own(upstreams: Sequence[Upstream], client: bytes) -> Upstream:
    """A client's own upstream, by weighted rendezvous: when one goes, only its clients move."""
    return max(upstreams, key=lambda upstream: upstream.weight / -math.log(_fraction(upstream, client)))


def _fraction(upstream: Upstream, client: bytes) -> float:
    place = f"{upstream.scheme} {upstream.host} {upstream.port} {upstream.unix} {upstream.prefix} ".encode()
    digest = hashlib.blake2b(place + client, digest_size=7).digest()
    return (int.from_bytes(digest) + 1) / (2**56 + 1)
