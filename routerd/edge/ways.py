"""The way to an upstream: HTTP/1.1, or HTTP/2 where the site wants it and the upstream speaks it. The edge's `sides.Connector`.

What HTTP/2 needs is imported with the first request that wants it.
"""

import ssl
from typing import TYPE_CHECKING

from routerd.edge.context import Context
from routerd.edge.plan import Site, Upstream
from routerd.edge.pool import Pool
from routerd.edge.sides import Taker

if TYPE_CHECKING:
    from routerd.edge.http2.pool import Lane


class Ways:
    """All ways to all upstreams.

    Args:
        context: the edge's.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._plain = Pool(context)
        self._lanes: dict[tuple[Upstream, bool], Lane] = {}

    def connect(self, upstream: Upstream, site: Site, taker: Taker, *, fresh: bool = False, switching: bool = False) -> None:
        """See `sides.Connector`."""
        if not switching and (upstream.scheme == "h2c" or (upstream.scheme == "https" and site.http2_upstream)):
            self._lane(upstream, verify=site.verify_upstream).connect(
                taker, lambda waiting: self._plain.connect(upstream, site, waiting, fresh=fresh)
            )
        else:
            self._plain.connect(upstream, site, taker, fresh=fresh)

    def forget(self, taker: Taker) -> None:
        for lane in self._lanes.values():
            lane.forget(taker)
        self._plain.forget(taker)

    def keep_only(self, upstreams: set[Upstream]) -> None:
        """A new plan is in force: let go of connections to upstreams that it does not have."""
        for key, lane in list(self._lanes.items()):
            if key[0] not in upstreams:
                lane.retire()
                self._context.sweeper.discard(lane)
                del self._lanes[key]
        self._plain.keep_only(upstreams)

    def close(self) -> None:
        """Close what is idle."""
        for lane in self._lanes.values():
            lane.retire()
        self._plain.close()

    @property
    def connections(self) -> int:
        """Those that are open."""
        return self._plain.connections + sum(lane.connections for lane in self._lanes.values())

    def _lane(self, upstream: Upstream, *, verify: bool) -> "Lane":
        lane = self._lanes.get((upstream, verify))
        if lane is None:
            from routerd.edge.http2.pool import Lane  # noqa: PLC0415 (what is off is not imported)

            tls = _tls(verify=verify) if upstream.scheme == "https" else None
            lane = self._lanes[upstream, verify] = Lane(self._context, upstream, tls)
            self._context.sweeper.add(lane)
        return lane


def _tls(*, verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["h2", "http/1.1"])
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
