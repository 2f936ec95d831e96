"""Interfaces as the kernel has them: names, addresses, bridge ports; and a watch that says when something about them changed.

The network domain calls it to set the gateway's own addresses and to learn which bridge port a device is behind. It adds what is
missing and removes nothing that somebody else put there. Safe to call from any thread.
"""

import errno
import logging
import select
import socket
import threading
from collections.abc import Callable
from ipaddress import IPv4Interface, IPv6Interface
from typing import Any

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from routerd.core.errors import Unavailable

log = logging.getLogger(__name__)

RTMGRP_LINK = 0x1
RTMGRP_IPV4_IFADDR = 0x10
RTMGRP_IPV6_IFADDR = 0x100
IFA_F_NODAD = 0x02
SETTLE_S = 0.2
"""Changes come in bursts (an interface that comes up sends five messages); they are told as one when it is quiet for so long."""


class Links:
    """The kernel's interfaces, in the network namespace of the thread that made this."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ipr = IPRoute()

    def close(self) -> None:
        """Give the netlink socket back."""
        with self._lock:
            self._ipr.close()

    def names(self) -> set[str]:
        """Names of all interfaces."""
        return {str(link.get_attr("IFLA_IFNAME")) for link in self._call(lambda: list(self._ipr.get_links()))}

    def index(self, name: str) -> int | None:
        """The interface's number; None when there is no such interface."""
        try:
            return socket.if_nametoindex(name)
        except OSError:
            return None

    def name_of(self, index: int) -> str:
        """The interface of that number; empty when there is none."""
        try:
            return socket.if_indextoname(index)
        except OSError:
            return ""

    def set_up(self, name: str) -> None:
        """Switch the interface on."""
        index = self._index(name)
        self._call(lambda: self._ipr.link("set", index=index, state="up"))

    def set_address(self, name: str, address: IPv4Interface | IPv6Interface) -> bool:
        """See to it that the interface has the address; other addresses stay.

        Returns:
            True when it had to be added.
        """
        index = self._index(name)
        words: dict[str, Any] = {"index": index, "address": str(address.ip), "prefixlen": address.network.prefixlen}
        if address.version == 6:
            # Duplicate detection would leave the address unusable for a second, and the gateway cannot go elsewhere anyhow.
            words["flags"] = IFA_F_NODAD
        else:
            words["broadcast"] = str(address.network.broadcast_address)
        try:
            self._call(lambda: self._ipr.addr("add", **words))
        except NetlinkError as error:
            if error.code == errno.EEXIST:
                return False
            raise Unavailable(f"{name}: cannot set {address}: {error}") from error
        return True

    def hardware(self, name: str) -> str:
        """The interface's own MAC address; empty when it has none."""
        index = self.index(name)
        if index is None:
            return ""
        links = self._call(lambda: list(self._ipr.get_links(index)))
        return str(links[0].get_attr("IFLA_ADDRESS") or "") if links else ""

    def ports(self, bridge: str) -> list[str]:
        """Names of the interfaces that are ports of the bridge; empty when it is no bridge."""
        index = self.index(bridge)
        if index is None:
            return []
        links = self._call(lambda: list(self._ipr.get_links(master=index)))
        return sorted(str(link.get_attr("IFLA_IFNAME")) for link in links if link.get_attr("IFLA_MASTER") == index)

    def isolate(self, port: str, on: bool) -> None:
        """Let an isolated bridge port talk to the bridge itself only, never to other isolated ports.

        Does nothing when it is so already: the kernel tells of every setting, and a watch would hear of itself for ever.

        Raises:
            Unavailable: it is no bridge port.
        """
        index = self._index(port)
        try:
            links = self._call(lambda: list(self._ipr.get_links(index)))
            if links[0].get_nested("IFLA_LINKINFO", "IFLA_INFO_SLAVE_DATA", "IFLA_BRPORT_ISOLATED") != int(on):
                self._call(lambda: self._ipr.brport("set", index=index, isolated=int(on)))
        except NetlinkError as error:
            raise Unavailable(f"{port}: cannot be isolated: {error}") from error

    def port_of(self, bridge: str, mac: str) -> str:
        """The bridge port behind which the kernel last saw `mac`; empty when it is no bridge or does not know."""
        index = self.index(bridge)
        if index is None:
            return ""
        try:
            found = self._call(lambda: list(self._ipr.fdb("get", lladdr=mac, master=index)))
        except NetlinkError:
            return ""
        return self.name_of(int(found[0]["ifindex"])) if found else ""

    def _index(self, name: str) -> int:
        index = self.index(name)
        if index is None:
            raise Unavailable(f"there is no interface {name}")
        return index

    def _call(self, work: Callable[[], Any]) -> Any:
        with self._lock:
            return work()


class LinkWatch:
    """Calls `changed` whenever interfaces or addresses changed; it says that, not what: the caller puts right what is not.

    Args:
        changed: runs on the watch's thread; what it raises is logged.
    """

    name = "link-watch"

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._stopping = False

    def start(self) -> None:
        self._stopping = False
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
        self._socket.bind((0, RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR))
        self._socket.setblocking(False)
        self._thread = threading.Thread(target=self._run, args=(self._socket,), name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        if self._thread is not None:
            self._thread.join(timeout=2)
            self._thread = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _run(self, events: socket.socket) -> None:
        waiting = False
        while not self._stopping:
            ready, _, _ = select.select([events], [], [], SETTLE_S)
            if ready:
                _drain(events)
                waiting = True
            elif waiting:
                waiting = False
                try:
                    self._changed()
                except Exception:
                    log.exception("putting the interfaces right failed; the next change tries again")


def _drain(events: socket.socket) -> None:
    """Throw away what was said: an overrun (ENOBUFS) says the same as a message, that something changed."""
    while True:
        try:
            events.recv(65536)
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                return
