"""Method: what every way to sign in has in common, and what it may ask.

A method turns a submitted form into Terms, or refuses. It never opens a session, never writes a page, and never counts attempts:
`portal.signin` does that the same way for all of them. Its fields are a template below `webroot/portal/methods/`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from routerd.core.settings import PortalSettings
from routerd.core.terms import Device, Terms
from routerd.portal.ports import FreeUsers
from routerd.vouchers.service import Vouchers


@dataclass(frozen=True, slots=True)
class Asked:
    """One guest asking to be signed in.

    Attributes:
        form: the fields submitted, unchecked.
        device: who asks.
        now: seconds since the epoch.
    """

    form: Mapping[str, str]
    device: Device
    now: int


@dataclass(frozen=True, slots=True)
class Desk:
    """What methods may ask.

    Attributes:
        settings: the section [portal].
        vouchers: redeems credentials.
        free_users: knows when a device was last given free access.
    """

    settings: PortalSettings
    vouchers: Vouchers
    free_users: FreeUsers


class Method(ABC):
    """One way to sign in. Subclasses name themselves and override `authenticate`.

    Args:
        desk: what it may ask.
    """

    name: ClassVar[str]
    """In settings, in the form's `method` field, and as `Terms.kind`."""

    template: ClassVar[str | Path]
    """Its fields: a file name below webroot/portal/methods/, or an absolute path."""

    extends: ClassVar[bool] = False
    """A guest who is online may sign in with it once more to have more (RFC 8908, can-extend-session)."""

    guesses: ClassVar[frozenset[str]] = frozenset()
    """Reasons of refusal that count as a wrong guess."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @abstractmethod
    def authenticate(self, asked: Asked) -> Terms:
        """What the device is granted; called inside the transaction that opens the session.

        Raises:
            Denied: not this time; `reason` picks the page.
            BadInput: the form lacks something.
        """

    def login(self, asked: Asked) -> str:
        """Who it says it is, for the log of refusals."""
        return asked.device.mac

    def again_at(self, asked: Asked) -> int | None:  # noqa: B027 - most methods cannot say
        """When a device whose grant is used up may have another; None when this cannot be said."""

    def values(self) -> dict[str, Any]:
        """What its template needs besides `form` (the fields as submitted) and `first` (it heads the page)."""
        return {}
