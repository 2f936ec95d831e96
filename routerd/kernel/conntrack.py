"""Forgets tracked connections, so that what was let through once is not let through for ever. Called by the firewall.

Numbers are those of linux/netfilter/nfnetlink_conntrack.h.
"""

import errno
from ipaddress import ip_address

from routerd.kernel import nfnetlink
from routerd.kernel.attributes import NESTED, attribute, be32, host32, nested, parse
from routerd.kernel.netlink import Refused

_GET, _DELETE = 1, 2
_MARK, _MARK_MASK = 8, 21
_TUPLE_ORIGINAL, _TUPLE_IP, _ID, _FILTER = 1, 1, 12, 25
_SOURCE4, _SOURCE6 = 1, 3
_FILTER_ORIGINAL_FLAGS = 1
_BY_SOURCE = 1 << 0
"""CTA_FILTER_F_CTA_IP_SRC: compare the address that began the flow."""

_AF_INET, _AF_INET6 = 2, 10


def forget_mark(mark: int, mask: int = 0xFFFFFFFF) -> None:
    """Forget every connection whose ct mark is `mark` in the bits of `mask`; one message, one walk of the kernel's table.

    Raises:
        Unavailable: the kernel refused.
    """
    _delete(0, be32(_MARK, mark) + be32(_MARK_MASK, mask))


def forget_source(address: str) -> None:
    """Forget every connection that `address` began.

    The kernel finds them (a dump with CTA_FILTER, since Linux 5.8) and they are deleted one by one: deleting with a filter needs a
    newer kernel than Debian 12 has.

    Raises:
        Unavailable: the kernel refused.
    """
    source = ip_address(address)
    kind, family = (_SOURCE4, _AF_INET) if source.version == 4 else (_SOURCE6, _AF_INET6)
    origin = nested(_TUPLE_ORIGINAL, nested(_TUPLE_IP, attribute(kind, source.packed)))
    wanted = origin + nested(_FILTER, host32(_FILTER_ORIGINAL_FLAGS, _BY_SOURCE))
    for body in nfnetlink.dump(_GET, wanted, subsystem=nfnetlink.SUBSYSTEM_CTNETLINK, family=family):
        flow = parse(body)
        which = attribute(_TUPLE_ORIGINAL | NESTED, flow[_TUPLE_ORIGINAL]) + attribute(_ID, flow[_ID])
        if source.packed in flow[_TUPLE_ORIGINAL]:
            _delete(family, which)


def _delete(family: int, body: bytes) -> None:
    try:
        nfnetlink.request(nfnetlink.SUBSYSTEM_CTNETLINK, _DELETE, family, body)
    except Refused as refused:
        if refused.failures[0].code != errno.ENOENT:  # it ended by itself
            raise
