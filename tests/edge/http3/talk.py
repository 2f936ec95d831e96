"""A client of HTTP/3, and an edge that speaks it."""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from aioquic.asyncio.client import connect
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3Connection
from aioquic.h3.events import DataReceived, HeadersReceived
from aioquic.quic import events
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection

from routerd.edge.limits import Limits
from routerd.edge.plan import Certificate, Listener, Plan
from routerd.edge.service import Edge
from tests.edge.rig import Behind, Rig, plan_of
from tests.edge.secure import certificate
from tests.fakes.clock import FakeClock

USUAL = ((b":method", b"GET"), (b":scheme", b"https"), (b":authority", b"a.test"), (b":path", b"/"))
POST = ((b":method", b"POST"), *USUAL[1:])


class Talk(QuicConnectionProtocol):
    """One connection.

    Attributes:
        outcomes: what became of requests, by stream: ("answer", status, fields, body), ("reset", code), or ("end", code).
        gone: resolved with the code of the connection's end.
    """

    def __init__(self, quic: QuicConnection, stream_handler: Any = None) -> None:
        super().__init__(quic, stream_handler)
        self.h3 = H3Connection(quic)
        self.gone: asyncio.Future[int] = self._loop.create_future()
        self.received = 0
        self._answers: dict[int, list[Any]] = {}
        self._outcomes: dict[int, asyncio.Future[tuple[Any, ...]]] = {}

    def head(self, *fields: tuple[bytes, bytes], usual: Any = USUAL, end: bool = True, at_once: bool = True) -> int:
        stream = self._quic.get_next_available_stream_id()
        self._outcomes[stream] = self._loop.create_future()
        self.h3.send_headers(stream, [*usual, *fields], end_stream=end)
        if at_once:
            self.transmit()
        return stream

    def body(self, stream: int, octets: bytes, *, end: bool = False) -> None:
        self.h3.send_data(stream, octets, end_stream=end)
        self.transmit()

    async def outcome(self, stream: int) -> tuple[Any, ...]:
        async with asyncio.timeout(10):
            return await self._outcomes[stream]

    async def ask(self, *fields: tuple[bytes, bytes], usual: Any = USUAL) -> tuple[Any, ...]:
        return await self.outcome(self.head(*fields, usual=usual))

    def quic_event_received(self, event: events.QuicEvent) -> None:
        if isinstance(event, events.StreamReset):
            self._become(event.stream_id, "reset", event.error_code)
        if isinstance(event, events.ConnectionTerminated):
            if not self.gone.done():
                self.gone.set_result(event.error_code)
            for stream in self._outcomes:
                self._become(stream, "end", event.error_code)
        for made in self.h3.handle_event(event):
            if isinstance(made, HeadersReceived):
                self._answers.setdefault(made.stream_id, [made.headers, b""])
            if isinstance(made, DataReceived):
                self.received += len(made.data or b"")
                self._answers[made.stream_id][1] += made.data or b""
            if isinstance(made, (HeadersReceived, DataReceived)) and made.stream_ended:
                fields, body = self._answers[made.stream_id]
                self._become(made.stream_id, "answer", int(fields[0][1]), fields[1:], body)

    def _become(self, stream: int, *outcome: Any) -> None:
        future = self._outcomes.get(stream)
        if future is not None and not future.done():
            future.set_result(outcome)


@contextlib.contextmanager
def edged_with_quic(
    *upstreams: Behind, certificates: tuple[Certificate, ...] | None = None, limits: Limits | None = None, **site: Any
) -> Iterator[Rig]:
    edge = Edge([Listener("127.0.0.1", 0, tls=True)], limits or Limits(), FakeClock(), http3=True)
    edge.use(Plan(plan_of(*upstreams, **site).sites, certificates or (certificate("a.test", "*"),)))
    edge.start()
    rig = Rig(edge, edge.addresses()[0][1])
    try:
        yield rig
    finally:
        rig.close()
        edge.stop()
        for each in upstreams:
            each.close()


def talking(port: int, script: Callable[[Talk], Awaitable[Any]], name: str = "a.test", **how: Any) -> Any:
    """What a script of one connection returns."""

    async def run() -> Any:
        configuration = QuicConfiguration(alpn_protocols=["h3"], server_name=name, verify_mode=ssl.CERT_NONE, **how)
        async with asyncio.timeout(15), connect("127.0.0.1", port, configuration=configuration, create_protocol=Talk) as talk:
            return await script(talk)  # type: ignore[arg-type]

    return asyncio.run(run())
