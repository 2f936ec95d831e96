"""What a ban is, and who is never banned. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from routerd.core.clients import address, counted
from routerd.core.errors import BadInput
from routerd.core.ruling import Ruling
from routerd.core.stretches import Stretch

SECONDS_LEAST, SECONDS_MOST = 1, 31_536_000
"""A year at most: a rule of `acl` is what keeps somebody out for good."""

NAME_MOST = 200
"""Characters of what a ban is called in logs."""

Network = IPv4Network | IPv6Network

ALWAYS_SPARED = ("127.0.0.0/8", "0.0.0.0/32", "::1/128", "::/128", "fe80::/10")
"""Ourselves, and IPv6 neighbours by an address that every interface has alike."""


@dataclass(frozen=True, slots=True)
class Ban:
    """Somebody is kept out for a while.

    Attributes:
        client: an IPv4 address, or an IPv6 prefix of 64 bits.
        began: seconds since the epoch.
        until: seconds since the epoch.
        why: what each of its requests is refused and logged by.
        direct: whether it was the TCP peer itself, so that the kernel can know it by its packets.
    """

    client: str
    began: float
    until: float
    why: Ruling
    direct: bool = True


def subject(text: str) -> str:
    """Who an address, as typed, is to bans.

    Raises:
        BadInput: it is no address.
    """
    bare = text.strip().removesuffix("/64") if ":" in text else text.strip()
    if address(bare.encode("utf-8", "replace")) is None:
        raise BadInput(f"'{text[:60]}' is no address; expected one such as 203.0.113.7 or 2001:db8::7", "client")
    return counted(bare.encode())


def duration(seconds: int) -> int:
    """Seconds within bounds; BadInput beyond them."""
    if not SECONDS_LEAST <= seconds <= SECONDS_MOST:
        raise BadInput(f"seconds is {seconds}; expected {SECONDS_LEAST} to {SECONDS_MOST}", "seconds")
    return seconds


def networks(prefixes: Iterable[str]) -> tuple[Network, ...]:
    """Addresses and prefixes as networks; what is neither is left out."""
    found: list[Network] = []
    for prefix in prefixes:
        try:
            found.append(ip_network(prefix.strip(), strict=False))
        except ValueError:
            continue
    return tuple(found)


def is_spared(client: str, spared: Iterable[Network]) -> bool:
    """Whether banning a client would hit one of these networks."""
    try:
        network = ip_network(client)
    except ValueError:
        return True
    return any(network.version == each.version and network.overlaps(each) for each in spared)


def stretch(network: Network) -> Stretch:
    """First and last address of a network."""
    return int(network.network_address), int(network.broadcast_address)


def key(client: str) -> IPv4Address | IPv6Address:
    """The address by which the kernel looks a client up: the first of its prefix."""
    return ip_address(client.partition("/")[0])
