"""Watches the way to the internet: a link, a default route, a name server that answers."""

from collections.abc import Callable, Sequence

from routerd.core.clock import Clock
from routerd.telemetry.model import Wan, state_of
from routerd.telemetry.ports import Uplink

LOOK_S = 10.0
ASK_S = 60.0
"""A name server is asked once a minute while all is well; at every look when it did not answer."""


class UplinkWatch:
    """Looks every ten seconds.

    Args:
        clock: tells the time.
        uplink: what to look at.
        servers: addresses of name servers that guests depend on; empty: DNS is not watched.
        asks: whether a name server answers.
    """

    def __init__(self, clock: Clock, uplink: Uplink, servers: Callable[[], Sequence[str]], asks: Callable[[str], bool]) -> None:
        self._clock = clock
        self._uplink = uplink
        self._servers = servers
        self._asks = asks
        self._asked_at = float("-inf")
        self.wan = Wan(since=int(clock.now()))

    def look(self) -> None:
        """One look; waits for a name server if one is to be asked."""
        carrier, route = self._uplink.carrier(), self._uplink.routed()
        dns = self._dns() if carrier and route else None
        state = state_of(carrier, route, dns)
        since = self.wan.since if state == self.wan.state else int(self._clock.now())
        self.wan = Wan(state, carrier, route, dns, since)

    def _dns(self) -> bool | None:
        now = self._clock.monotonic()
        if self.wan.dns and now - self._asked_at < ASK_S:
            return True
        self._asked_at = now
        servers = self._servers()
        return any(self._asks(server) for server in servers) if servers else None
