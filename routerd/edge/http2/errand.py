"""One request on an HTTP/2 connection to an upstream, and its answer: an `UpstreamConnection` that lives as long as its stream."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from routerd.edge import forwarding
from routerd.edge.context import Context
from routerd.edge.head import Fields
from routerd.edge.http1.client import authority
from routerd.edge.http2 import answers
from routerd.edge.http2.frames import CANCEL, PROTOCOL_ERROR
from routerd.edge.http2.outlet import Outlet
from routerd.edge.limits import INTERIM_MOST
from routerd.edge.malformed import Malformed
from routerd.edge.message import Answer, Request
from routerd.edge.plan import Upstream
from routerd.edge.sides import Taker
from routerd.edge.sweeper import NEVER

if TYPE_CHECKING:
    from routerd.edge.http2.client import ClientConnection

_WITH_BODIES = frozenset({b"POST", b"PUT", b"PATCH"})
"""Methods whose requests say that they have no body (RFC 9110, 8.6)."""


class Errand:
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

    def __init__(self, connection: "ClientConnection", context: Context) -> None:
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
