"""The uplink's counters, link and default route, over netlink. Safe to call from any thread; never raises, for it only looks."""

import socket
import threading
from collections.abc import Callable
from typing import Any

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError


class Uplink:
    """The interface towards the internet, in the network namespace of the thread that made this.

    Args:
        interface: its name.
    """

    def __init__(self, interface: str) -> None:
        self._interface = interface
        self._lock = threading.Lock()
        self._ipr: IPRoute | None = None

    def close(self) -> None:
        """Give the netlink socket back; another is opened when it is needed."""
        with self._lock:
            if self._ipr is not None:
                self._ipr.close()
                self._ipr = None

    def counters(self) -> tuple[int, int] | None:
        """Octets received and sent since the interface was made; None when it is not there."""
        link = self._link()
        stats = link.get_attr("IFLA_STATS64") if link is not None else None
        return None if stats is None else (int(stats["rx_bytes"]), int(stats["tx_bytes"]))

    def carrier(self) -> bool | None:
        """Whether there is a link; False also when the interface is missing."""
        link = self._link()
        return link is not None and bool(link.get_attr("IFLA_CARRIER"))

    def routed(self) -> bool | None:
        """Whether a default route of either family leads out; None when the kernel cannot be asked."""
        found = self._ask(lambda ipr: [*ipr.get_default_routes(socket.AF_INET), *ipr.get_default_routes(socket.AF_INET6)])
        return None if found is None else bool(found)

    def _link(self) -> Any:
        try:
            index = socket.if_nametoindex(self._interface)
        except OSError:
            return None
        found = self._ask(lambda ipr: list(ipr.get_links(index)))
        return found[0] if found else None

    def _ask(self, question: Callable[[Any], Any]) -> Any:
        with self._lock:
            try:
                if self._ipr is None:
                    self._ipr = IPRoute()
                return question(self._ipr)
            except (NetlinkError, OSError):
                return None
