"""The box as the servers know it: the attributes that say where a guest is. Made once, by the service."""

from collections.abc import Callable
from dataclasses import dataclass

from routerd.core.terms import Device
from routerd.radius.model import called_station, station
from routerd.radius.packets import Attributes

WIRELESS = 19
"""NAS-Port-Type: Wireless - IEEE 802.11."""


@dataclass(frozen=True, slots=True)
class Nas:
    """This network access server.

    Attributes:
        identifier: NAS-Identifier.
        hardware: the MAC address of the box on a guest network; empty unknown.
    """

    identifier: str
    hardware: Callable[[str], str]

    def itself(self) -> Attributes:
        """What every packet says of the box."""
        return {"NAS-Identifier": (self.identifier,)}

    def place(self, device: Device) -> Attributes:
        """What a packet about a device says of it, and of where it is."""
        address = "Framed-IPv6-Address" if ":" in device.address else "Framed-IP-Address"
        return {
            **self.itself(),
            "NAS-Port-Type": (WIRELESS,),
            "Called-Station-Id": (called_station(self.hardware(device.network), device.network),),
            "Calling-Station-Id": (station(device.mac),),
            address: (device.address,),
        }
