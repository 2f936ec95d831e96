"""HTTP/2 connections to upstreams: few, each for many requests; those that find no room wait, in a bounded line.

An ``https`` upstream that does not choose HTTP/2 in the TLS handshake is spoken HTTP/1.1 to, and asked again after `DECLINED_S`.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable

from routerd.edge.context import Context
from routerd.edge.http2.client import ClientConnection
from routerd.edge.plan import Upstream
from routerd.edge.sides import Taker
from routerd.edge.sweeper import NEVER

CONNECTIONS_MOST = 8
"""To one upstream; of up to `bounds.STREAMS_MOST` requests each. `Limits.upstream_connections` bounds the requests of all of them."""

DECLINED_S = 300.0

Plainly = Callable[[Taker], None]
"""Has a request go by HTTP/1.1."""


class Lane:
    """The connections to one upstream.

    Args:
        context: the edge's.
        upstream: which.
        tls: how its certificate is looked at, HTTP/2 offered; None: no TLS, HTTP/2 without asking.
    """

    def __init__(self, context: Context, upstream: Upstream, tls: ssl.SSLContext | None) -> None:
        self.upstream = upstream
        self.deadline = NEVER
        self._context = context
        self._tls = tls
        self._open: list[ClientConnection] = []
        self._opening: asyncio.Task[None] | None = None
        self._waiting: deque[tuple[Taker, Plainly, float]] = deque()
        self._declined_until = float("-inf")

    @property
    def connections(self) -> int:
        """Those that are open."""
        return len(self._open)

    def connect(self, taker: Taker, plainly: Plainly) -> None:
        """See `sides.Connector`; `plainly` is called instead where HTTP/2 is declined."""
        if self._context.now < self._declined_until:
            plainly(taker)
            return
        connection = self._roomy()
        if connection is not None:
            taker.connected(connection.stream())
        elif len(self._waiting) >= self._context.limits.upstream_waiting:
            taker.unreachable("too many requests wait for this upstream", busy=True)
        else:
            self._waiting.append((taker, plainly, self._context.now + self._context.limits.connect_s))
            self.deadline = min(self.deadline, self._waiting[0][2])
            self._open_another()

    def forget(self, taker: Taker) -> None:
        """It does not wait any more."""
        if self._waiting:
            self._waiting = deque(each for each in self._waiting if each[0] is not taker)

    def retire(self) -> None:
        """Let go of what is idle; requests under way end as they would."""
        for connection in list(self._open):
            connection.leave()

    def released(self, connection: ClientConnection) -> None:
        """See `client.Keeper`."""
        while self._waiting and connection.room and self._under_way < self._context.limits.upstream_connections:
            self._waiting.popleft()[0].connected(connection.stream())

    def gone(self, connection: ClientConnection) -> None:
        if connection in self._open:
            self._open.remove(connection)
        self._open_another()

    def overdue(self, now: float) -> None:
        """See `sweeper.Timed`: those who wait too long are told."""
        while self._waiting and self._waiting[0][2] <= now:
            self._waiting.popleft()[0].unreachable("no connection to the upstream in time", late=True)
        self.deadline = self._waiting[0][2] if self._waiting else NEVER

    @property
    def _under_way(self) -> int:
        return sum(len(connection.streams) for connection in self._open)

    def _roomy(self) -> ClientConnection | None:
        """The least busy of those with room."""
        if self._waiting or self._under_way >= self._context.limits.upstream_connections:
            return None
        return min((each for each in self._open if each.room), key=lambda each: len(each.streams), default=None)

    def _open_another(self) -> None:
        if self._waiting and self._opening is None and len(self._open) < CONNECTIONS_MOST:
            self._opening = self._context.loop.create_task(self._connect())

    async def _connect(self) -> None:
        upstream, loop, made = self.upstream, self._context.loop, ClientConnection(self._context, self.upstream, self)
        tls_name = upstream.host or "localhost" if self._tls is not None else None
        try:
            async with asyncio.timeout(self._context.limits.connect_s):
                if upstream.unix:
                    await loop.create_unix_connection(lambda: made, upstream.unix, ssl=self._tls, server_hostname=tls_name)
                else:
                    await loop.create_connection(lambda: made, upstream.host, upstream.port, ssl=self._tls, server_hostname=tls_name)
        except (OSError, UnicodeError) as error:  # TimeoutError and ssl.SSLError are OSErrors; a name may be none
            self._opening = None
            self._failed(upstream.unreached(error), late=isinstance(error, TimeoutError))
            return
        self._opening = None
        if made.declined:
            self._decline()
        elif made.room:
            self._open.append(made)
            self.released(made)
        self._open_another()

    def _failed(self, reason: str, *, late: bool) -> None:
        """All who wait have waited for this."""
        waiting, self._waiting = self._waiting, deque()
        for taker, _, _ in waiting:
            taker.unreachable(reason, late=late)

    def _decline(self) -> None:
        self._declined_until = self._context.now + DECLINED_S
        waiting, self._waiting = self._waiting, deque()
        for taker, plainly, _ in waiting:
            plainly(taker)
