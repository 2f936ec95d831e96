"""One request and its answer on their way through, whatever the protocols on either side: the plain path, which nobody judges.

The downstream makes one with `opening.opened` and tells it of the request's body; the connector and the upstream connection tell it of
the answer. It holds no more of either than `limits` says: who is ahead is paused. `edge.judged` adds a guard.
"""

import logging
from collections import deque

from routerd.edge import forwarding, pages, websocket
from routerd.edge.context import Context
from routerd.edge.fields import lines
from routerd.edge.head import Fields
from routerd.edge.limits import WAITING_OCTETS
from routerd.edge.message import Answer, Request
from routerd.edge.plan import Site, Upstream
from routerd.edge.sides import Downstream, UpstreamConnection

_REPEATABLE = frozenset({b"GET", b"HEAD", b"OPTIONS", b"PUT", b"DELETE"})
"""Idempotent methods (RFC 9110, 9.2.2): sending such a request twice is as sending it once."""


class Exchange:
    """One request and its answer.

    Args:
        context: the edge's.
        site: whose request it is; kept to the end whatever plan comes meanwhile.
        request: its head.
        downstream: where it came from.
    """

    __slots__ = (
        "_answer",
        "_body_ended",
        "_client_full",
        "_connection",
        "_context",
        "_downstream",
        "_length",
        "_over",
        "_paused",
        "_request",
        "_sent",
        "_site",
        "_status",
        "_tries",
        "_upstream",
        "_upstream_full",
        "_waiting",
        "_waiting_octets",
    )

    def __init__(self, context: Context, site: Site, request: Request, downstream: Downstream) -> None:
        self._context = context
        self._site = site
        self._request = request
        self._downstream = downstream
        self._connection: UpstreamConnection | None = None
        self._upstream: Upstream | None = None
        self._answer: Answer | None = None
        self._length = request.length
        self._body_ended = request.length == 0
        self._waiting: deque[bytes] = deque()
        self._waiting_octets = 0
        self._paused = False
        self._client_full = self._upstream_full = False
        self._sent = False
        self._over = False
        self._tries = 0
        self._status = 0
        context.running += 1

    def begin(self) -> None:
        """Start; the answer may be complete before this returns."""
        if self._may_go():
            self._reach()

    # What the downstream tells.

    def body(self, octets: bytes) -> None:
        """A piece of the request's body."""
        if self._connection is not None:
            self._sent = True
            self._connection.body(octets)
        elif not self._over:
            self._waiting.append(octets)
            self._waiting_octets += len(octets)
            if self._waiting_octets > WAITING_OCTETS and not self._paused:
                self._paused = True
                self._downstream.pause_reading()

    def body_ended(self) -> None:
        """The request's body is complete; not told when it has none."""
        self._body_ended = True
        if self._connection is not None:
            self._connection.body_ended()

    def lost(self) -> None:
        """The client is gone."""
        if not self._over:
            self._broken()

    def spoiled(self, status: int) -> None:
        """The request cannot be read to its end: its body is malformed or too long (400, 413), or does not come (408)."""
        if self._over:
            return
        if self._answer is None:
            self.refuse(status, close=True)
        else:
            self._broken()

    def full(self) -> None:
        """The client does not take more of the answer for now."""
        self._client_full = True
        if self._connection is not None:
            self._connection.pause_reading()

    def drained(self) -> None:
        """It does again."""
        self._client_full = False
        if self._connection is not None:
            self._connection.resume_reading()

    # What the connector and the upstream connection tell.

    def connected(self, connection: UpstreamConnection) -> None:
        """See `sides.Taker`; so for what follows."""
        if self._over:
            connection.abandon()
            return
        self._connection = connection
        request = self._request
        extra = forwarding.lines(request, self._downstream.peer, self._context.proxies)
        connection.request(request, extra, self._length, self)
        if self._length != 0:
            self._send_waiting(connection)

    def unreachable(self, reason: str, *, late: bool = False, busy: bool = False) -> None:
        if self._over:
            return
        if busy:
            self._context.complaints.tell(self._context.now, self._site.name, reason, logging.WARNING)
            self.refuse(503)
            return
        self._failed(reason)
        if not self._another():
            self.refuse(504 if late else 502)

    def answered(self, answer: Answer) -> None:
        if self._site.upstreams[1:] and self._context.balancer is not None and self._upstream is not None:
            self._context.balancer.succeeded(self._upstream)
        if answer.status == 101 and not websocket.accepted(self._request, answer):
            self.broke("the upstream switched to what it was not asked for")
            return
        self._complete(answer)
        self._pass_on(answer)

    def answer_data(self, octets: bytes) -> None:
        self._downstream.data(octets)

    def answer_flush(self) -> None:
        self._downstream.flush()

    def answer_ended(self) -> None:
        self._connection = None
        assert self._answer is not None
        self._finish(self._answer.status, end=True)

    def broke(self, reason: str, *, stale: bool = False, late: bool = False) -> None:
        if self._over:
            return
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.abandon()
        if self._answer is not None:
            self._broken()
        elif stale and not self._sent and self._request.method in _REPEATABLE and self._upstream is not None:
            self._context.connector.connect(self._upstream, self._site, self, fresh=True)
        else:
            self._failed(reason)
            self.refuse(504 if late else 502)

    def upstream_full(self) -> None:
        self._upstream_full = True
        self._downstream.pause_reading()

    def upstream_drained(self) -> None:
        self._upstream_full = False
        self._downstream.resume_reading()

    # How it goes on and ends.

    def refuse(self, status: int, headers: Fields = (), body: bytes = b"", *, close: bool = False) -> None:
        """Answer in the upstream's stead; nothing has been answered yet.

        Args:
            status: of the answer; 0: none, the connection is ended.
            headers: besides Content-Length, Date and Connection.
            body: empty: the edge's own page for the status.
            close: end the connection after it.
        """
        if self._over:
            return
        if status == 0:
            self._finish(0)
            return
        answer, body = pages.refusal(status, headers, body, bodiless=self._request.method == b"HEAD")
        self._complete(answer)
        self._answer = answer
        self._downstream.respond(answer)
        if not answer.bodiless:
            self._downstream.data(body)
        self._finish(status, end=True, close=close)

    def _may_go(self) -> bool:
        """Answer what needs no upstream."""
        site, request = self._site, self._request
        if site.force_https or request.upgrade:
            secure = forwarding.scheme_of(request, self._downstream.peer) == b"https"
            if site.force_https and not secure and request.host and not request.target.startswith(pages.CHALLENGES):
                self.refuse(308, pages.to_https(request, self._context.plan.https_port))
                return False
            if not self._may_switch():
                self.refuse(400)
                return False
        return True

    def _may_switch(self) -> bool:
        """An upgrade that the site does not know is ignored, as RFC 9110 (7.8) allows; one that it knows has to be right."""
        request = self._request
        if request.upgrade and request.upgrade not in self._site.upgrades:
            request.upgrade = b""
        return not request.upgrade or websocket.asked(request)

    def _reach(self) -> None:
        self._tries += 1
        site = self._site
        if len(site.upstreams) == 1 or self._context.balancer is None:
            self._upstream = site.upstreams[0] if site.upstreams else None
        else:
            self._upstream = self._context.balancer.pick(
                site, forwarding.client_of(self._request, self._downstream.peer, self._context.proxies)
            )
        if self._upstream is None or not site.on:
            self.refuse(503)
        else:
            self._context.connector.connect(self._upstream, site, self, switching=bool(self._request.upgrade))

    def _another(self) -> bool:
        """Try the next upstream, as long as there are some that were not tried."""
        if self._tries >= len(self._site.upstreams) or self._context.balancer is None:
            return False
        self._reach()
        return True

    def _failed(self, reason: str) -> None:
        self._context.complaints.tell(self._context.now, self._site.name, reason, logging.WARNING)
        if self._context.balancer is not None and self._upstream is not None:
            self._context.balancer.failed(self._upstream)

    def _send_waiting(self, connection: UpstreamConnection) -> None:
        """The body so far; on to the rest of it."""
        waiting = self._waiting
        if waiting:
            self._sent = True
        while waiting:
            connection.body(waiting.popleft())
        self._waiting_octets = 0
        if self._body_ended:
            connection.body_ended()
        elif self._request.expects and not self._sent:
            self._downstream.proceed()
        if self._paused:
            self._paused = False
            if not self._upstream_full:
                self._downstream.resume_reading()

    def _complete(self, answer: Answer) -> None:
        """What every answer carries."""
        if not answer.dated and answer.status != 101:
            _add(answer, b"Date", self._context.date)
        if self._site.hsts_s and forwarding.scheme_of(self._request, self._downstream.peer) == b"https":
            _replace(answer, b"Strict-Transport-Security", b"max-age=%d" % self._site.hsts_s)
        peer = self._downstream.peer
        if peer.server_port in self._context.http3_ports and peer.tls and self._request.protocol != b"HTTP/3":
            _replace(answer, b"Alt-Svc", b'h3=":%d"; ma=86400' % peer.server_port)

    def _pass_on(self, answer: Answer) -> None:
        self._answer = answer
        self._downstream.respond(answer)

    def _broken(self) -> None:
        """An answer that cannot be completed, or not even begun."""
        self._finish(self._answer.status if self._answer is not None else 0)

    def _finish(self, status: int, *, end: bool = False, close: bool = False) -> None:
        """The one way out."""
        self._over = True
        self._status = status
        context = self._context
        context.running -= 1
        context.answers[status] += 1
        self._waiting.clear()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.abandon()
        elif self._answer is None and self._upstream is not None:
            context.connector.forget(self)
        self._ended()
        if end:
            self._downstream.end(close=close)
        else:
            self._downstream.abort()

    def _ended(self) -> None:
        """Nothing more happens to this exchange; the downstream is about to turn to the next."""


def _add(answer: Answer, name: bytes, value: bytes) -> None:
    answer.kept = (*answer.kept, (name, value))
    if answer.lines:
        answer.lines += b"%b: %b\r\n" % (name, value)


def _replace(answer: Answer, name: bytes, value: bytes) -> None:
    lower = name.lower()
    answer.kept = (*(field for field in answer.kept if field[0].lower() != lower), (name, value))
    answer.lines = lines(answer.kept)
