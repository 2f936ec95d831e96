"""Who asks, by address: how the text of an address becomes a number, and who counts as one client. Pure.

An IPv6 client is its /64: that is what a provider hands to one household, and whoever is there has 2**64 addresses to come from.
"""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

PREFIX6 = 64
"""Length of the IPv6 prefix that is one client."""

_KEPT = 16_384
"""Addresses whose reading is remembered: about 3 MiB."""


@lru_cache(maxsize=_KEPT)
def address(client: bytes) -> IPv4Address | IPv6Address | None:
    """The address that `client` writes; an IPv4 address mapped into IPv6 is the IPv4 address. None: it writes none."""
    try:
        found = ip_address(client.decode("ascii").partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


@lru_cache(maxsize=_KEPT)
def counted(client: bytes) -> str:
    """Who `client` is when it is counted or kept out: an IPv4 address, an IPv6 prefix such as ``2001:db8::/64``, or its own text."""
    found = address(client)
    if found is None:
        return client.decode("latin-1")
    if isinstance(found, IPv4Address):
        return str(found)
    return f"{IPv6Address(int(found) >> 128 - PREFIX6 << 128 - PREFIX6)}/{PREFIX6}"
