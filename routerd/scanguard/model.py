"""What errors of a client mean, and what the ban for them is called. Pure."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from routerd.core.protections import ScanGuardSettings
from routerd.core.ruling import Ruling

RULE_ID = "acl_0"
"""As logs show it: like a rule of the access lists, and the number of none."""

CLASS = range(400, 500)


def statuses(settings: ScanGuardSettings) -> frozenset[int]:
    """Those that count."""
    return frozenset(settings.statuses or CLASS)


def ruling(settings: ScanGuardSettings) -> Ruling:
    """What a ban says, such as ``[scan-guard] scan-guard: 30x 4xx / 10s``."""
    kinds = sorted({f"{status // 100}xx" for status in statuses(settings)}) if not settings.statuses else map(str, settings.statuses)
    name = f"[scan-guard] scan-guard: {settings.errors}x {','.join(kinds)} / {settings.window_s}s"
    return Ruling("block", RULE_ID, name[:200], "acl", "REMOTE_ADDR")


def is_trusted(address: IPv4Address | IPv6Address | None, trusted: Iterable[IPv4Network | IPv6Network]) -> bool:
    """Whether a client is one of those that are never banned."""
    return address is not None and any(address in network for network in trusted)


def networks(settings: ScanGuardSettings) -> tuple[IPv4Network | IPv6Network, ...]:
    """Those that are never banned."""
    return tuple(ip_network(prefix) for prefix in settings.trusted)
