"""Policy routing rules (`ip rule`) that forbid forwarding from an interface.

They keep guests off the uplink while there is no firewall; the firewall sets them when it is removed.

Per-interface `forwarding` would do for IPv4, but the kernel ignores it for IPv6. Not an nftables table of its own, because an
administrator who has the firewall removed shall find none of routerd's.
"""

import errno
import socket
import struct
from collections.abc import Iterable

from routerd.kernel import rtnetlink
from routerd.kernel.attributes import host32, text
from routerd.kernel.netlink import CREATE, EXCL, Refused
from routerd.kernel.rtnetlink import Request

PRIORITY = 21_060
"""Behind the local table (0), so that the portal stays reachable, before `main` (32766); any free number would do."""

_NEW_RULE, _DEL_RULE = 32, 33
_HEADER = struct.Struct("=BBBBBBBBI")
_PROHIBIT = 8
"""FR_ACT_PROHIBIT of linux/fib_rules.h: answered with ICMP "administratively prohibited"."""
_INTERFACE, _PRIORITY = 3, 6


def forbid(interfaces: Iterable[str]) -> None:
    """Forward nothing that arrives on these interfaces, IPv4 and IPv6; once more is no error.

    Raises:
        Unavailable: the kernel refused.
    """
    _each(_NEW_RULE, CREATE | EXCL, interfaces, errno.EEXIST)


def permit(interfaces: Iterable[str]) -> None:
    """Take `forbid` back; not forbidden is no error.

    Raises:
        Unavailable: the kernel refused.
    """
    _each(_DEL_RULE, 0, interfaces, errno.ENOENT)


def _each(kind: int, flags: int, interfaces: Iterable[str], harmless: int) -> None:
    requests = [
        Request(kind, flags, _HEADER.pack(family, 0, 0, 0, 0, 0, 0, _PROHIBIT, 0) + text(_INTERFACE, name) + host32(_PRIORITY, PRIORITY))
        for name in interfaces
        for family in (socket.AF_INET, socket.AF_INET6)
    ]
    failures = [failure for failure in rtnetlink.apply(requests) if failure.code not in {harmless, errno.EAFNOSUPPORT}]
    if failures:
        raise Refused(failures)
