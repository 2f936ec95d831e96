"""What the portal needs of the domains, in its own words; `vouchers`, `guests` and `network` fulfil these structurally."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from routerd.core.terms import Device, Terms
from routerd.sessions.model import Online

T = TypeVar("T")


class Atomically(Protocol):
    """Runs its argument in one durable change and returns what that returned (`Store.write`)."""

    def __call__(self, work: Callable[[], T]) -> T: ...


class Redeemer(Protocol):
    """Turns credentials into terms."""

    def redeem(self, username: str, passcode: str) -> Terms:
        """What the voucher grants.

        Raises:
            Denied: ``no-such-voucher``, ``not-yet-valid``, ``expired``.
        """
        ...

    def note_login(self, voucher_id: int, mac: str) -> None:
        """Remember who used it last."""
        ...


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


class Sessions(Protocol):
    """Opens and ends sessions."""

    def open(self, terms: Terms, device: Device, *, replace: bool = False) -> object:
        """Bring the device online under `terms`.

        Raises:
            Denied: ``used-up``, ``expired``, ``too-many-devices``.
        """
        ...

    def resume(self, device: Device) -> Online | None:
        """What the device has, opening its session again if its grant lives and it did not log out; None when it has to sign in."""
        ...

    def logout(self, device: Device) -> None:
        """End the device's session, if it has one."""
        ...
