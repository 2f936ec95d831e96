"""One HTTP/2 connection to an upstream, and its streams: each is an `UpstreamConnection` for one request."""

import asyncio
import logging
from typing import Protocol, cast

import h2.events
import h2.exceptions

from routerd.edge.context import Context
from routerd.edge.head import Fields
from routerd.edge.http2.bounds import STREAMS_MOST
from routerd.edge.http2.errand import Errand
from routerd.edge.http2.frames import REFUSED_STREAM
from routerd.edge.http2.wire import Wire
from routerd.edge.plan import Upstream
from routerd.edge.sweeper import NEVER

log = logging.getLogger(__name__)


class Keeper(Protocol):
    """Who chooses among connections."""

    def released(self, connection: "ClientConnection") -> None:
        """It may take another request."""
        ...

    def gone(self, connection: "ClientConnection") -> None:
        """It takes no request any more; told once."""
        ...


class ClientConnection(Wire):
    """One connection to an upstream.

    Args:
        context: the edge's.
        upstream: which.
        keeper: its lane.

    Attributes:
        declined: over TLS the upstream did not choose HTTP/2; nothing was sent.
        served: requests so far.
    """

    def __init__(self, context: Context, upstream: Upstream, keeper: Keeper) -> None:
        super().__init__(context, client_side=True)
        self.upstream = upstream
        self.declined = False
        self.served = 0
        self.streams: dict[int, Errand] = {}
        self._keeper = keeper
        self._leaving = False
        self._idle_at = context.now

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        session = transport.get_extra_info("ssl_object")
        if session is not None and session.selected_alpn_protocol() != "h2":
            self.declined = self._closed = True
            self._transport = cast("asyncio.Transport", transport)
            transport.close()
            return
        super().connection_made(transport)

    @property
    def room(self) -> bool:
        """It takes another request, as far as is known here."""
        most = min(STREAMS_MOST, self._h2.remote_settings.max_concurrent_streams)
        return not (self._leaving or self._closed) and len(self.streams) < most

    def stream(self) -> "Errand":
        """For one request."""
        return Errand(self, self._context)

    def begin(self, stream: "Errand", fields: Fields, *, ended: bool) -> int:
        """Send a request's head; the number of its stream."""
        number = self._h2.get_next_available_stream_id()
        self.streams[number] = stream
        self.served += 1
        self.send_head(number, fields, ended=ended)
        if self.served >= self._context.limits.requests:
            self.leave()
        return number

    def over(self, number: int) -> None:
        """A stream has ended."""
        self.streams.pop(number, None)
        self._idle_at = self._context.now
        if self._leaving and not self.streams:
            self._end("no more requests")
        elif not self._leaving and not self._closed:
            self._keeper.released(self)

    def leave(self) -> None:
        """Take no further request; end when those under way are answered."""
        if self._leaving or self._closed:
            return
        self._leaving = True
        self._keeper.gone(self)
        if not self.streams:
            self._end("no more requests")

    # What h2 makes of frames.

    def _arrived(self, event: h2.events.Event) -> None:
        number = getattr(event, "stream_id", None)
        stream = self.streams.get(number) if number is not None else None
        if isinstance(event, h2.events.DataReceived):
            if stream is None:
                self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            else:
                stream.came(event.data, event.flow_controlled_length)
        elif stream is None:
            return
        elif isinstance(event, h2.events.ResponseReceived):
            stream.head(event.headers, ended=event.stream_ended is not None)
        elif isinstance(event, h2.events.InformationalResponseReceived):
            stream.interim()
        elif isinstance(event, h2.events.StreamEnded):
            stream.complete()
        elif isinstance(event, h2.events.StreamReset):
            stream.broke("the upstream took its answer back", stale=event.error_code == REFUSED_STREAM)

    def _told_goodbye(self, last: int) -> None:
        for number, stream in list(self.streams.items()):
            if number > last:
                stream.broke("the upstream ends the connection", stale=True)
        self.leave()

    def _ended(self, reason: str) -> None:
        if not self._leaving:
            self._leaving = True
            self._keeper.gone(self)
        for stream in list(self.streams.values()):
            stream.broke(reason, stale=self.served > 1 and not stream.begun)
        self.streams.clear()

    def overdue(self, now: float) -> None:
        """See `sweeper.Timed`."""
        if self._closed:
            self._transport.abort()
            self.deadline = NEVER
            return
        self.deadline = now + 1
        for stream in list(self.streams.values()):
            if stream.deadline <= now:
                stream.late(now)
        if not self.streams and now - self._idle_at > self._context.limits.upstream_keep_s:
            self.leave()
