"""One HTTP/2 connection to an upstream, and its streams: each is an `UpstreamConnection` for one request."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol, cast

import h2.events
import h2.exceptions

from routerd.edge import forwarding
from routerd.edge.context import Context
from routerd.edge.head import Fields
from routerd.edge.http1.client import authority
from routerd.edge.http2 import answers
from routerd.edge.http2.bounds import STREAMS_MOST
from routerd.edge.http2.wire import CANCEL, PROTOCOL_ERROR, REFUSED_STREAM, Outlet, Wire
from routerd.edge.limits import INTERIM_MOST
from routerd.edge.malformed import Malformed
from routerd.edge.message import Answer, Request
from routerd.edge.plan import Upstream
from routerd.edge.sides import Taker
from routerd.edge.sweeper import NEVER

log = logging.getLogger(__name__)

_WITH_BODIES = frozenset({b"POST", b"PUT", b"PATCH"})
"""Methods whose requests say that they have no body (RFC 9110, 8.6)."""


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
        self.streams: dict[int, UpstreamStream] = {}
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

    def stream(self) -> "UpstreamStream":
        """For one request."""
        return UpstreamStream(self, self._context)

    def begin(self, stream: "UpstreamStream", fields: Fields, *, ended: bool) -> int:
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


class UpstreamStream:
    """One request on it.

    Args:
        connection: whose stream.
        context: the edge's.

    Attributes:
        begun: something of an answer has come.
        deadline: of the loop's clock.
    """

    __slots__ = (
        "_answer",
        "_connection",
        "_context",
        "_head_only",
        "_interim",
        "_number",
        "_outlet",
        "_sending",
        "_taker",
        "begun",
        "deadline",
        "reused",
    )

    def __init__(self, connection: ClientConnection, context: Context) -> None:
        self.reused = connection.served > 0
        self.begun = False
        self.deadline = NEVER
        self._connection = connection
        self._context = context
        self._taker: Taker | None = None
        self._number = 0
        self._outlet = Outlet(0, self, context.now)
        self._answer: Answer | None = None
        self._head_only = False
        self._interim = 0
        self._sending = False

    # What the exchange tells: see `sides.UpstreamConnection`.

    def request(self, request: Request, extra: bytes, length: int | None, taker: Taker) -> None:
        self._taker = taker
        self._head_only = request.method == b"HEAD"
        self._sending = length != 0
        self.deadline = self._context.now + self._context.limits.answer_s
        fields = written(request, extra, length, self._connection.upstream)
        self._number = self._outlet.stream = self._connection.begin(self, fields, ended=length == 0)

    def body(self, octets: bytes) -> None:
        if self._sending and octets:
            self.deadline = self._context.now + self._context.limits.answer_s
            self._connection.send(self._outlet, octets)

    def body_ended(self) -> None:
        if self._sending:
            self._connection.finish(self._outlet)

    def pause_reading(self) -> None:
        self._outlet.held = True

    def resume_reading(self) -> None:
        if self._outlet.held and self._number in self._connection.streams:
            self.deadline = self._context.now + self._context.limits.upstream_idle_s
            self._connection.release(self._outlet)

    def abandon(self) -> None:
        self._taker = None
        self._leave(CANCEL)

    # What the connection tells.

    def head(self, fields: Sequence[tuple[bytes, bytes]], *, ended: bool) -> None:
        """The answer's head."""
        self.begun = True
        self._heard()
        try:
            answer = answers.read(fields, head_only=self._head_only, ended=ended, fields_most=self._context.limits.fields)
        except Malformed as error:
            self._break(f"its answer is malformed: {error.reason}")
            return
        self._answer = answer
        if self._taker is not None:
            self._taker.answered(answer)

    def interim(self) -> None:
        """An interim head."""
        self._interim += 1
        if self._interim > INTERIM_MOST:
            self._break("too many interim answers")

    def came(self, octets: bytes, counted: int) -> None:
        """More of the body."""
        self._heard()
        self._connection.received(self._outlet, counted)
        taker = self._taker
        if taker is not None and octets:
            taker.answer_data(octets)
            taker.answer_flush()

    def complete(self) -> None:
        """That was all."""
        taker, self._taker = self._taker, None
        self._leave(CANCEL if self._sending else None)
        if taker is not None:
            taker.answer_ended()

    def broke(self, reason: str, *, stale: bool = False, late: bool = False) -> None:
        """Nothing more will come."""
        taker, self._taker = self._taker, None
        self._leave(None)
        if taker is not None:
            taker.broke(reason, stale=stale and not self.begun, late=late)

    def late(self, now: float) -> None:
        """The deadline has passed."""
        if self._outlet.held:
            # It is the client who does not take more; that is the downstream's to judge.
            self.deadline = now + 1
        else:
            self._break("the upstream fell silent" if self.begun else "the upstream does not answer in time", late=True)

    # See `wire.Owner`.

    def taken(self) -> None:
        self._sending = False

    def too_full(self) -> None:
        if self._taker is not None:
            self._taker.upstream_full()

    def room(self) -> None:
        if self._taker is not None:
            self._taker.upstream_drained()

    def _heard(self) -> None:
        self.deadline = self._context.now + self._context.limits.upstream_idle_s

    def _break(self, reason: str, *, late: bool = False) -> None:
        self._connection.reset(self._number, CANCEL if late else PROTOCOL_ERROR)
        self.broke(reason, late=late)

    def _leave(self, code: int | None) -> None:
        if self._connection.streams.get(self._number) is not self:
            return
        self._connection.let_go(self._outlet)
        if code is not None:
            self._connection.reset(self._number, code)
        self._connection.over(self._number)


def written(request: Request, extra: bytes, length: int | None, upstream: Upstream) -> Fields:
    """A request as fields; names in lower case."""
    prefix = upstream.prefix.encode()
    fields = [
        (b":method", request.method),
        (b":scheme", b"https" if upstream.scheme == "https" else b"http"),
        (b":authority", request.authority or authority(upstream)),
        (b":path", prefix + request.target if prefix and request.target != b"*" else request.target),
    ]
    fields += [(name.lower(), value) for name, value in request.kept]
    fields += forwarding.fields(extra)
    if length or (length == 0 and request.method in _WITH_BODIES):
        fields.append((b"content-length", b"%d" % length))
    return tuple(fields)
