"""What a lab is to look like: guest networks, how many guests on each, which neighbours. Frozen values; `network.Lab` builds it."""

from dataclasses import dataclass, field
from typing import Any

UPLINK_ADDRESS = "203.0.113.1"
UPLINK_ADDRESS6 = "2001:db8:113::1"
NET_ADDRESS = "203.0.113.2"
NET_ADDRESS6 = "2001:db8:113::2"
OTHER_NET_ADDRESS = "198.51.100.2"
"""A second server of the outside world; no DNS name leads there."""
OTHER_NET_ADDRESS6 = "2001:db8:51::2"
SHOP_ADDRESS = "192.0.2.80"
"""Where the names below SHOP lead; every other name leads to NET_ADDRESS."""
SHOP_ADDRESS6 = "2001:db8:80::2"
SHOP = "example.org"
PRIVATE_ADDRESS = "10.66.0.2"
"""A host in the uplink provider's (or the hotel's own) private network."""
LAN_GATEWAY = "192.168.10.1"
LAN_ADDRESS = "192.168.10.20"
MANAGEMENT_HOST = "198.18.88.1"
MANAGEMENT_GATEWAY = "198.18.88.2"
MANAGEMENT_PORT = 8088


@dataclass(frozen=True, slots=True)
class GuestNet:
    """One guest network.

    Attributes:
        name: of the network, as in the daemon's configuration.
        guests: how many guest namespaces are plugged in.
        subnet: third octet of its 192.168.x.0/24.
        ipv6: whether the gateway has an IPv6 address there.
        vlan: 0: guests plug into a bridge of the gateway. Otherwise the network is that VLAN on the gateway's port trunk0, and its
            only guest is at the other end of the trunk.
        settings: further keys of its [[guest]] block.
    """

    name: str = "main"
    guests: int = 3
    subnet: int = 88
    ipv6: bool = True
    vlan: int = 0
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def gateway(self) -> str:
        return f"192.168.{self.subnet}.1"

    @property
    def gateway6(self) -> str:
        return f"fd00:{self.subnet}::1"


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole lab.

    Attributes:
        nets: guest networks, the first on interface ``guest0``, the second on ``guest1``, …
        management: a veth from the machine itself to the gateway, for a person at the keyboard.
    """

    nets: tuple[GuestNet, ...] = (GuestNet(),)
    management: bool = False

    def interface(self, net: GuestNet) -> str:
        """The gateway's interface of that network."""
        return f"trunk0.{net.vlan}" if net.vlan else f"guest{self.nets.index(net)}"
