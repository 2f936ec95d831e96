"""One HTTP/2 connection from a client: a stream for each request, all of them at once.

What a client can make it hold is bounded by `bounds` and `limits`; what it can make it do, by `frames.Calm`. A request that is malformed is
answered 400 and told to the guard, a frame that is, ends the connection.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import cast

import h2.events

from routerd.edge import opening, pages
from routerd.edge.context import Context
from routerd.edge.head import Peer
from routerd.edge.http2 import requests
from routerd.edge.http2.answers import written
from routerd.edge.http2.frames import NO_ERROR, PROTOCOL_ERROR, REFUSED_STREAM, Fault, goaway
from routerd.edge.http2.stream import Stream
from routerd.edge.http2.wire import Wire
from routerd.edge.malformed import Malformed

log = logging.getLogger(__name__)

_Fields = Sequence[tuple[bytes, bytes]]


class ServerConnection(Wire):
    """One connection from a client.

    Args:
        context: the edge's.
        peer: who is at the other end.
        site: name of the site that all its requests are for; empty: by Host.
    """

    def __init__(self, context: Context, peer: Peer, site: str = "") -> None:
        super().__init__(context, client_side=False)
        self.peer = peer
        self._site = site
        self._streams: dict[int, Stream] = {}
        self._served = 0
        self._last = 0
        self._idle_at = context.now
        self._leaving = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not self._context.crowd.enter(self, b"" if self.peer.trusted else self.peer.client):
            self._closed = True
            cast("asyncio.Transport", transport).abort()
            return
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._context.crowd.leave(self)
        super().connection_lost(exc)

    # What h2 makes of frames.

    def _arrived(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.DataReceived):
            self._body(event)
        elif isinstance(event, h2.events.RequestReceived):
            self._request(event.stream_id, event.headers, ended=event.stream_ended is not None)
        elif isinstance(event, h2.events.StreamEnded):
            stream = self._streams.get(event.stream_id)
            if stream is not None and not stream.requested:
                stream.body_ended()
        elif isinstance(event, h2.events.StreamReset):
            stream = self._streams.get(event.stream_id)
            if stream is not None:
                stream.lost()
        elif isinstance(event, h2.events.TrailersReceived):
            self._trailers(event.stream_id, event.headers)

    def _request(self, number: int, fields: _Fields, *, ended: bool) -> None:
        if self._leaving:
            self.reset(number, REFUSED_STREAM)
            return
        self._last = number
        self._served += 1
        try:
            request = requests.read(fields, self._context.limits, ended=ended)
        except Malformed as error:
            self._refuse(number, fields, error, ended=ended)
            return
        stream = Stream(number, self, self, self.peer, request, self._context.now)
        self._streams[number] = stream
        stream.exchange = exchange = opening.opened(self._context, self._site, request, stream)
        exchange.begin()
        if self._served >= self._context.limits.requests:
            self.farewell()

    def _refuse(self, number: int, fields: _Fields, error: Malformed, *, ended: bool) -> None:
        opening.malformed(self._context, self._site, requests.salvaged(fields, self.peer), error)
        answer, body = pages.refusal(error.status, (), b"")
        self.send_head(number, written(answer), ended=False)
        stream = Stream(number, self, self, self.peer, None, self._context.now)
        stream.requested = ended
        self._streams[number] = stream
        self.send(stream.outlet, body)
        self.finish(stream.outlet)

    def _body(self, event: h2.events.DataReceived) -> None:
        stream = self._streams.get(event.stream_id)
        if stream is None:
            # Answered before it was read: the connection's window is all that is left to care for.
            self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            return
        stream.body(event.data, event.flow_controlled_length, self._context.now)
        if stream.too_long(self._context.limits.body_octets):
            stream.spoiled(413)

    def _trailers(self, number: int, fields: _Fields) -> None:
        try:
            requests.check_trailers(fields, self._context.limits)
        except Malformed as error:
            stream = self._streams.get(number)
            if stream is not None:
                stream.spoiled(error.status)

    def _told_goodbye(self, _last: int) -> None:
        self.farewell()

    # What streams tell.

    def over(self, stream: Stream) -> None:
        """See `stream.Keeper`."""
        self._streams.pop(stream.number, None)
        self._idle_at = self._context.now
        if self._leaving and not self._streams:
            self._context.loop.call_soon(self._leave)

    def farewell(self) -> None:
        """Take no further request; those under way are answered, then the connection ends."""
        if self._leaving or self._closed:
            return
        self._leaving = True
        self._write()
        self._transport.write(goaway(self._last, NO_ERROR))
        if not self._streams:
            self._context.loop.call_soon(self._leave)

    # What the sweeper, the crowd and the service ask.

    def overdue(self, now: float) -> None:
        """See `sweeper.Timed`: once a second everything with a time limit is looked at."""
        if self._closed:
            self._transport.abort()
            return
        self.deadline = now + 1
        limits = self._context.limits
        for outlet in self._stalled(now):
            cast("Stream", outlet.owner).stalled()
        for stream in list(self._streams.values()):
            if stream.late(now, limits.body_s, limits.body_rate):
                stream.spoiled(408)
        if self._frames.in_head and now - self._head_at > limits.head_s:
            self._fail(Fault(PROTOCOL_ERROR, "late-head"))
        elif not self._streams and now - self._idle_at > (limits.keep_alive_s if self._served else limits.head_s):
            self.farewell()

    def leave_if_idle(self) -> bool:
        """See `crowd.Member`."""
        if self._streams or self._frames.in_head or self._closed or not self._served:
            return False
        self._goodbye(self._last, NO_ERROR)
        self._end("others need the room")
        self._context.crowd.leave(self)
        return True

    def stop(self) -> None:
        """Take no further request; those under way may end."""
        self.farewell()

    def drop(self) -> None:
        """End at once, whatever is under way."""
        self._end("the edge stops")
        self._transport.abort()

    def _leave(self) -> None:
        if not self._streams:
            self.flush()
            self._end("no more requests")

    def _ended(self, reason: str) -> None:
        log.debug("HTTP/2 with %s: %s", self.peer.client.decode(), reason)
        for stream in list(self._streams.values()):
            stream.lost()
