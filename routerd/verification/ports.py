"""What verification needs of others, in its own words; courier, identity and kernel fulfil these structurally."""

from collections.abc import Mapping
from typing import Any, Protocol

from routerd.core.frames import Frame


class Mail(Protocol):
    """Carries e-mail."""

    def send_mail(self, to: str, subject: str, text: str) -> None:
        """Hand a mail over; returns when the server took it, or when it is well on its way.

        Raises:
            BadInput: the server does not know such a recipient.
            Unavailable: it could not be handed over.
        """
        ...


class Sms(Protocol):
    """Carries text messages."""

    def send_sms(self, number: str, text: str) -> None:
        """Hand a message over; `number` is E.164 with the plus sign.

        Raises:
            BadInput: the provider does not serve that number.
            Unavailable: it could not be handed over.
        """
        ...


class Keys(Protocol):
    """Keeps keys that outlive the process and are not in the store."""

    def derived(self, purpose: str) -> bytes:
        """32 octets, the same each time for the same purpose.

        Raises:
            Unavailable: the key file cannot be used.
        """
        ...


class Book(Protocol):
    """The program that knows the world's telephone numbers."""

    def ask(self, words: Mapping[str, Any], *, wait_s: float) -> Frame:
        """Have a question answered (`asides.numbers`).

        Raises:
            Unavailable: it cannot be.
        """
        ...
