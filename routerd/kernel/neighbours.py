"""The kernel's neighbour table: which MAC address an IP address on a guest network answers from.

The network domain reads one entry at sign-in and pins the entries of bound addresses, so that no ARP or ND answer of another guest
can divert them. Messages are made by hand as in `kernel.nfnetlink`: ten thousand pins at a start must not take seconds. Safe to call
from any thread.
"""

import errno
import logging
import socket
import struct
from collections.abc import Iterable
from ipaddress import ip_address

from routerd.kernel import netlink, rtnetlink
from routerd.kernel.attributes import attribute, host32, parse
from routerd.kernel.netlink import CREATE, REPLACE, REQUEST, ROUTE
from routerd.kernel.rtnetlink import Request

log = logging.getLogger(__name__)

NUD_INCOMPLETE = 0x01
NUD_FAILED = 0x20
NUD_PERMANENT = 0x80
NTF_USE = 0x01
_GONE = (errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.EINVAL)

_NEW, _DELETE, _GET = 28, 29, 30
_DST, _LLADDR, _IFINDEX = 1, 2, 8
_NDMSG = struct.Struct("=BxxxiHBB")
"""struct ndmsg: family, interface, state, flags, type."""


class Neighbours:
    """The neighbour table of the network namespace of whichever thread calls."""

    def close(self) -> None:
        """Nothing is held: sockets are shared with the rest of `kernel`."""

    def mac_of(self, index: int, address: str) -> str:
        """The MAC address that `address` answers from on interface number `index`; empty when the kernel does not know."""
        with netlink.channel(ROUTE) as channel:
            channel.send(netlink.message(_GET, REQUEST, 1, _body(index, address)))
            answers = channel.answers()
        for kind, _flags, _seq, payload in answers:
            if kind == _NEW:
                state = _NDMSG.unpack_from(payload)[2]
                return "" if state & (NUD_INCOMPLETE | NUD_FAILED) else _mac(parse(payload[_NDMSG.size :]).get(_LLADDR, b""))
        return ""

    def pin(self, index: int, pairs: Iterable[tuple[str, str]]) -> None:
        """Fix (mac, address) pairs so that nobody else's answer changes them. An interface that is gone is no error."""
        wanted = list(pairs)
        failures = rtnetlink.apply(
            [
                Request(_NEW, CREATE | REPLACE, _body(index, address, NUD_PERMANENT) + attribute(_LLADDR, _octets(mac)))
                for mac, address in wanted
            ]
        )
        for failed in failures:
            if failed.code not in _GONE:
                log.warning("cannot pin %s to %s: %s", wanted[failed.at][1], wanted[failed.at][0], failed)

    def unpin(self, index: int, address: str) -> None:
        """Forget what is known of `address`; it will be asked for again when needed."""
        for failed in rtnetlink.apply([Request(_DELETE, 0, _body(index, address))]):
            if failed.code not in _GONE:
                log.warning("cannot unpin %s: %s", address, failed)

    def probe(self, index: int, address: str) -> None:
        """Have the kernel ask who has `address`; the answer is heard by whoever captures on the interface."""
        for failed in rtnetlink.apply([Request(_NEW, CREATE | REPLACE, _body(index, address, flags=NTF_USE))]):
            log.debug("cannot ask for %s: %s", address, failed)

    def pinned(self, index: int) -> set[tuple[str, str]]:
        """The (mac, address) pairs that are pinned on the interface."""
        found = set()
        for family in (socket.AF_INET, socket.AF_INET6):
            for _kind, payload in rtnetlink.dump(_GET, _NDMSG.pack(family, 0, 0, 0, 0) + host32(_IFINDEX, index)):
                _family, interface, state, _flags, _type = _NDMSG.unpack_from(payload)
                if interface == index and state & NUD_PERMANENT:
                    said = parse(payload[_NDMSG.size :])
                    found.add((_mac(said.get(_LLADDR, b"")), str(ip_address(said[_DST]))))
        return found


def _body(index: int, address: str, state: int = 0, flags: int = 0) -> bytes:
    parsed = ip_address(address)
    family = socket.AF_INET if parsed.version == 4 else socket.AF_INET6
    return _NDMSG.pack(family, index, state, flags, 0) + attribute(_DST, parsed.packed)


def _octets(mac: str) -> bytes:
    return bytes.fromhex(mac.replace(":", ""))


def _mac(octets: bytes) -> str:
    return octets.hex(":")
