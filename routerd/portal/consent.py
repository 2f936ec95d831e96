"""Consent: the owner's terms of use, and whether a device has accepted them. Remembered in memory, by the texts' own version.

Asked by the routes before any method is. A change of any of the texts asks everybody again at their next sign-in.
"""

from hashlib import sha256

from routerd.brand.model import Brand, said
from routerd.core.errors import BadInput
from routerd.portal.kept import Memory
from routerd.portal.visit import Visit

FIELD = "accept"
"""The checkbox in every sign-in form, where terms must be accepted."""


class Consent:
    """Who has accepted the terms.

    Args:
        accepted: remembers it by device.
    """

    def __init__(self, accepted: Memory) -> None:
        self._accepted = accepted

    def is_wanted(self, guest: Visit) -> bool:
        """Whether the guest must still accept."""
        return must_accept(guest.brand) and self._accepted.get(guest.key) != version(guest.brand)

    def given(self, guest: Visit) -> None:
        """The guest has accepted."""
        self._accepted.put(guest.key, version(guest.brand))

    def check(self, guest: Visit, ticked: str) -> None:
        """Take the form's word, or what is remembered.

        Args:
            guest: who signs in.
            ticked: the value of FIELD.

        Raises:
            BadInput: neither says so.
        """
        if not self.is_wanted(guest):
            return
        if ticked != "yes":
            raise BadInput("Please accept the terms of use to sign in.")
        self.given(guest)


def must_accept(brand: Brand) -> bool:
    """Whether there is something to accept."""
    return brand.must_accept and bool(said(brand.terms, "en")[1])


def version(brand: Brand) -> str:
    """What the terms' texts are told apart by."""
    return sha256("\0".join(f"{code}\0{text}" for code, text in sorted(brand.terms.items())).encode()).hexdigest()[:16]
