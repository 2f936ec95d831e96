"""What both ends of HTTP/2 have in common: reading in slices, writing as far as the other side's windows go, and an orderly end.

`server` and `client` derive from it. What h2 has to send is written once a turn of the loop, whatever number of streams made it.
"""

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod
from typing import cast

import h2.events
import h2.exceptions

from routerd.edge.context import Context
from routerd.edge.head import Fields
from routerd.edge.http2.bounds import CHATTER_OCTETS, CONNECTION_WINDOW, FRAME_OCTETS, GOODBYE_S, TABLE_OCTETS
from routerd.edge.http2.frames import PREFACE, Calm, Fault, Frames, goaway
from routerd.edge.http2.outlet import Outlet
from routerd.edge.http2.state import connection
from routerd.edge.limits import UNSENT_OCTETS
from routerd.edge.sweeper import NEVER

log = logging.getLogger(__name__)

_DEFAULT_WINDOW = 65_535


class Wire(ABC, asyncio.Protocol):
    """One connection.

    Args:
        context: the edge's.
        client_side: we began it.
    """

    def __init__(self, context: Context, *, client_side: bool) -> None:
        self.deadline = NEVER
        self._context = context
        self._h2 = connection(context.limits, client_side=client_side)
        self._calm = Calm(context.now)
        self._frames = Frames(self._calm, context.limits.head_octets, b"" if client_side else PREFACE)
        self._transport: asyncio.Transport
        self._waiting: dict[int, Outlet] = {}
        self._flushing = False
        self._pumping = False
        self._full = False
        self._reading = True
        self._closed = False
        self._head_at = context.now

    @property
    def now(self) -> float:
        """The loop's clock."""
        return self._context.now

    # For those who derive from it.

    @abstractmethod
    def _arrived(self, event: h2.events.Event) -> None:
        """Something that h2 made of a frame."""

    @abstractmethod
    def _told_goodbye(self, last: int) -> None:
        """The peer takes no streams beyond `last`."""

    @abstractmethod
    def overdue(self, now: float) -> None:
        """See `sweeper.Timed`."""

    @abstractmethod
    def _ended(self, reason: str) -> None:
        """The connection is over; every stream has to be told."""

    # What the transport tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=UNSENT_OCTETS)
        self._h2.initiate_connection()
        self._h2.increment_flow_control_window(CONNECTION_WINDOW - _DEFAULT_WINDOW)
        self.deadline = self._context.now + 1
        self._context.sweeper.add(self)
        self.flush()

    def data_received(self, data: bytes) -> None:
        if self._closed:
            return
        self._frames.add(data)
        if not self._pumping:
            self._pump()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, _exc: Exception | None) -> None:
        self._context.sweeper.discard(self)
        self._end("the connection broke off")

    def pause_writing(self) -> None:
        """Whoever does not read what we send is not read from: answers to its frames would pile up."""
        self._full = True
        self._read(False)

    def resume_writing(self) -> None:
        self._full = False
        if not self._pumping:
            self._read(True)
        self.wake()

    # Sending.

    def send(self, outlet: Outlet, octets: bytes) -> None:
        """Send more of a body, when there is room."""
        if not outlet.pieces:
            outlet.progress_at = self._context.now
        outlet.pieces.append(octets)
        outlet.octets += len(octets)
        if outlet.octets > UNSENT_OCTETS and not outlet.full:
            outlet.full = True
            outlet.owner.too_full()
        self._waiting[outlet.stream] = outlet
        self.wake()

    def finish(self, outlet: Outlet) -> None:
        """That was all of it."""
        outlet.ended = True
        self._waiting[outlet.stream] = outlet
        self.wake()

    def let_go(self, outlet: Outlet) -> None:
        """Send nothing more of it, and make room for what came: nobody waits for it any more."""
        self._waiting.pop(outlet.stream, None)
        outlet.pieces.clear()
        outlet.octets = 0
        self.release(outlet)

    def send_head(self, stream: int, fields: Fields, *, ended: bool = False) -> None:
        """Send a head, an interim one included; nothing if the peer has taken the stream back, of which we are about to be told."""
        with contextlib.suppress(h2.exceptions.ProtocolError):
            self._h2.send_headers(stream, fields, end_stream=ended)
            self.wake()

    def reset(self, stream: int, code: int) -> None:
        """End a stream at once; nothing if it has ended already."""
        with contextlib.suppress(h2.exceptions.ProtocolError):
            self._h2.reset_stream(stream, code)
            self.wake()

    def wake(self) -> None:
        """Write what there is at the end of this turn of the loop."""
        if not self._flushing and not self._closed:
            self._flushing = True
            self._context.loop.call_soon(self.flush)

    def flush(self) -> None:
        """Write what there is, as far as the peer takes it: a frame of each stream in turn."""
        self._flushing = False
        if self._closed:
            return
        self._write()
        progress = True
        while progress and not self._full and self._waiting and not self._closed:
            progress = False
            for outlet in list(self._waiting.values()):
                try:
                    progress = self._send_some(outlet) or progress
                except h2.exceptions.ProtocolError:  # the peer has taken it back, of which we are about to be told
                    self._waiting.pop(outlet.stream, None)
            self._write()

    def _write(self) -> None:
        octets = self._h2.data_to_send()
        if octets and not self._transport.is_closing():
            self._transport.write(octets)

    def _send_some(self, outlet: Outlet) -> bool:
        if outlet.stream not in self._waiting:  # dropped by what another one's owner did meanwhile
            return False
        if outlet.octets:
            window = min(self._h2.local_flow_control_window(outlet.stream), FRAME_OCTETS)
            if window <= 0:
                return False
            piece = outlet.taken(window)
            last = outlet.ended and not outlet.octets
            self._h2.send_data(outlet.stream, piece, end_stream=last)
            self._calm.earn(len(piece) / CHATTER_OCTETS)
            outlet.progress_at = self._context.now
        else:
            last = outlet.ended
            if last:
                self._h2.send_data(outlet.stream, b"", end_stream=True)
        if not outlet.octets:
            del self._waiting[outlet.stream]
        if last:
            outlet.owner.taken()
        elif outlet.full and outlet.octets <= UNSENT_OCTETS // 4:
            outlet.full = False
            outlet.owner.room()
        return True

    # Receiving.

    def received(self, outlet: Outlet, octets: int) -> None:
        """So much came on a stream, padding included; the peer gets room for as much again, unless it is held back."""
        outlet.owed += octets
        if not outlet.held:
            self.release(outlet)

    def release(self, outlet: Outlet) -> None:
        """Give the peer room again."""
        outlet.held = False
        owed, outlet.owed = outlet.owed, 0
        if owed and not self._closed:
            self._h2.acknowledge_received_data(owed, outlet.stream)
            self.wake()

    def _pump(self) -> None:
        """A slice of what arrived; the rest when others had their turn."""
        self._pumping = False
        if self._closed:
            return
        in_head = self._frames.in_head
        try:
            self._feed()
        except Fault as fault:
            self._fail(fault)
            return
        if self._frames.in_head and not in_head:
            self._head_at = self._context.now
        self.flush()
        self._pump_later()

    def _pump_later(self) -> None:
        try:
            more = not self._closed and self._frames.more
        except Fault as fault:
            self._fail(fault)
            return
        if more:
            self._pumping = True
            self._read(False)
            self._context.loop.call_soon(self._pump)
        elif not self._full:
            self._read(True)

    def _read(self, reading: bool) -> None:
        if reading is not self._reading and not self._transport.is_closing():
            self._reading = reading
            if reading:
                self._transport.resume_reading()
            else:
                self._transport.pause_reading()

    def _feed(self) -> None:
        """Raises: Fault."""
        self._calm.later(self._context.now)
        octets = self._frames.take()
        try:
            events = self._h2.receive_data(octets) if octets else []
        except h2.exceptions.ProtocolError as error:
            raise Fault(int(error.error_code), str(error)) from error
        for event in events:
            if self._closed:
                return
            if isinstance(event, h2.events.RemoteSettingsChanged):
                self._h2.encoder.header_table_size = min(self._h2.encoder.header_table_size, TABLE_OCTETS)
            else:
                self._arrived(event)
        farewell, self._frames.goaway = self._frames.goaway, None
        if farewell is not None:
            self._told_goodbye(farewell[0])

    # Ending.

    def _fail(self, fault: Fault) -> None:
        """The peer is at fault: say which, and end."""
        log.info("HTTP/2 with %s: %s", self._transport.get_extra_info("peername"), fault.reason)
        self._h2.data_to_send()  # h2 may have written a GOAWAY of its own
        self._goodbye(self._h2.highest_inbound_stream_id, fault.code)
        self._end(fault.reason)

    def _goodbye(self, last: int, code: int) -> None:
        if not self._transport.is_closing():
            self._write()
            self._transport.write(goaway(last, code))

    def _end(self, reason: str) -> None:
        """The one way out; what was written already goes out, within a time."""
        if self._closed:
            return
        self._closed = True
        self._waiting.clear()
        self._transport.close()
        self.deadline = self._context.now + GOODBYE_S
        self._ended(reason)

    def _stalled(self, now: float) -> list[Outlet]:
        """Those of which the peer has taken nothing for too long."""
        most = self._context.limits.upstream_idle_s
        return [outlet for outlet in self._waiting.values() if now - outlet.progress_at > most]
