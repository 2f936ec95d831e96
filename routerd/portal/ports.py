"""What the portal needs of the store, the guests and the network, in its own words; their services fulfil these structurally."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from routerd.brand.model import Brand
from routerd.core.terms import Device

T = TypeVar("T")

BrandOf = Callable[[str], Brand]
"""The brand of a guest network, by its name. Asked for every page, so it answers from memory."""

Images = Callable[[str], tuple[str, bytes]]
"""A picture's media type and octets, by its id; NotFound for any other."""


class Atomically(Protocol):
    """Runs its argument in one durable change and returns what that returned (`Store.write`)."""

    def __call__(self, _work: Callable[[], T], /) -> T: ...


class FreeUsers(Protocol):
    """Remembers who had free access."""

    def free_since(self, mac: str) -> int | None:
        """When the device's newest free grant began; None when it never had one."""
        ...

    def note_free(self, mac: str, starts_at: int) -> None:
        """A free grant that began then is being used."""
        ...


class Finder(Protocol):
    """Knows the devices on the guest networks."""

    def device_at(self, address: str) -> Device:
        """The device that speaks from `address`.

        Raises:
            NotFound: no device is known there.
        """
        ...
