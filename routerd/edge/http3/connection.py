"""One HTTP/3 connection from a client: a stream for each request. Streams are HTTP/2's (`http2.stream`); this carries them."""

import contextlib
import logging
from collections.abc import Sequence
from typing import Any

import pylsqpack
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import ErrorCode, H3Connection, ProtocolError, Setting
from aioquic.h3.events import DataReceived, H3Event, HeadersReceived
from aioquic.quic import events
from aioquic.quic.connection import QuicConnection

from routerd.edge import opening, pages
from routerd.edge.context import Context
from routerd.edge.head import Fields, Peer
from routerd.edge.http2 import requests
from routerd.edge.http2.answers import written
from routerd.edge.http2.frames import CANCEL, INTERNAL_ERROR, NO_ERROR, REFUSED_STREAM, RST_STREAM, Calm, Fault
from routerd.edge.http2.outlet import Outlet
from routerd.edge.http2.stream import Stream
from routerd.edge.http3.certificates import Certificates
from routerd.edge.http3.quic import bound, by_name, unsent
from routerd.edge.limits import UNSENT_OCTETS
from routerd.edge.malformed import Malformed
from routerd.edge.sweeper import NEVER

log = logging.getLogger(__name__)

PROTOCOL = b"HTTP/3"

_CODES = {
    NO_ERROR: ErrorCode.H3_NO_ERROR,
    INTERNAL_ERROR: ErrorCode.H3_INTERNAL_ERROR,
    REFUSED_STREAM: ErrorCode.H3_REQUEST_REJECTED,
    CANCEL: ErrorCode.H3_REQUEST_CANCELLED,
}


_GONE = (RuntimeError, ValueError, ProtocolError)
"""What aioquic raises when something is sent on a stream that the peer has taken back."""


class _H3(H3Connection):
    """Without a table for compressed fields: one octet could stand for four thousand of them. Without CONNECT, which we refuse."""

    def _init_connection(self) -> None:
        self._max_table_capacity = self._blocked_streams = 0
        self._decoder = pylsqpack.Decoder(0, 0)
        super()._init_connection()

    def _get_local_settings(self) -> dict[int, int]:
        return {Setting.QPACK_MAX_TABLE_CAPACITY: 0, Setting.QPACK_BLOCKED_STREAMS: 0}


class ServerConnection(QuicConnectionProtocol):
    """One connection from a client.

    Args:
        context: the edge's.
        quic: aioquic's state of it.
        certificates: by server name.
        server: address and port that it came to.
    """

    def __init__(self, context: Context, quic: QuicConnection, certificates: Certificates, server: tuple[bytes, int]) -> None:
        super().__init__(quic)
        self.deadline = NEVER
        self._context = context
        self._server = server
        self._peer: Peer | None = None
        self._h3: _H3 | None = None
        self._calm = Calm(context.now)
        self._streams: dict[int, Stream] = {}
        self._waiting: dict[int, Outlet] = {}
        self._served = 0
        self._leaving = False
        self._over = False
        self._idle_at = context.now
        bound(quic, self._owed)
        by_name(quic, certificates)

    @property
    def now(self) -> float:
        """See `http2.stream.Carrier`; so for what follows."""
        return self._context.now

    def send_head(self, stream: int, fields: Fields, *, ended: bool = False) -> None:
        assert self._h3 is not None
        with contextlib.suppress(*_GONE):
            self._h3.send_headers(stream, list(fields), end_stream=ended)
        self._transmit_soon()

    def send(self, outlet: Outlet, octets: bytes) -> None:
        if not outlet.pieces:
            outlet.progress_at = self._context.now
        outlet.pieces.append(octets)
        outlet.octets += len(octets)
        self._waiting[outlet.stream] = outlet
        self._fill(outlet)
        if outlet.octets > UNSENT_OCTETS and not outlet.full:
            outlet.full = True
            outlet.owner.too_full()

    def finish(self, outlet: Outlet) -> None:
        outlet.ended = True
        self._waiting[outlet.stream] = outlet
        self._fill(outlet)

    def let_go(self, outlet: Outlet) -> None:
        self._waiting.pop(outlet.stream, None)
        outlet.pieces.clear()
        outlet.octets = 0
        self.release(outlet)

    def reset(self, stream: int, code: int) -> None:
        with contextlib.suppress(*_GONE):
            if code != NO_ERROR:
                self._quic.reset_stream(stream, _CODES[code])
            if stream in self._quic._streams:
                self._quic.stop_stream(stream, _CODES[code])
        self._transmit_soon()

    def received(self, outlet: Outlet, octets: int) -> None:
        if outlet.held:
            outlet.owed += octets

    def release(self, outlet: Outlet) -> None:
        outlet.held = False
        outlet.owed = 0
        self._transmit_soon()

    def _owed(self, stream: int | None) -> int:
        if stream is None:
            return sum(each.outlet.owed for each in self._streams.values())
        found = self._streams.get(stream)
        return 0 if found is None else found.outlet.owed

    def _fill(self, outlet: Outlet) -> None:
        """Hand QUIC as much as it may hold of one stream."""
        try:
            self._pour(outlet)
        except _GONE:
            self._waiting.pop(outlet.stream, None)
            # Not at once: this may be its exchange's own doing.
            self._context.loop.call_soon(self._lost, outlet.stream)

    def _pour(self, outlet: Outlet) -> None:
        assert self._h3 is not None
        sent = False
        while outlet.octets and (room := UNSENT_OCTETS - unsent(self._quic, outlet.stream)) > 0:
            self._h3.send_data(outlet.stream, outlet.taken(room), end_stream=outlet.ended and not outlet.octets)
            outlet.progress_at = self._context.now
            sent = True
        if outlet.ended and not outlet.octets and not sent:
            self._h3.send_data(outlet.stream, b"", end_stream=True)
        self._transmit_soon()
        if outlet.octets:
            return
        self._waiting.pop(outlet.stream, None)
        if outlet.ended:
            outlet.owner.taken()
        elif outlet.full:
            outlet.full = False
            outlet.owner.room()

    # What aioquic tells.

    def datagram_received(self, data: bytes | str, addr: Any) -> None:
        self._calm.later(self._context.now)
        super().datagram_received(data, addr)
        for outlet in list(self._waiting.values()):  # acknowledgements have made room
            self._fill(outlet)

    def quic_event_received(self, event: events.QuicEvent) -> None:
        if isinstance(event, events.HandshakeCompleted):
            self._begin()
        elif isinstance(event, events.ConnectionTerminated):
            self._end()
        elif self._h3 is not None and not self._over:
            for made in self._h3.handle_event(event):
                self._arrived(made)
            if isinstance(event, events.StreamReset):
                self._taken_back(event.stream_id)
            elif isinstance(event, events.StopSendingReceived):
                self._lost(event.stream_id)

    def _begin(self) -> None:
        host, port = self._quic._network_paths[0].addr[:2]
        address = str(host).partition("%")[0].encode()
        server, server_port = self._server
        trusted = self._context.proxies.trusts(address)
        self._peer = Peer(address, address, port, server, server_port, b"https", trusted=trusted, tls="1.3")
        if self._context.stopping or not self._context.crowd.enter(self, b"" if trusted else address):
            self.close(ErrorCode.H3_EXCESSIVE_LOAD)
            return
        self._h3 = _H3(self._quic)
        self._idle_at = self._context.now
        self.deadline = self._context.now + 1
        self._context.sweeper.add(self)

    def _end(self) -> None:
        self._over = True
        self._context.crowd.leave(self)
        self._context.sweeper.discard(self)
        self._waiting.clear()
        for stream in list(self._streams.values()):
            stream.lost()

    def _arrived(self, event: H3Event) -> None:
        if isinstance(event, HeadersReceived):
            stream = self._streams.get(event.stream_id)
            if stream is None:
                self._request(event.stream_id, event.headers, ended=event.stream_ended)
            elif event.stream_ended:
                self._trailers(stream, event.headers)
        elif isinstance(event, DataReceived):
            self._body(event)

    def _request(self, number: int, fields: Sequence[tuple[bytes, bytes]], *, ended: bool) -> None:
        assert self._peer is not None
        if self._leaving:
            self.reset(number, REFUSED_STREAM)
            return
        self._served += 1
        try:
            request = requests.read(fields, self._context.limits, ended=ended, protocol=PROTOCOL)
        except Malformed as error:
            self._refuse(number, fields, error, ended=ended)
            return
        stream = Stream(number, self, self, self._peer, request, self._context.now)
        self._streams[number] = stream
        stream.exchange = exchange = opening.opened(self._context, "", request, stream)
        exchange.begin()
        if self._served >= self._context.limits.requests:
            self.farewell()

    def _refuse(self, number: int, fields: Sequence[tuple[bytes, bytes]], error: Malformed, *, ended: bool) -> None:
        assert self._peer is not None
        opening.malformed(self._context, "", requests.salvaged(fields, self._peer, PROTOCOL), error)
        answer, body = pages.refusal(error.status, (), b"")
        stream = Stream(number, self, self, self._peer, None, self._context.now)
        stream.requested = ended
        self._streams[number] = stream
        self.send_head(number, written(answer))
        self.send(stream.outlet, body)
        self.finish(stream.outlet)

    def _body(self, event: DataReceived) -> None:
        stream = self._streams.get(event.stream_id)
        if stream is None:
            return
        stream.body(event.data or b"", len(event.data or b""), self._context.now)
        if stream.too_long(self._context.limits.body_octets):
            stream.spoiled(413)
        elif event.stream_ended and not stream.requested:
            stream.body_ended()

    def _trailers(self, stream: Stream, fields: Sequence[tuple[bytes, bytes]]) -> None:
        try:
            requests.check_trailers(fields, self._context.limits)
        except Malformed as error:
            stream.spoiled(error.status)
        else:
            stream.body_ended()

    def _taken_back(self, number: int) -> None:
        try:
            self._calm.frame(RST_STREAM, 0, 0)
        except Fault as fault:
            log.info("HTTP/3: %s", fault.reason)
            self.close(ErrorCode.H3_EXCESSIVE_LOAD)
            return
        self._lost(number)

    def _lost(self, number: int) -> None:
        stream = self._streams.get(number)
        if stream is not None:
            self.reset(number, CANCEL)
            stream.lost()

    # What streams tell.

    def over(self, stream: Stream) -> None:
        """See `http2.stream.Keeper`."""
        self._streams.pop(stream.number, None)
        self._idle_at = self._context.now
        if self._leaving and not self._streams:
            self._context.loop.call_soon(self._leave)

    def farewell(self) -> None:
        """Take no further request; those under way are answered, then the connection ends."""
        if not self._leaving:
            self._leaving = True
            if not self._streams:
                self._context.loop.call_soon(self._leave)

    def _leave(self) -> None:
        """Once QUIC has delivered what it was given; a close would discard it."""
        if self._over or self._streams:
            return
        if any(unsent(self._quic, number) for number in list(self._quic._streams) if number % 4 == 0):
            self._context.loop.call_later(0.02, self._leave)
        else:
            self.drop()

    # What the sweeper, the crowd and the service ask.

    def overdue(self, now: float) -> None:
        """See `sweeper.Timed`."""
        self.deadline = now + 1
        limits = self._context.limits
        for outlet in [each for each in self._waiting.values() if now - each.progress_at > limits.upstream_idle_s]:
            self._streams[outlet.stream].stalled()
        for stream in list(self._streams.values()):
            if stream.late(now, limits.body_s, limits.body_rate):
                stream.spoiled(408)
        if not self._streams and now - self._idle_at > limits.keep_alive_s:
            self.farewell()

    def leave_if_idle(self) -> bool:
        """See `crowd.Member`."""
        if self._streams or not self._served or self._over:
            return False
        self.drop()
        return True

    def stop(self) -> None:
        """Take no further request; those under way may end."""
        self.farewell()

    def drop(self) -> None:
        """End at once, whatever is under way."""
        if not self._over:
            self.close(ErrorCode.H3_NO_ERROR)
            self._end()
