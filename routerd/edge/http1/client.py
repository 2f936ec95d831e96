"""One HTTP/1.1 connection to an upstream: one request after the other, kept by its pool in between."""

import asyncio
import logging
from typing import Protocol, cast

from routerd.edge.context import Context
from routerd.edge.fields import lines, streams
from routerd.edge.http1.answers import Answers
from routerd.edge.limits import UNSENT_OCTETS
from routerd.edge.malformed import Malformed
from routerd.edge.message import Answer, Request
from routerd.edge.plan import Upstream
from routerd.edge.sides import Taker
from routerd.edge.sweeper import NEVER

log = logging.getLogger(__name__)


class Keeper(Protocol):
    """Who keeps connections that are between two requests."""

    def released(self, connection: "ClientConnection") -> None:
        """It may take another request."""
        ...

    def gone(self, connection: "ClientConnection") -> None:
        """It is closed; told once, whenever that is."""
        ...


class ClientConnection(asyncio.Protocol):
    """One connection to an upstream; an `UpstreamConnection` during each of its requests.

    Args:
        context: the edge's.
        upstream: which.
        keeper: its pool.
    """

    __slots__ = (
        "_authority",
        "_chunking",
        "_context",
        "_full",
        "_keeper",
        "_open",
        "_patience_s",
        "_paused",
        "_prefix",
        "_reader",
        "_sending",
        "_switched",
        "_taker",
        "_transport",
        "deadline",
        "reused",
        "upstream",
    )

    def __init__(self, context: Context, upstream: Upstream, keeper: Keeper) -> None:
        self.upstream = upstream
        self.reused = False
        self.deadline = NEVER
        self._context = context
        self._keeper = keeper
        self._reader = Answers(self, context.limits)
        self._transport: asyncio.Transport
        self._taker: Taker | None = None
        self._prefix = upstream.prefix.encode()
        self._authority = authority(upstream)
        self._patience_s = context.limits.upstream_idle_s
        self._sending = False
        self._chunking = False
        self._switched = False
        self._paused = False
        self._full = False
        self._open = False

    @property
    def usable(self) -> bool:
        """It can take a request, as far as is known here."""
        return self._open and not self._transport.is_closing()

    # What the transport tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are asyncio's in all but name.
        transport = self._transport = cast("asyncio.Transport", transport)
        self._open = True
        transport.set_write_buffer_limits(high=UNSENT_OCTETS)
        self._context.sweeper.add(self)

    def data_received(self, data: bytes) -> None:
        if self._taker is not None:
            self.deadline = self._context.now + self._patience_s
        try:
            self._reader.receive(data)
        except Malformed as error:
            self._break(f"its answer is malformed: {error.reason}")
            return
        if self._taker is not None:
            self._taker.answer_flush()

    def eof_received(self) -> bool:
        if not self._reader.eof() and self._taker is not None and self._switched:
            # Whatever the upstream had to say in the other protocol has been passed on.
            self.answer_ended(reusable=False)
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio's signature)
        self._open = False
        self._context.sweeper.discard(self)
        self._keeper.gone(self)
        taker, self._taker = self._taker, None
        if taker is not None:
            taker.broke("the upstream broke off", stale=self.reused and not self._reader.begun)

    def pause_writing(self) -> None:
        self._full = True
        if self._taker is not None:
            self._taker.upstream_full()

    def resume_writing(self) -> None:
        self._full = False
        if self._taker is not None:
            self._taker.upstream_drained()

    # What the reader tells.

    def answered(self, answer: Answer) -> None:
        """See `http1.answers.Taker`; so for the next two."""
        self._switched = answer.status == 101
        silent = self._switched or (answer.length is None and not answer.bodiless and streams(answer.headers))
        self._patience_s = self._context.limits.tunnel_idle_s if silent else self._context.limits.upstream_idle_s
        if self._taker is not None:
            self._taker.answered(answer)

    def answer_data(self, octets: bytes) -> None:
        if self._taker is not None:
            self._taker.answer_data(octets)

    def answer_ended(self, reusable: bool) -> None:
        taker, self._taker = self._taker, None
        if taker is None:
            return
        if reusable and not self._sending and not self._full and self.usable:
            self.reused = True
            self.deadline = self._context.now + self._context.limits.upstream_keep_s
            if self._paused:
                self._paused = False
                self._transport.resume_reading()
            self._keeper.released(self)
        else:
            self._transport.close()
        taker.answer_ended()

    # What the exchange tells: see `sides.UpstreamConnection`.

    def request(self, request: Request, extra: bytes, length: int | None, taker: Taker) -> None:
        self._taker = taker
        self._reader.expect(request.method, switching=bool(request.upgrade))
        self._sending = length != 0
        self._chunking = length is None
        self.deadline = self._context.now + self._context.limits.answer_s
        kept = request.lines or lines(request.kept)
        if length == 0:
            framing = b"Content-Length: 0\r\n\r\n" if request.method in _WITH_BODIES else b"\r\n"
        else:
            framing = b"Content-Length: %d\r\n\r\n" % length if length is not None else b"Transfer-Encoding: chunked\r\n\r\n"
        if request.upgrade:
            framing = b"Connection: Upgrade\r\nUpgrade: %b\r\n%b" % (request.upgrade, framing)
        target = self._prefix + request.target if self._prefix and request.target != b"*" else request.target
        head = b"%b %b HTTP/1.1\r\nHost: %b\r\n%b%b%b"
        self._transport.write(head % (request.method, target, request.authority or self._authority, kept, extra, framing))

    def body(self, octets: bytes) -> None:
        self.deadline = self._context.now + (self._patience_s if self._switched else self._context.limits.answer_s)
        if self._chunking:
            self._transport.write(b"%x\r\n%b\r\n" % (len(octets), octets))
        else:
            self._transport.write(octets)

    def body_ended(self) -> None:
        self._sending = False
        if self._chunking:
            self._chunking = False
            self._transport.write(b"0\r\n\r\n")

    def pause_reading(self) -> None:
        if not self._paused and self.usable:
            self._paused = True
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        if self._paused:
            self._paused = False
            self.deadline = self._context.now + self._patience_s
            if self.usable:
                self._transport.resume_reading()

    def abandon(self) -> None:
        self._taker = None
        if self._open and self._switched:
            # The client's last words in the other protocol are still to be sent.
            self._transport.close()
            self.deadline = self._context.now + self._patience_s
        elif self._open:
            self._transport.abort()

    def close(self) -> None:
        """Between two requests: it is not needed any more."""
        if self._open:
            self._transport.close()

    def overdue(self, now: float) -> None:
        """See `sweeper.Timed`."""
        if self._taker is None:
            self._transport.abort()
        elif self._paused or (self._sending and not self._full):
            # It is the client who takes or sends no more; that is the downstream's to judge.
            self.deadline = now + 1
        else:
            self._break("the upstream fell silent" if self._reader.begun else "the upstream does not answer in time", late=True)

    def _break(self, reason: str, *, late: bool = False) -> None:
        taker, self._taker = self._taker, None
        self._transport.abort()
        if taker is not None:
            taker.broke(reason, late=late)


_WITH_BODIES = frozenset({b"POST", b"PUT", b"PATCH"})
"""Methods whose requests say that they have no body (RFC 9110, 8.6)."""


def authority(upstream: Upstream) -> bytes:
    """What Host says when the client said nothing: the upstream's own name."""
    host = f"[{upstream.host}]" if ":" in upstream.host else upstream.host or "localhost"
    usual = {"http": 80, "https": 443}.get(upstream.scheme, 0)
    return (host if upstream.port in {0, usual} else f"{host}:{upstream.port}").encode()
