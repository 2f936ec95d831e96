"""@ipMatch and @ipMatchFromFile: whether an address is in one of many networks, in time that does not grow with their number."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import ClassVar

from routerd.waf.operators.operator import ArgumentFault, Hit, Operator, Resources


class Networks:
    """A set of addresses and networks, of both versions: for each length of prefix the prefixes that have it.

    Args:
        texts: such as ``192.0.2.1``, ``192.0.2.0/24``, ``2001:db8::/32``; bits beyond the prefix do not matter.

    Raises:
        ArgumentFault: one is neither.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        found: dict[tuple[int, int], set[int]] = {}
        for text in texts:
            try:
                network = ip_network(text.strip(), strict=False)
            except ValueError as error:
                raise ArgumentFault(f"{text.strip()!r} is neither an address nor a network such as 192.0.2.0/24") from error
            shift = network.max_prefixlen - network.prefixlen
            found.setdefault((network.version, shift), set()).add(int(network.network_address) >> shift)
        self._prefixes = {
            version: [(shift, prefixes) for (each, shift), prefixes in sorted(found.items()) if each == version] for version in (4, 6)
        }

    def __contains__(self, address: IPv4Address | IPv6Address) -> bool:
        bits = int(address)
        return any(bits >> shift in prefixes for shift, prefixes in self._prefixes[address.version])


class IpMatch(Operator):
    """Addresses and networks between commas."""

    name: ClassVar[str] = "ipMatch"

    def __init__(self, argument: str, resources: Resources) -> None:
        del resources
        self.networks = Networks(text for text in argument.split(",") if text.strip())

    def match(self, value: bytes) -> Hit | None:
        try:
            address = ip_address(value.decode("ascii"))
        except ValueError:
            return None
        return Hit(data=value) if address in self.networks else None


class IpMatchFromFile(IpMatch):
    """Addresses and networks of files."""

    name: ClassVar[str] = "ipMatchFromFile"

    def __init__(self, argument: str, resources: Resources) -> None:
        self.networks = Networks(line.decode("ascii", "replace") for file in argument.split() for line in resources.addresses(file))


class IpMatchF(IpMatchFromFile):
    """@ipMatchFromFile by its short name."""

    name: ClassVar[str] = "ipMatchF"
