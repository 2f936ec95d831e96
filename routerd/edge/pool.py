"""Connections to upstreams by HTTP/1.1: kept ones first, new ones up to a limit, and a bounded line of those who wait.

The loop's thread alone comes here. It never decides which upstream; that is the balancer's.
"""

import asyncio
import logging
import ssl
from collections import deque

from routerd.edge.context import Context
from routerd.edge.http1.client import ClientConnection
from routerd.edge.plan import Site, Upstream
from routerd.edge.sides import Taker
from routerd.edge.sweeper import NEVER

log = logging.getLogger(__name__)


class Lane:
    """The connections to one upstream.

    Args:
        context: the edge's.
        upstream: which.
        tls: how its certificate is looked at; None: no TLS.
    """

    def __init__(self, context: Context, upstream: Upstream, tls: ssl.SSLContext | None) -> None:
        self.upstream = upstream
        self.deadline = NEVER
        self._context = context
        self._tls = tls
        self._idle: list[ClientConnection] = []
        self._all: set[ClientConnection] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._waiting: deque[tuple[Taker, float]] = deque()

    def connect(self, taker: Taker, *, fresh: bool) -> None:
        """See `sides.Connector`."""
        idle = self._idle
        while idle and not fresh:
            connection = idle.pop()
            if connection.usable:
                taker.connected(connection)
                return
        if len(self._waiting) >= self._context.limits.upstream_waiting:
            taker.unreachable("too many requests wait for this upstream", busy=True)
            return
        limits = self._context.limits
        self._waiting.append((taker, self._context.now + limits.connect_s))
        self.deadline = min(self.deadline, self._waiting[0][1])
        self._open_more()

    def forget(self, taker: Taker) -> None:
        """It does not wait any more."""
        if self._waiting:
            self._waiting = deque(each for each in self._waiting if each[0] is not taker)

    def released(self, connection: ClientConnection) -> None:
        """See `http1.client.Keeper`; so for the next."""
        if self._waiting:
            self._waiting.popleft()[0].connected(connection)
        elif len(self._idle) < self._context.limits.upstream_keep and not self._context.stopping:
            self._idle.append(connection)
        else:
            connection.close()

    def gone(self, connection: ClientConnection) -> None:
        self._all.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        self._open_more()

    def overdue(self, now: float) -> None:
        """See `sweeper.Timed`: those who wait too long are told."""
        while self._waiting and self._waiting[0][1] <= now:
            self._waiting.popleft()[0].unreachable("no connection to the upstream in time", late=True)
        self.deadline = self._waiting[0][1] if self._waiting else NEVER

    def retire(self) -> None:
        """No site has this upstream any more: what is idle is closed; requests under way end as they would."""
        while self._idle:
            self._idle.pop().close()

    def close(self) -> None:
        """The edge ends."""
        self.retire()
        for task in self._opening:
            task.cancel()

    @property
    def connections(self) -> int:
        """Those that are open."""
        return len(self._all)

    def _open_more(self) -> None:
        """As many as there are waiting, up to the limit."""
        most = self._context.limits.upstream_connections - len(self._all)
        while len(self._opening) < min(len(self._waiting), most):
            task = self._context.loop.create_task(self._open())
            self._opening.add(task)
            task.add_done_callback(self._tried)

    def _tried(self, task: asyncio.Task[None]) -> None:
        """Whoever came between a task's last step and this one was counted on it, and would wait for nothing."""
        self._opening.discard(task)
        if not task.cancelled():
            self._open_more()

    async def _open(self) -> None:
        upstream = self.upstream
        made = ClientConnection(self._context, upstream, self)
        tls_name = upstream.host or "localhost" if self._tls is not None else None
        loop = self._context.loop
        try:
            async with asyncio.timeout(self._context.limits.connect_s):
                if upstream.unix:
                    await loop.create_unix_connection(lambda: made, upstream.unix, ssl=self._tls, server_hostname=tls_name)
                else:
                    await loop.create_connection(lambda: made, upstream.host, upstream.port, ssl=self._tls, server_hostname=tls_name)
        except (OSError, UnicodeError) as error:  # TimeoutError and ssl.SSLError are OSErrors; a name may be none
            if self._waiting:
                taker = self._waiting.popleft()[0]
                taker.unreachable(upstream.unreached(error), late=isinstance(error, TimeoutError))
            return
        self._all.add(made)
        made.deadline = self._context.now + self._context.limits.upstream_keep_s
        self.released(made)


class Pool:
    """All lanes. A `sides.Connector`.

    Args:
        context: the edge's.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lanes: dict[tuple[Upstream, bool], Lane] = {}
        self._known: dict[int, tuple[Upstream, bool, Lane]] = {}

    def connect(self, upstream: Upstream, site: Site, taker: Taker, *, fresh: bool = False, switching: bool = False) -> None:
        del switching  # every connection here can
        known = self._known.get(id(upstream))
        if known is not None and known[0] is upstream and known[1] is site.verify_upstream:
            lane = known[2]
        else:
            lane = self._lane(upstream, site.verify_upstream)
        lane.connect(taker, fresh=fresh)

    def forget(self, taker: Taker) -> None:
        for lane in self._lanes.values():
            lane.forget(taker)

    def keep_only(self, upstreams: set[Upstream]) -> None:
        """A new plan is in force: let go of connections to upstreams that it does not have."""
        self._known.clear()
        for key, lane in list(self._lanes.items()):
            if key[0] not in upstreams:
                lane.retire()
                if not lane.connections:
                    self._context.sweeper.discard(lane)
                    del self._lanes[key]

    def close(self) -> None:
        """Close what is idle, and give up what is being opened."""
        for lane in self._lanes.values():
            lane.close()

    @property
    def connections(self) -> int:
        """Those that are open, of all lanes."""
        return sum(lane.connections for lane in self._lanes.values())

    def _lane(self, upstream: Upstream, verify: bool) -> Lane:
        lane = self._lanes.get((upstream, verify))
        if lane is None:
            lane = self._lanes[upstream, verify] = Lane(
                self._context, upstream, _tls(verify=verify) if upstream.scheme == "https" else None
            )
            self._context.sweeper.add(lane)
        self._known[id(upstream)] = (upstream, verify, lane)
        return lane


def _tls(*, verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
