"""Policy routing rules (`ip rule`) that forbid forwarding from an interface: what keeps guests off the uplink while there is no
firewall. Called by the firewall.

Per-interface `forwarding` would do for IPv4, but the kernel ignores it for IPv6. Not an nftables table of its own, because an
administrator who has the firewall removed shall find none of routerd's.
"""

import errno
import socket
from collections.abc import Iterable

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from routerd.core.errors import Unavailable

PRIORITY = 21_060
"""Behind the local table (0), so that the portal stays reachable, before `main` (32766); any free number would do."""

_PROHIBIT = 8
"""FR_ACT_PROHIBIT of linux/fib_rules.h: answered with ICMP "administratively prohibited"."""


def forbid(interfaces: Iterable[str]) -> None:
    """Forward nothing that arrives on these interfaces, IPv4 and IPv6; once more is no error.

    Raises:
        Unavailable: the kernel refused.
    """
    _each("add", interfaces, errno.EEXIST)


def permit(interfaces: Iterable[str]) -> None:
    """Take `forbid` back; not forbidden is no error.

    Raises:
        Unavailable: the kernel refused.
    """
    _each("del", interfaces, errno.ENOENT)


def _each(verb: str, interfaces: Iterable[str], harmless: int) -> None:
    with IPRoute() as ipr:
        for interface in interfaces:
            for family in (socket.AF_INET, socket.AF_INET6):
                try:
                    ipr.rule(verb, family=family, priority=PRIORITY, iifname=interface, action=_PROHIBIT)
                except NetlinkError as error:
                    if error.code in {harmless, errno.EAFNOSUPPORT}:
                        continue
                    raise Unavailable(f"{interface}: forwarding rule: {error}") from error
