"""One HTTP/1.1 connection from a client: one exchange after the other, never two at once.

Its memory is bounded: a head, what was pipelined, a write buffer, and one read (256 KiB) on top. Its time is bounded by a deadline that the
sweeper looks at: for the next request, a head, each piece of a body, and for taking what it is sent.
"""

import asyncio
import logging
from typing import cast

from routerd.edge import opening, pages
from routerd.edge.context import Context
from routerd.edge.exchange import Exchange
from routerd.edge.fields import lines
from routerd.edge.head import Peer
from routerd.edge.http1.requests import Requests
from routerd.edge.http1.salvage import salvaged
from routerd.edge.limits import LINGER_OCTETS, LINGER_S, PIPELINED_OCTETS, UNSENT_OCTETS
from routerd.edge.malformed import Malformed
from routerd.edge.message import Answer, Request
from routerd.edge.sweeper import NEVER

log = logging.getLogger(__name__)

GRACE_S = 10.0
"""Before a body's average rate is looked at."""

_STATUS_LINES = {status: b"HTTP/1.1 %d %b\r\n" % (status, phrase) for status, phrase in pages.PHRASES.items()}

_SERVING, _LINGERING, _CLOSED = range(3)


class ServerConnection(asyncio.Protocol):
    """One connection from a client; a `Downstream` during each of its requests.

    Args:
        context: the edge's.
        peer: who is at the other end.
        site: name of the site that all its requests are for; empty: by Host.
    """

    __slots__ = (
        "_answering",
        "_body_at",
        "_body_began",
        "_body_octets",
        "_chunking",
        "_context",
        "_exchange",
        "_full",
        "_half_closed",
        "_head",
        "_keep",
        "_paused",
        "_paused_at",
        "_reader",
        "_reading",
        "_request",
        "_served",
        "_site",
        "_state",
        "_transport",
        "_unread",
        "_unsent",
        "deadline",
        "peer",
    )

    def __init__(self, context: Context, peer: Peer, site: str = "") -> None:
        self.peer = peer
        self.deadline = NEVER
        self._context = context
        self._site = site
        self._reader = Requests(self, context.limits)
        self._transport: asyncio.Transport
        self._exchange: Exchange | None = None
        self._request: Request | None = None
        self._state = _SERVING
        self._served = 0
        self._keep = True
        self._head = b""
        self._chunking = False
        self._answering = False
        self._reading = False
        self._paused = False
        self._paused_at = 0.0
        self._full = False
        self._half_closed = False
        self._unread = 0
        self._unsent = 0
        self._body_at = self._body_began = 0.0
        self._body_octets = 0

    # What the transport tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are asyncio's in all but name.
        transport = self._transport = cast("asyncio.Transport", transport)
        if not self._context.crowd.enter(self, b"" if self.peer.trusted else self.peer.client):
            self._state = _CLOSED
            transport.abort()
            return
        transport.set_write_buffer_limits(high=UNSENT_OCTETS)
        self.deadline = self._context.now + self._context.limits.head_s
        self._context.sweeper.add(self)

    def data_received(self, data: bytes) -> None:
        if self._state != _SERVING:
            self._unread += len(data)
            if self._unread > LINGER_OCTETS:
                self._transport.abort()
            return
        self._reading = True
        try:
            was_empty = self._reader.empty
            self._reader.receive(data)
        except Malformed as error:
            self._malformed(error)
        else:
            if self._exchange is None:
                if self._reader.ended:
                    self._go_on()
                elif was_empty and not self._reader.empty and self._served:
                    self.deadline = self._context.now + self._context.limits.head_s
            elif len(self._reader.held) > PIPELINED_OCTETS and self._reader.ended:
                self._transport.pause_reading()
        finally:
            self._reading = False

    def eof_received(self) -> bool:
        """A client that only ends its own side still gets its answer, where the transport can do that."""
        self._half_closed = True
        self._keep = False
        return self._exchange is not None and self._reader.ended and self._transport.can_write_eof()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio's signature)
        self._state = _CLOSED
        self._context.crowd.leave(self)
        self._context.sweeper.discard(self)
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.lost()

    def pause_writing(self) -> None:
        self._full = True
        self._unsent = self._transport.get_write_buffer_size()
        self.deadline = self._context.now + self._context.limits.upstream_idle_s
        if self._exchange is not None:
            self._exchange.full()

    def resume_writing(self) -> None:
        self._full = False
        if self._exchange is not None:
            self.deadline = NEVER if self._reader.ended else self._context.now + 1
            self._exchange.drained()
        elif self._state == _SERVING:
            self.deadline = self._context.now + self._context.limits.keep_alive_s
            if self._reader.ended:
                self._go_on()

    # What the reader tells.

    def head(self, request: Request, keep: bool) -> None:
        """See `http1.requests.Hearer`; so for the next two."""
        self._served += 1
        self._keep = keep and not self._half_closed and self._served < self._context.limits.requests and not self._context.stopping
        self._request = request
        if request.length == 0:
            self.deadline = NEVER
        else:
            self._body_at = self._body_began = now = self._context.now
            self._body_octets = 0
            self.deadline = now + 1
        exchange = self._exchange = opening.opened(self._context, self._site, request, self)
        exchange.begin()

    def body(self, octets: bytes) -> None:
        self._body_at = self._context.now
        self._body_octets += len(octets)
        if self._exchange is not None:
            self._exchange.body(octets)

    def body_ended(self) -> None:
        if not self._full:
            self.deadline = NEVER
        if self._exchange is not None:
            self._exchange.body_ended()

    # What the exchange tells: see `sides.Downstream`.

    def respond(self, answer: Answer) -> None:
        status_line = _STATUS_LINES.get(answer.status) or b"HTTP/1.1 %d \r\n" % answer.status
        request = self._request
        assert request is not None
        if not self._reader.ended:
            self._keep = False
        if answer.status == 101:
            self._switch(status_line, answer, request)
            return
        self._answering = True
        framing = self._framing(answer, request)
        if not self._keep:
            framing += b"Connection: close\r\n"
        elif request.protocol == b"HTTP/1.0":
            framing += b"Connection: keep-alive\r\n"
        self._head = b"".join((status_line, answer.lines or lines(answer.kept), framing, b"\r\n"))

    def data(self, octets: bytes) -> None:
        if self._chunking:
            if octets:
                self._transport.write(b"%b%x\r\n%b\r\n" % (self._head, len(octets), octets))
                self._head = b""
        elif self._head:
            self._transport.write(self._head + octets)
            self._head = b""
        else:
            self._transport.write(octets)

    def flush(self) -> None:
        if self._head:
            self._transport.write(self._head)
            self._head = b""

    def end(self, *, close: bool = False) -> None:
        if self._chunking:
            self._chunking = False
            self._head += b"0\r\n\r\n"
        self.flush()
        self._exchange = None
        self._request = None
        self._answering = False
        if close or not self._keep or not self._reader.ended:
            self._close()
        else:
            self.deadline = self._context.now + self._context.limits.keep_alive_s if not self._full else self.deadline
            if not self._reading:
                self._go_on()

    def abort(self) -> None:
        self._exchange = None
        if self._state == _SERVING:
            self._state = _CLOSED
            self._transport.abort()

    def proceed(self) -> None:
        self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def pause_reading(self) -> None:
        if not self._paused and self._state == _SERVING:
            self._paused = True
            self._paused_at = self._context.now
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        if self._paused:
            self._paused = False
            now = self._context.now
            self._body_began += now - self._paused_at
            self._body_at = now
            if self._state == _SERVING:
                self._transport.resume_reading()

    # What the sweeper and the crowd ask.

    def overdue(self, now: float) -> None:
        """See `sweeper.Timed`."""
        if self._state == _CLOSED or self._full:
            self._unsent_overdue(now)
        elif self._state == _LINGERING:
            self._transport.abort()
        elif self._exchange is not None:
            self._body_overdue(now)
        elif self._reader.empty:
            self._close()
        else:
            self._malformed(Malformed("late-head", 408))

    def leave_if_idle(self) -> bool:
        """See `crowd.Member`."""
        if self._exchange is not None or not self._reader.empty or self._state != _SERVING or not self._served:
            return False
        self._close()
        self._context.crowd.leave(self)
        return True

    def stop(self) -> None:
        """See `crowd.Member`; so for the next."""
        self._keep = False
        if self._exchange is None and self._state == _SERVING:
            self._close()

    def drop(self) -> None:
        self._transport.abort()

    def _body_overdue(self, now: float) -> None:
        limits = self._context.limits
        if self._reader.ended or self._paused:
            self.deadline = NEVER if self._reader.ended else now + 1
            return
        slow = self._body_octets < limits.body_rate * (now - self._body_began - GRACE_S)
        if now - self._body_at > limits.body_s or slow:
            self._spoil(408)
        else:
            self.deadline = now + 1

    def _unsent_overdue(self, now: float) -> None:
        """A client that takes nothing of what it was sent is let go of."""
        unsent = self._transport.get_write_buffer_size()
        if unsent >= self._unsent or not unsent:
            self._transport.abort()
        self._unsent = unsent
        self.deadline = now + self._context.limits.upstream_idle_s

    # How it goes on and ends.

    def _go_on(self) -> None:
        """To the next request, and the next, as far as they are here and answered at once, and the client takes what it is sent."""
        self._reading = True
        try:
            while self._exchange is None and self._state == _SERVING and self._reader.ended and not self._full:
                if self._paused or self._reader.held:
                    self._paused = False
                    self._transport.resume_reading()
                if not self._reader.next():
                    self.deadline = self._context.now + (
                        self._context.limits.head_s if self._reader.held else self._context.limits.keep_alive_s
                    )
        except Malformed as error:
            self._malformed(error)
        finally:
            self._reading = False
        if self._half_closed and self._exchange is None:
            self._close()

    def _framing(self, answer: Answer, request: Request) -> bytes:
        self._chunking = False
        if answer.length is not None:
            return b"Content-Length: %d\r\n" % answer.length if answer.status != 204 else b""
        if answer.bodiless:
            return b""
        if request.protocol == b"HTTP/1.1":
            self._chunking = True
            return b"Transfer-Encoding: chunked\r\n"
        self._keep = False
        return b""

    def _switch(self, status_line: bytes, answer: Answer, request: Request) -> None:
        """To another protocol: the reader hands on what it gets, and the exchange goes on as a tunnel."""
        upgrade = b"Connection: Upgrade\r\nUpgrade: %b\r\n" % request.upgrade
        self._transport.write(b"".join((status_line, answer.lines or lines(answer.kept), upgrade, b"\r\n")))
        self._keep = False
        self._reader.switch()

    def _malformed(self, error: Malformed) -> None:
        if self._exchange is not None:
            self._spoil(error.status)
            return
        if self._state != _SERVING:
            return
        opening.malformed(self._context, self._site, salvaged(self._reader.held, self.peer), error)
        answer, body = pages.refusal(error.status, (), b"")
        head = (_STATUS_LINES[error.status], answer.lines, b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body), body)
        self._transport.write(b"".join(head))
        self._close()

    def _spoil(self, status: int) -> None:
        exchange = self._exchange
        self._keep = False
        if exchange is not None:
            exchange.spoiled(status)

    def _close(self) -> None:
        """End the connection so that the client still gets what it was sent: what it goes on sending is read, for a while, unheard."""
        self._unsent = self._transport.get_write_buffer_size()
        if self._half_closed or (self._reader.ended and not self._reader.held) or (not self._served and self._reader.empty):
            self._state = _CLOSED
            self._transport.close()
            self.deadline = self._context.now + self._context.limits.upstream_idle_s
            return
        self._state = _LINGERING
        self.deadline = self._context.now + LINGER_S
        if self._paused or self._reader.ended:
            self._paused = False
            self._transport.resume_reading()
        if self._transport.can_write_eof():
            self._transport.write_eof()
