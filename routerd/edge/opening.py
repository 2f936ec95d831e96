"""Whose request it is, and so which kind of exchange it gets. What a downstream calls for each request."""

from routerd.edge.context import Context
from routerd.edge.exchange import Exchange
from routerd.edge.head import Head
from routerd.edge.judged import Judged, judge_malformed
from routerd.edge.malformed import Malformed
from routerd.edge.message import Request
from routerd.edge.plan import Site
from routerd.edge.sides import Downstream

_NOWHERE = Site("", (), ())


def opened(context: Context, fixed: str, request: Request, downstream: Downstream) -> Exchange:
    """An exchange, on which the downstream calls `begin` once it is ready to be answered.

    Args:
        context: the edge's.
        fixed: name of the site whatever Host says; empty: by Host.
        request: its head.
        downstream: where it came from.
    """
    site = _site(context, fixed, request.host)
    if site is None or (downstream.peer.tls == "1.2" and not fixed and context.plan.least_tls(request.host) == "1.3"):
        return _Nowhere(context, _NOWHERE, request, downstream)
    if site.guard is None:
        return Exchange(context, site, request, downstream)
    return Judged(context, site, request, downstream)


def malformed(context: Context, fixed: str, head: Head, error: Malformed) -> None:
    """Count a request that was refused before it became one, and tell its site's guard, unless it only was too late."""
    site = _site(context, fixed, head.host)
    if site is not None and site.guard is not None and error.status != 408:
        judge_malformed(site.guard, head, error.reason)
    context.answers[error.status] += 1


def _site(context: Context, fixed: str, host: bytes) -> Site | None:
    return context.plan.named(fixed) if fixed else context.plan.site(host)


class _Nowhere(Exchange):
    """A request for a host that is not served here: over TLS the name of the certificate may well be, so 421 sends the client elsewhere.

    So with a host that wants a newer TLS than the connection, begun under another name, came with.
    """

    __slots__ = ()

    def begin(self) -> None:
        self.refuse(421 if self._downstream.peer.scheme == b"https" else 404)
