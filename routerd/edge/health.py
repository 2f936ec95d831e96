"""Asks every upstream now and then whether it is well, by the same connections that requests take, and remembers what it said.

The balancer is told; the management API shows it. The loop's thread works here; `seen` may be called from any.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from routerd.core.clock import Clock
from routerd.edge.context import Context
from routerd.edge.fields import lines
from routerd.edge.message import Answer, Request
from routerd.edge.plan import HealthCheck, Plan, Site, Upstream
from routerd.edge.sides import UpstreamConnection

log = logging.getLogger(__name__)

DOWN_AFTER = 2
"""Checks that fail in a row before an upstream that was up counts as down."""

BODY_OCTETS = 65_536
"""Of an answer's body that are read for politeness; a longer one is broken off."""

_FIELDS = ((b"User-Agent", b"routerd-health-check"), (b"Accept", b"*/*"))


@dataclass(frozen=True, slots=True)
class Health:
    """What the last check of one upstream found.

    Attributes:
        is_alive: it answered as it should, or failed no more than once since.
        status: what it answered; 0: nothing.
        latency_ms: milliseconds to the head of its answer, connecting included; to the end of the attempt without one.
        checked_at: seconds since the epoch.
        trouble: why it is not well; empty: it is.
    """

    is_alive: bool
    status: int
    latency_ms: float
    checked_at: float
    trouble: str = ""


_Key = tuple[str, Upstream]
Mark = Callable[[Upstream, bool], None]


class Checks:
    """All checks of one edge.

    Args:
        context: the edge's.
        clock: for the time of a check.
        mark: told whether an upstream is down, after every check.
    """

    def __init__(self, context: Context, clock: Clock, mark: Mark) -> None:
        self._context = context
        self._clock = clock
        self._mark = mark
        self._timers: dict[_Key, asyncio.TimerHandle] = {}
        self._running: set[_Probe] = set()
        self._failures: dict[_Key, int] = {}
        self._seen: Mapping[_Key, Health] = {}

    def seen(self, site: str) -> dict[Upstream, Health]:
        """What is known of a site's upstreams; nothing of those that were not asked yet."""
        return {upstream: health for (name, upstream), health in self._seen.items() if name == site}

    def use(self, plan: Plan) -> None:
        """Ask those of this plan from now on, new ones at once."""
        wanted = {
            (site.name, upstream): (site, site.health)
            for site in plan.sites
            if site.on and site.health is not None
            for upstream in site.upstreams
        }
        for timer in self._timers.values():
            timer.cancel()
        self._timers = {}
        self._seen = {key: health for key, health in self._seen.items() if key in wanted}
        self._failures = {key: failures for key, failures in self._failures.items() if key in wanted}
        for key, (site, check) in wanted.items():
            known = self._seen.get(key)
            due_s = 0.0 if known is None else known.checked_at + check.every_s - self._clock.now()
            self._later(min(max(0.0, due_s), check.every_s), site, key[1], check)

    def stop(self) -> None:
        """Ask no more, and wait for no answer."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers = {}
        for probe in list(self._running):
            probe.leave()

    def _later(self, seconds: float, site: Site, upstream: Upstream, check: HealthCheck) -> None:
        self._timers[site.name, upstream] = self._context.loop.call_later(seconds, self._ask, site, upstream, check)

    def _ask(self, site: Site, upstream: Upstream, check: HealthCheck) -> None:
        self._later(check.every_s, site, upstream, check)

        def found(status: int, latency_s: float, trouble: str) -> None:
            wrong = trouble or ("" if check.least <= status <= check.most else f"answered {status}")
            self._found(site, upstream, status, latency_s, wrong)

        probe = _Probe(self._context, site, check, found, self._running.discard)
        self._running.add(probe)
        probe.begin(upstream)

    def _found(self, site: Site, upstream: Upstream, status: int, latency_s: float, trouble: str) -> None:
        key = site.name, upstream
        if key not in self._timers:  # the plan has changed meanwhile
            return
        self._failures[key] = failures = self._failures.get(key, 0) + 1 if trouble else 0
        before = self._seen.get(key)
        alive = not trouble or (before is not None and before.is_alive and failures < DOWN_AFTER)
        health = Health(alive, status, round(latency_s * 1000, 1), self._clock.now(), trouble)
        if before is None or before.is_alive != alive:
            log.log(logging.INFO if alive else logging.WARNING, "%s: %s", _told(site, upstream), trouble or "is well")
        self._seen = {**self._seen, key: health}
        self._mark(upstream, not alive)


Found = Callable[[int, float, str], None]
"""Status (0: none), seconds, and what was wrong."""


class _Probe:
    """One check under way; a `sides.Taker`."""

    def __init__(self, context: Context, site: Site, check: HealthCheck, found: Found, over: "Callable[[_Probe], None]") -> None:
        self._context = context
        self._site = site
        self._over = over
        self._check = check
        self._authority = next((host.encode() for host in site.hosts if "*" not in host), b"")
        self._found: Found | None = found
        self._connection: UpstreamConnection | None = None
        self._octets = 0
        self._began = context.loop.time()
        self._timer = context.loop.call_later(check.within_s, self._late)

    def begin(self, upstream: Upstream) -> None:
        """Ask."""
        self._context.connector.connect(upstream, self._site, self, fresh=True)

    def leave(self) -> None:
        """Wait for nothing more."""
        self._timer.cancel()
        self._over(self)
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.abandon()
        else:
            self._context.connector.forget(self)

    def connected(self, connection: UpstreamConnection) -> None:
        self._connection = connection
        request = Request(b"GET", self._check.path.encode(), b"HTTP/1.1", _FIELDS, _FIELDS, self._authority, b"")
        request.lines = lines(_FIELDS)
        connection.request(request, b"", 0, self)

    def unreachable(self, reason: str, *, late: bool = False, busy: bool = False) -> None:
        del late, busy
        self._tell(0, reason)
        self.leave()

    def answered(self, answer: Answer) -> None:
        self._tell(answer.status, "")

    def answer_data(self, octets: bytes) -> None:
        self._octets += len(octets)
        if self._octets > BODY_OCTETS:
            self.leave()

    def answer_flush(self) -> None:
        """Nothing is held back here."""

    def answer_ended(self) -> None:
        self._connection = None
        self.leave()

    def broke(self, reason: str, *, stale: bool = False, late: bool = False) -> None:
        del stale, late
        self._tell(0, reason)
        self.leave()

    def upstream_full(self) -> None:
        """There is no body to hold back."""

    def upstream_drained(self) -> None:
        """So for this."""

    def _late(self) -> None:
        self._tell(0, f"no answer within {self._check.within_s:g} s")
        self.leave()

    def _tell(self, status: int, trouble: str) -> None:
        found, self._found = self._found, None
        if found is not None:
            found(status, self._context.loop.time() - self._began, trouble)


def _told(site: Site, upstream: Upstream) -> str:
    return f"{site.name}: upstream {upstream.unix or f'{upstream.host}:{upstream.port}'}"
