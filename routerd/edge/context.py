"""What all connections of one edge share: plan, limits, clocks, counters, the way to upstreams. Only the loop's thread changes it."""

import asyncio
import email.utils
from collections import Counter
from concurrent.futures import Executor

from routerd.core.clock import Clock
from routerd.edge.complaints import Complaints
from routerd.edge.crowd import Crowd
from routerd.edge.forwarding import Proxies
from routerd.edge.limits import Limits
from routerd.edge.plan import Plan
from routerd.edge.ports import Balancer
from routerd.edge.sides import Connector
from routerd.edge.sweeper import Sweeper


class Context:
    """One edge's.

    Attributes:
        plan: in force for requests that begin now.
        now: the loop's clock, up to `limits.TICK_S` old.
        date: of now, as Date has it; up to `limits.TICK_S` old.
        connector: the way to upstreams.
        answers: how many there were, by status; 0: ended without one.
        complaints: where what clients can cause is logged.
        collected: octets of bodies that are being collected to be judged.
        stopping: no connection is kept any more.
        http3_ports: where HTTP/3 is spoken; told to clients who come by another protocol (Alt-Svc, RFC 7838).
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        limits: Limits,
        clock: Clock,
        executor: Executor,
        proxies: Proxies,
        balancer: Balancer | None = None,
    ) -> None:
        self.loop = loop
        self.limits = limits
        self.executor = executor
        self.proxies = proxies
        self.balancer = balancer
        self.plan = Plan()
        self.sweeper = Sweeper()
        self.crowd = Crowd(limits)
        self.complaints = Complaints()
        self.connector: Connector
        self.answers: Counter[int] = Counter()
        self.collected = 0
        self.running = 0
        self.stopping = False
        self.http3_ports: frozenset[int] = frozenset()
        self._clock = clock
        self.tick()

    def tick(self) -> None:
        """Read the clocks."""
        self.now = self.loop.time()
        self.date = email.utils.formatdate(self._clock.now(), usegmt=True).encode()
