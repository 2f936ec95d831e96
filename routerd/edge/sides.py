"""The two sides of an exchange, as it sees them: HTTP/1.1 and HTTP/2 each only translate to these.

Everything here is called in the loop's thread. Nothing waits: who cannot take more says so, and is told more when it can.
"""

from typing import Protocol

from routerd.edge.head import Peer
from routerd.edge.message import Answer, Request
from routerd.edge.plan import Site, Upstream


class Downstream(Protocol):
    """Where the request came from: an HTTP/1.1 connection during one request, or one HTTP/2 stream.

    It calls the exchange's `body`, `body_ended`, `full`, `drained` and `lost`. What it is told after `lost` it ignores.
    """

    peer: Peer

    def respond(self, answer: Answer) -> None:
        """Begin the answer; the head may be held back until `data`, `end` or `flush`."""
        ...

    def data(self, octets: bytes) -> None:
        """More of the answer's body; after 101 whatever the other protocol says."""
        ...

    def flush(self) -> None:
        """Send what was held back: nothing more is at hand right now."""
        ...

    def end(self, *, close: bool = False) -> None:
        """The answer is complete; the exchange is not used any more. A request body that has not ended is not read any further."""
        ...

    def abort(self) -> None:
        """The answer cannot be completed, or none is wanted: end so that the client notices."""
        ...

    def proceed(self) -> None:
        """Send 100 Continue: the body is wanted now."""
        ...

    def pause_reading(self) -> None:
        """Deliver no more of the request's body for now (what is on its way may still come)."""
        ...

    def resume_reading(self) -> None:
        """Deliver again."""
        ...


class Taker(Protocol):
    """Who takes an upstream's answer: the exchange, as connectors and upstream connections see it."""

    def connected(self, connection: "UpstreamConnection") -> None:
        """A connection for this request alone until it is answered; its `request` is called next, or its `abandon`."""
        ...

    def unreachable(self, reason: str, *, late: bool = False, busy: bool = False) -> None:
        """There is none; nothing was sent. `late`: a time-out ended the attempt; `busy`: too many wait already."""
        ...

    def answered(self, answer: Answer) -> None:
        """The final head (200..599), or 101; other interim ones are not told."""
        ...

    def answer_data(self, octets: bytes) -> None:
        """More of the body."""
        ...

    def answer_flush(self) -> None:
        """Nothing more is at hand right now."""
        ...

    def answer_ended(self) -> None:
        """The answer is complete; the connection belongs to its pool again."""
        ...

    def broke(self, reason: str, *, stale: bool = False, late: bool = False) -> None:
        """The connection failed. `stale`: it had been used before and not one octet of an answer came; `late`: a time-out ended it."""
        ...

    def upstream_full(self) -> None:
        """Send no more of the body for now."""
        ...

    def upstream_drained(self) -> None:
        """Send again."""
        ...


class UpstreamConnection(Protocol):
    """An HTTP/1.1 connection during one request, or one HTTP/2 stream."""

    reused: bool
    """It has answered a request before."""

    def request(self, request: Request, extra: bytes, length: int | None, taker: Taker) -> None:
        """Send a request's head.

        Args:
            request: what is asked; its `kept` fields are sent, a Host of its `authority` (empty: the upstream's own name) and its
                target behind the upstream's prefix; an `upgrade` that is left in it is asked for.
            extra: forwarding fields as HTTP/1.1 writes them, each line ended (`forwarding.fields` splits them again).
            length: octets of body that follow by `body`: 0 none, None unknown until `body_ended`.
            taker: who is told of the answer.
        """
        ...

    def body(self, octets: bytes) -> None:
        """More of the request's body; after 101 whatever the other protocol says."""
        ...

    def body_ended(self) -> None:
        """The request's body is complete (not called when `length` was 0)."""
        ...

    def pause_reading(self) -> None:
        """Tell no more of the answer for now (what is on its way may still come)."""
        ...

    def resume_reading(self) -> None:
        """Tell again."""
        ...

    def abandon(self) -> None:
        """The answer is not wanted any more: tell nothing further and do not use the connection again."""
        ...


class Connector(Protocol):
    """Finds connections to upstreams: kept ones, new ones, or streams of one that many share."""

    def connect(self, upstream: Upstream, site: Site, taker: Taker, *, fresh: bool = False, switching: bool = False) -> None:
        """Call `taker.connected` or `taker.unreachable`, maybe before this returns.

        Args:
            upstream: where to.
            site: whose request it is.
            taker: who is told.
            fresh: not a connection that was used before.
            switching: the request asks for another protocol, which HTTP/1.1 alone can do.
        """
        ...

    def forget(self, taker: Taker) -> None:
        """`taker` does not wait any more."""
        ...
