"""What the edge needs others to fulfil: who judges requests, and who chooses among a site's upstreams.

Calls for one visit never overlap and come in the order written here. Visits of different requests do run at the same time: what judges
more than `limits.INLINE_OCTETS` runs in a worker thread, everything else in the loop's thread, where it has to be quick.
"""

from dataclasses import dataclass
from typing import Protocol

from routerd.edge.head import Fields, Head
from routerd.edge.plan import Site, Upstream

UNSEEN = -1
"""For `Visit.body_octets`."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is answered instead of what was asked for.

    Attributes:
        status: of the answer; 0: none at all, the connection is closed.
        headers: fields to send besides Content-Length, Date and Connection, which the edge writes itself.
        body: as it is sent; empty: the edge's own short page for this status.
        close: end the connection after the answer.
    """

    status: int
    headers: Fields = ()
    body: bytes = b""
    close: bool = False


class Visit(Protocol):
    """One request under judgement. `done` is always called, once and last, however far the request came."""

    body_octets: int
    """Asked after `headers`: octets of the body wanted before anything goes to the upstream; 0: stream it unseen; `UNSEEN`: show nothing
    more of this request, nor of its answer: only `done` follows."""

    response_octets: int
    """Asked after `response`: octets of the response's body wanted before any of it goes out; 0: stream it unseen."""

    def headers(self) -> Refusal | None:
        """Phase 1: the head alone."""
        ...

    def body(self, body: bytes, whole: bool) -> Refusal | None:
        """Phase 2, always called once if phase 1 refused nothing.

        Args:
            body: what was collected; empty without a body, or when none was wanted.
            whole: False: there is more than `body_octets` of it.
        """
        ...

    def response(self, status: int, headers: Fields) -> Refusal | None:
        """Phase 3: the upstream's head; not called for answers that the edge gives itself."""
        ...

    def response_body(self, body: bytes, whole: bool) -> Refusal | None:
        """Phase 4, called once after `response` unless that refused; arguments as for `body`."""
        ...

    def done(self, status: int) -> None:
        """Phase 5: `status` is what the client was answered, 0: nothing."""
        ...


class Guard(Protocol):
    """Judges the requests of the sites that carry it. What it raises is logged and answered 500: nothing passes unjudged."""

    def begin(self, head: Head, site: str) -> Visit | Refusal:
        """Take a request on, or refuse it at once (bans, lists, counters)."""
        ...

    def malformed(self, head: Head, reason: str) -> None:
        """A request that the edge refuses with 400 whatever the guard thinks of it; it may judge and log it.

        Args:
            head: as far as it could be read; what could not is empty.
            reason: a stable word, such as ``two-lengths``.
        """
        ...


class Balancer(Protocol):
    """Chooses among a site's upstreams; not asked where there is only one."""

    def pick(self, site: Site, client: bytes) -> Upstream | None:
        """The upstream for this request; None: none is healthy."""
        ...

    def failed(self, upstream: Upstream) -> None:
        """It could not be reached, or broke off before it answered."""
        ...

    def succeeded(self, upstream: Upstream) -> None:
        """It answered."""
        ...
