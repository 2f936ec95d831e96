"""One request on an HTTP/2 connection, and the way back of its answer: a `Downstream` that lives as long as its stream."""

from typing import Protocol

from routerd.edge.exchange import Exchange
from routerd.edge.head import Fields, Peer
from routerd.edge.http2 import answers
from routerd.edge.http2.frames import CANCEL, INTERNAL_ERROR, NO_ERROR
from routerd.edge.http2.outlet import Outlet
from routerd.edge.message import Answer, Request

GRACE_S = 10.0
"""Before a body's average rate is looked at, as with HTTP/1.1."""


class Carrier(Protocol):
    """The connection, as its streams send by it: `wire.Wire`, and HTTP/3's. Codes of resets are HTTP/2's."""

    @property
    def now(self) -> float:
        """The loop's clock."""
        ...

    def send_head(self, stream: int, fields: Fields, *, ended: bool = False) -> None:
        """Send a head, an interim one included."""
        ...

    def send(self, outlet: Outlet, octets: bytes) -> None:
        """Send more of a body, when there is room."""
        ...

    def finish(self, outlet: Outlet) -> None:
        """That was all of it."""
        ...

    def let_go(self, outlet: Outlet) -> None:
        """Send nothing more of it."""
        ...

    def reset(self, stream: int, code: int) -> None:
        """End a stream at once."""
        ...

    def received(self, outlet: Outlet, octets: int) -> None:
        """So much came on a stream."""
        ...

    def release(self, outlet: Outlet) -> None:
        """Let more come on it."""
        ...


class Keeper(Protocol):
    """The connection, as its streams see it."""

    def over(self, stream: "Stream") -> None:
        """It needs no memory any more."""
        ...

    def farewell(self) -> None:
        """No further request on this connection."""
        ...


class Stream:
    """One request.

    Args:
        number: of its stream.
        wire: the connection.
        keeper: the same.
        peer: who is at the other end.
        request: its head; None: it was refused before it became one.
        now: of the loop's clock.
    """

    __slots__ = (
        "_body_at",
        "_body_began",
        "_body_octets",
        "_head",
        "_held_at",
        "_keeper",
        "_over",
        "_request",
        "_wire",
        "exchange",
        "number",
        "outlet",
        "peer",
        "requested",
    )

    def __init__(self, number: int, wire: Carrier, keeper: Keeper, peer: Peer, request: Request | None, now: float) -> None:
        self.number = number
        self.peer = peer
        self.exchange: Exchange | None = None
        self.requested = request is not None and request.length == 0
        self.outlet = Outlet(number, self, now)
        self._wire = wire
        self._keeper = keeper
        self._request = request
        self._head: Fields = ()
        self._over = False
        self._body_at = self._body_began = now
        self._body_octets = 0
        self._held_at = now

    # What the connection tells of the request.

    def body(self, octets: bytes, counted: int, now: float) -> None:
        """A piece of the body; `counted` octets of the window, padding included."""
        self._body_at = now
        self._body_octets += len(octets)
        self._wire.received(self.outlet, counted)
        if self.exchange is not None and octets:
            self.exchange.body(octets)

    def too_long(self, most: int) -> bool:
        """The body is longer than allowed."""
        return bool(most) and self._body_octets > most

    def body_ended(self) -> None:
        """The body is complete."""
        self.requested = True
        if self.exchange is not None:
            self.exchange.body_ended()

    def lost(self) -> None:
        """The client takes it back, or is gone."""
        if self._over:
            return
        self._over = True
        self._wire.let_go(self.outlet)
        self._keeper.over(self)
        exchange, self.exchange = self.exchange, None
        if exchange is not None:
            exchange.lost()

    def spoiled(self, status: int) -> None:
        """The body does not come, or not as it should."""
        if self.exchange is not None:
            self.exchange.spoiled(status)

    def late(self, now: float, body_s: float, rate: int) -> bool:
        """Whether the body does not come, or too slowly."""
        if self.requested or self.outlet.held:
            return False
        return now - self._body_at > body_s or self._body_octets < rate * (now - self._body_began - GRACE_S)

    # What the exchange tells: see `sides.Downstream`.

    def respond(self, answer: Answer) -> None:
        if not self._over:
            self._head = answers.written(answer)

    def data(self, octets: bytes) -> None:
        if self._over or not octets:
            return
        self.flush()
        self._wire.send(self.outlet, octets)

    def flush(self) -> None:
        head, self._head = self._head, ()
        if head and not self._over:
            self._wire.send_head(self.number, head)

    def end(self, *, close: bool = False) -> None:
        self.exchange = None
        if self._over:
            return
        if close and self.requested:
            # With a request half read `close` is HTTP/1.1's need; a stream alone ends here.
            self._keeper.farewell()
        head, self._head = self._head, ()
        if head:
            self._wire.send_head(self.number, head, ended=True)
            self.taken()
        else:
            self._wire.finish(self.outlet)

    def abort(self) -> None:
        self.exchange = None
        if not self._over:
            self._over = True
            self._wire.let_go(self.outlet)
            self._wire.reset(self.number, INTERNAL_ERROR)
            self._keeper.over(self)

    def proceed(self) -> None:
        if not self._over:
            self._wire.send_head(self.number, ((b":status", b"100"),))

    def pause_reading(self) -> None:
        if not self.outlet.held:
            self.outlet.held = True
            self._held_at = self._wire.now

    def resume_reading(self) -> None:
        if self.outlet.held and not self._over:
            now = self._wire.now
            self._body_began += now - self._held_at
            self._body_at = now
            self._wire.release(self.outlet)

    # What the connection tells of the answer: see `wire.Owner`.

    def taken(self) -> None:
        """Answered: over, even if the request still comes (RFC 9113, 8.1)."""
        if self._over:
            return
        self._over = True
        self._wire.let_go(self.outlet)
        if not self.requested:
            self._wire.reset(self.number, NO_ERROR)
        self._keeper.over(self)

    def too_full(self) -> None:
        if self.exchange is not None:
            self.exchange.full()

    def room(self) -> None:
        if self.exchange is not None:
            self.exchange.drained()

    def stalled(self) -> None:
        """The client takes nothing of the answer."""
        if not self._over:
            self._wire.reset(self.number, CANCEL)
            self.lost()
