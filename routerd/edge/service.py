"""Edge: runs the one loop of the daemon in a thread of its own. A Part; the app hands it listeners, plans and limits.

`use` swaps the plan by reference: requests under way keep theirs, connections stay. Stopping refuses new connections, lets requests
under way end for `Limits.stop_s`, and closes what is left.
"""

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from routerd.core.clock import Clock
from routerd.core.errors import Misconfigured, Unavailable
from routerd.edge import sockets
from routerd.edge.balancing import Balance
from routerd.edge.context import Context
from routerd.edge.forwarding import Proxies
from routerd.edge.head import Peer
from routerd.edge.health import Checks, Health
from routerd.edge.http1.server import ServerConnection
from routerd.edge.limits import THREADS, TICK_S, Limits
from routerd.edge.listeners import Door
from routerd.edge.plan import Listener, Plan, Upstream
from routerd.edge.ports import Balancer
from routerd.edge.tls import Contexts
from routerd.edge.ways import Ways

if TYPE_CHECKING:
    from routerd.edge.http3.endpoint import Endpoints

log = logging.getLogger(__name__)

ANSWER_S = 2.0
"""What the loop is asked to do from another thread takes no longer, or the loop hangs."""

END_LOOK_S = 0.02
"""Between two looks whether the last request has ended."""


@dataclass(frozen=True, slots=True)
class EdgeState:
    """How the edge stands.

    Attributes:
        connections: from clients, at this moment.
        requests: under way.
        upstream_connections: open, idle ones included.
        turned_away: connections refused because of limits, since the start.
        answers: how many by status since the start; 0: ended without one.
    """

    connections: int
    requests: int
    upstream_connections: int
    turned_away: int
    answers: dict[int, int]


class Edge:
    """The edge.

    Args:
        listeners: where to take connections.
        limits: see there.
        clock: for Date.
        trusted_proxies: networks of proxies whose forwarding fields count, and who may speak the PROXY protocol.
        balancer: chooses among several upstreams; None: one that takes them in turn and leaves out those that fail.
        http2: offer HTTP/2 over TLS.
        http3: offer HTTP/3 on the UDP ports of the same numbers, but not for fixed sites and not behind the PROXY protocol.
    """

    name = "edge"

    def __init__(
        self,
        listeners: Sequence[Listener],
        limits: Limits,
        clock: Clock,
        trusted_proxies: Sequence[str] = (),
        balancer: Balancer | None = None,
        *,
        http2: bool = True,
        http3: bool = False,
    ) -> None:
        self._listeners = listeners
        self._limits = limits
        self._clock = clock
        self._proxies = Proxies(trusted_proxies)
        self._balance = Balance(clock)
        self._balancer = balancer or self._balance
        self._contexts = Contexts(http2=http2)
        self._with_http3 = http3
        self._http3: Endpoints | None = None
        self._plan = Plan()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._context: Context | None = None
        self._pool: Ways | None = None
        self._checks: Checks | None = None
        self._executor: ThreadPoolExecutor | None = None
        self._opened: list[socket.socket] = []
        self._doors: list[Door] = []
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen and serve.

        Raises:
            Misconfigured: an address is taken or not allowed, or HTTP/3 is asked for and what it needs is not installed.
        """
        with contextlib.ExitStack() as undone:
            self._opened = opened = [undone.enter_context(sockets.opened(listener)) for listener in self._listeners]
            undone.pop_all()
        loop = self._loop = new_loop()
        self._executor = ThreadPoolExecutor(THREADS, "edge-judge")
        context = self._context = Context(loop, self._limits, self._clock, self._executor, self._proxies, self._balancer)
        self._pool = context.connector = Ways(context)
        self._checks = Checks(context, self._clock, lambda upstream, down: self._balance.mark(upstream, down=down))
        context.plan = self._plan
        if self._with_http3:
            self._open_http3(context)
        self._doors = []
        for listener, listening in zip(self._listeners, opened, strict=True):
            door = Door(loop, listener, listening, self._made, self._admitted, self._proxies.trusts, self._contexts, self._limits.head_s)
            self._doors.append(door)
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def _open_http3(self, context: Context) -> None:
        try:
            from routerd.edge.http3.endpoint import Endpoints  # noqa: PLC0415 (what is off is not imported)
        except ImportError as error:
            self._close_opened()
            raise Misconfigured(f"[edge] http3 = true needs aioquic ({error}): install routerd[http3], or set it to false") from error
        pairs = zip(self._listeners, self._opened, strict=True)
        spoken = [(each, at) for each, at in pairs if each.tls and each.address and not (each.site or each.proxy_protocol)]
        try:
            self._http3 = Endpoints(context, [at.getsockname()[:2] for _, at in spoken])
        except Misconfigured:
            self._close_opened()
            raise
        self._http3.use(self._plan)

    def _close_opened(self) -> None:
        loop, self._loop = self._loop, None
        if loop is not None:
            loop.close()
        if self._executor is not None:
            self._executor.shutdown(wait=False)
        for opened in self._opened:
            opened.close()

    def use(self, plan: Plan) -> None:
        """Serve by this plan from now on; callable from any thread, also before the start.

        Raises:
            BadInput: one of its certificates cannot be used; the old plan stays in force.
        """
        prepared = self._contexts.prepared(plan.certificates)
        self._plan = plan
        if self._loop is None:
            self._contexts.use(prepared)
            return

        def swap() -> None:
            assert self._context is not None
            assert self._pool is not None
            self._contexts.use(prepared)
            self._context.plan = plan
            if self._http3 is not None:
                self._http3.use(plan)
            self._pool.keep_only({upstream for site in plan.sites for upstream in site.upstreams})
            self._look_after(plan)

        self._loop.call_soon_threadsafe(swap)

    def addresses(self) -> list[Any]:
        """Where it listens, in the order of the listeners, as `socket.getsockname` says it: ports that were given as 0 are known here."""
        return [each.getsockname() for each in self._opened]

    def state(self) -> EdgeState:
        """How it stands; all zero when it does not run.

        Raises:
            Unavailable: the loop does not answer.
        """
        if self._loop is None:
            return EdgeState(0, 0, 0, 0, {})
        return self._ask(self._look())

    def health(self, site: str) -> dict[Upstream, Health]:
        """What is known of a site's upstreams; nothing of those that were not asked yet, or are not to be asked."""
        return {} if self._checks is None else self._checks.seen(site)

    def stop(self) -> None:
        """Refuse new connections, let requests under way end, close everything."""
        loop, self._loop = self._loop, None
        if loop is None:
            return
        loop.call_soon_threadsafe(self._wind_up)
        if self._thread is not None:
            self._thread.join(self._limits.stop_s + 0.4)
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)

    def _ask(self, question: Coroutine[Any, Any, EdgeState]) -> EdgeState:
        assert self._loop is not None
        future: Future[EdgeState] = asyncio.run_coroutine_threadsafe(question, self._loop)
        try:
            return future.result(ANSWER_S)
        except TimeoutError:
            raise Unavailable("the edge does not answer") from None

    async def _look(self) -> EdgeState:
        context, pool = self._context, self._pool
        assert context is not None
        assert pool is not None
        return EdgeState(len(context.crowd), context.running, pool.connections, context.crowd.turned_away, dict(context.answers))

    # In the loop's thread.

    def _run(self) -> None:
        loop, context = self._loop, self._context
        assert loop is not None
        assert context is not None
        asyncio.set_event_loop(loop)
        for door in self._doors:
            door.open()
        if self._http3 is not None:
            loop.run_until_complete(self._http3.open())
        self._tick(context)
        self._look_after(context.plan)
        try:
            loop.run_forever()
        finally:
            with contextlib.suppress(Exception):
                loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    def _tick(self, context: Context) -> None:
        context.tick()
        context.sweeper.sweep(context.now)
        context.loop.call_later(TICK_S, self._tick, context)

    def _look_after(self, plan: Plan) -> None:
        assert self._checks is not None
        self._balance.use(plan)
        self._checks.use(plan)

    def _made(self, listener: Listener, peer: Peer, protocol: str) -> asyncio.Protocol:
        """The protocol of one connection, once it is settled which."""
        assert self._context is not None
        if protocol == "h2":
            from routerd.edge.http2 import server  # noqa: PLC0415 (what is off is not imported)

            return server.ServerConnection(self._context, peer, listener.site)
        return ServerConnection(self._context, peer, listener.site)

    def _admitted(self, peer: Peer) -> bool:
        assert self._context is not None
        return self._context.crowd.admits(b"" if peer.trusted else peer.client)

    def _wind_up(self) -> None:
        context = self._context
        assert context is not None
        for door in self._doors:
            door.close()
        context.stopping = True
        if self._checks is not None:
            self._checks.stop()
        for member in context.crowd.members():
            member.stop()
        self._end_by(context, context.loop.time() + self._limits.stop_s)

    def _end_by(self, context: Context, end: float) -> None:
        """Look every now and then whether all have left; at `end` they have to."""
        if len(context.crowd) and context.loop.time() < end:
            context.loop.call_later(END_LOOK_S, self._end_by, context, end)
            return
        assert self._pool is not None
        self._pool.close()
        for member in context.crowd.members():
            member.drop()
        if self._http3 is not None:
            self._http3.close()
        # What was dropped takes its upstreams along, and transports take a round to close.
        context.loop.call_later(END_LOOK_S, context.loop.stop)


def new_loop() -> asyncio.AbstractEventLoop:
    """The loop of uvloop where that is installed (it has no wheel for every processor), asyncio's own otherwise."""
    try:
        import uvloop  # noqa: PLC0415 (what is missing is done without)
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
