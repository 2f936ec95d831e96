"""Which guest network an address belongs to, and whether a guest may have it. Pure."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from routerd.core.settings import GuestNetwork

Address = IPv4Address | IPv6Address


def parse(text: str) -> tuple[Address, str]:
    """An address and its scope.

    Args:
        text: IPv4 or IPv6, also IPv4-mapped (``::ffff:192.0.2.1``) and with a scope (``fe80::1%guest0``).

    Returns:
        The address, IPv4 where it was mapped, without scope; and the scope, empty without one.

    Raises:
        ValueError: it is no address.
    """
    bare, _, scope = text.partition("%")
    address = ip_address(bare)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped, ""
    return address, scope


def network_of(networks: Sequence[GuestNetwork], address: Address) -> GuestNetwork | None:
    """The guest network whose subnet or prefix holds the address; None for link-local and foreign ones."""
    for network in networks:
        if address in network.address.network or (network.address6 is not None and address in network.address6.network):
            return network
    return None


def usable(network: GuestNetwork, address: Address) -> bool:
    """Whether a guest of the network may have this address at all: in its subnet or prefix, and not the gateway's."""
    if isinstance(address, IPv4Address):
        subnet = network.address.network
        return address in subnet and address not in (network.address.ip, subnet.network_address, subnet.broadcast_address)
    prefix = network.address6
    return prefix is not None and address in prefix.network and address not in (prefix.ip, prefix.network.network_address)


def learnable(network: GuestNetwork, address: Address) -> bool:
    """Whether the address may be learned from what the guest claims: IPv6 always (SLAAC), IPv4 only without our own DHCP."""
    return usable(network, address) and (address.version == 6 or not network.dhcp)
