"""The kernel's neighbour table: which MAC address an IP address on a guest network answers from.

The network domain reads one entry at sign-in and pins the entries of bound addresses, so that no ARP or ND answer of another guest
can divert them. Safe to call from any thread.
"""

import errno
import logging
import threading
from collections.abc import Iterable
from typing import Any

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

log = logging.getLogger(__name__)

NUD_INCOMPLETE = 0x01
NUD_FAILED = 0x20
NUD_PERMANENT = 0x80
NTF_USE = 0x01
_GONE = (errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.EINVAL)


class Neighbours:
    """The neighbour table of the network namespace of the thread that made this."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ipr = IPRoute()

    def close(self) -> None:
        """Give the netlink socket back."""
        with self._lock:
            self._ipr.close()

    def mac_of(self, index: int, address: str) -> str:
        """The MAC address that `address` answers from on interface number `index`; empty when the kernel does not know."""
        try:
            entries = self._neigh("get", dst=address, ifindex=index)
        except NetlinkError:
            return ""
        for entry in entries:
            if not entry.get("state", 0) & (NUD_INCOMPLETE | NUD_FAILED):
                return str(entry.get_attr("NDA_LLADDR") or "")
        return ""

    def pin(self, index: int, pairs: Iterable[tuple[str, str]]) -> None:
        """Fix (mac, address) pairs so that nobody else's answer changes them. An interface that is gone is no error."""
        for mac, address in pairs:
            try:
                self._neigh("replace", dst=address, lladdr=mac, ifindex=index, state=NUD_PERMANENT)
            except NetlinkError as error:
                if error.code not in _GONE:
                    log.warning("cannot pin %s to %s: %s", address, mac, error)

    def unpin(self, index: int, address: str) -> None:
        """Forget what is known of `address`; it will be asked for again when needed."""
        try:
            self._neigh("del", dst=address, ifindex=index)
        except NetlinkError as error:
            if error.code not in _GONE:
                log.warning("cannot unpin %s: %s", address, error)

    def probe(self, index: int, address: str) -> None:
        """Have the kernel ask who has `address`; the answer is heard by whoever captures on the interface."""
        try:
            self._neigh("replace", dst=address, ifindex=index, state=0, flags=NTF_USE)
        except NetlinkError as error:
            log.debug("cannot ask for %s: %s", address, error)

    def pinned(self, index: int) -> set[tuple[str, str]]:
        """The (mac, address) pairs that are pinned on the interface."""
        with self._lock:
            entries = [*self._ipr.get_neighbours(ifindex=index, family=2), *self._ipr.get_neighbours(ifindex=index, family=10)]
        return {
            (str(entry.get_attr("NDA_LLADDR")), str(entry.get_attr("NDA_DST")))
            for entry in entries
            if entry.get("state", 0) & NUD_PERMANENT and entry["ifindex"] == index
        }

    def _neigh(self, command: str, **words: Any) -> list[Any]:
        with self._lock:
            return list(self._ipr.neigh(command, **words) or ())
